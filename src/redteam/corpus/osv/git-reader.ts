/**
 * Fixing commits from clones on this machine. Git reads objects alone: no shell, no hook, no program that the
 * repository's configuration or attributes name, no network, not even for objects that a partial clone lacks.
 */
import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import type { FixCommit } from '../../../datasets/osv.ts';
import { messageOf, PurpcodeError } from '../../../errors.ts';
import {
  type CommitReader,
  isCommitHash,
  type ReadResult,
  repositoryParts,
  textOf,
  unread,
} from './commit-reader.ts';

export interface GitReaderOptions {
  /** Holds clones, bare or not, by address: `<folder>/github.com/owner/name` or `<folder>/github.com/owner/name.git`. */
  readonly folder: string;
  readonly maxDiffBytes: number;
  readonly maxFileBytes: number;
  /** Of one call of git. */
  readonly timeoutMs: number;
}

/** @throws PurpcodeError `missing-tool` from its methods when git is not installed. */
export function createGitReader(options: GitReaderOptions): CommitReader {
  const { folder, maxDiffBytes, maxFileBytes } = options;
  return {
    async diff({ repository, commit }) {
      if (!isCommitHash(commit)) return unread('hostile-commit', commit);
      const directory = gitDirectory(folder, repository);
      if (directory === undefined) return unread('unknown-repository', repository);
      const git = (...args: readonly string[]) =>
        runGit(directory, args, { ...options, maxBytes: maxDiffBytes });
      const ids = await git('rev-list', '--parents', '--max-count=1', '--end-of-options', commit, '--');
      if (ids.kind === 'failed')
        return ids.fault === 'too-large' ? asUnread(ids) : unread('not-found', commit);
      const [whole, parent] = ids.bytes.toString('latin1').trim().split(' ');
      if (whole === undefined || !isCommitHash(whole)) return unread('not-found', commit);
      if (parent === undefined || !isCommitHash(parent)) return unread('no-parent', commit);
      const diff = await git(...DIFF, parent, whole, '--');
      // One file in another encoding must not cost the others: of the diff only places are used.
      return diff.kind === 'failed' ? asUnread(diff) : { kind: 'read', text: diff.bytes.toString('utf8') };
    },
    async before({ repository }, { oldBlob }) {
      const directory = gitDirectory(folder, repository);
      if (directory === undefined) return unread('unknown-repository', repository);
      if (oldBlob === undefined || !isCommitHash(oldBlob))
        return unread('not-found', 'the diff names no content');
      const blob = await runGit(directory, ['cat-file', 'blob', oldBlob], {
        ...options,
        maxBytes: maxFileBytes,
      });
      if (blob.kind === 'failed') return asUnread(blob);
      const text = textOf(blob.bytes);
      return text === undefined ? unread('not-text', oldBlob) : { kind: 'read', text };
    },
  };
}

const DIFF = [
  ...['diff-tree', '-r', '-p', '--full-index', '--find-renames', '--unified=0', '--no-color'],
  ...['--no-ext-diff', '--no-textconv', '--src-prefix=a/', '--dst-prefix=b/', '--end-of-options'],
] as const;

/** The `.git` of the clone, found by the parts of the address; undefined without a clone. */
function gitDirectory(folder: string, repository: FixCommit['repository']): string | undefined {
  const parts = repositoryParts(repository);
  if (parts === undefined) return undefined;
  const place = join(folder, parts.host, ...parts.path);
  return [join(place, '.git'), `${place}.git`, place].find(
    (path) => isFolder(join(path, 'objects')) && isFolder(join(path, 'refs')),
  );
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

type GitRun =
  | { readonly kind: 'done'; readonly bytes: Buffer }
  | { readonly kind: 'failed'; readonly fault: 'too-large' | 'unreachable'; readonly detail: string };

function asUnread({ fault, detail }: Extract<GitRun, { kind: 'failed' }>): ReadResult {
  return unread(fault, detail);
}

/** What a repository's configuration could name to be run, and what it could fetch. */
const OVERRIDES = [
  'core.fsmonitor=false',
  `core.hooksPath=${devNull}`,
  `core.attributesFile=${devNull}`,
  'protocol.allow=never',
].flatMap((setting) => ['-c', setting]);

function environment(): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    ...(process.env.SYSTEMROOT === undefined ? {} : { SYSTEMROOT: process.env.SYSTEMROOT }),
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    // An empty list allows none.
    GIT_ALLOW_PROTOCOL: '',
  };
}

function runGit(
  directory: string,
  args: readonly string[],
  { timeoutMs, maxBytes }: { readonly timeoutMs: number; readonly maxBytes: number },
): Promise<GitRun> {
  const all = [`--git-dir=${directory}`, '--no-pager', ...OVERRIDES, ...args];
  const limits = { timeout: timeoutMs, maxBuffer: maxBytes, killSignal: 'SIGKILL' as const };
  return new Promise((resolve, reject) => {
    const settings = {
      ...limits,
      cwd: directory,
      env: environment(),
      encoding: 'buffer' as const,
      windowsHide: true,
    };
    execFile('git', all, settings, (error, stdout) => {
      if (error === null) return resolve({ kind: 'done', bytes: stdout });
      if (error.code === 'ENOENT') return reject(missingGit(error));
      const isTooLarge = String(error.code) === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER';
      const detail = isTooLarge
        ? `more than ${maxBytes} bytes`
        : error.killed === true
          ? `git ${args[0]} did not end within ${timeoutMs / 1000} s`
          : (messageOf(error).split('\n').at(-2) ?? messageOf(error));
      resolve({ kind: 'failed', fault: isTooLarge ? 'too-large' : 'unreachable', detail });
    });
  });
}

function missingGit(cause: unknown): PurpcodeError {
  return new PurpcodeError('missing-tool', 'git cannot be started: it is not installed', {
    cause,
    hint: 'install git, or read commits from GitHub: corpus.osv.commits: github',
  });
}
