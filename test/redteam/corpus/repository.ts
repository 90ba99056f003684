/** A real clone with a real commit in it, where the git reader looks for clones. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { dirname, join } from 'node:path';

export interface TestRepository {
  /** The clone's folder. */
  readonly path: string;
  /** Writes, or with undefined removes, files and commits them. @returns the whole hash. */
  commit(files: Readonly<Record<string, string | Uint8Array | undefined>>): string;
  git(...args: readonly string[]): string;
}

export function makeRepository(path: string): TestRepository {
  mkdirSync(path, { recursive: true });
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], {
      cwd: path,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: devNull, GIT_CONFIG_NOSYSTEM: '1' },
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  git('init', '--quiet', '--initial-branch=main');
  return {
    path,
    git,
    commit(files) {
      for (const [name, content] of Object.entries(files)) {
        const target = join(path, name);
        mkdirSync(dirname(target), { recursive: true });
        if (content === undefined) rmSync(target);
        else writeFileSync(target, content);
      }
      git('add', '--all');
      git('commit', '--quiet', '--no-gpg-sign', '--message', 'change');
      return git('rev-parse', 'HEAD');
    },
  };
}
