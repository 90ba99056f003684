import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = join(root, 'bin', 'purpcode.js');

function purpcode(args: readonly string[], node = process.execPath) {
  const { status, stdout, stderr } = spawnSync(node, [bin, ...args], { encoding: 'utf8', input: '' });
  return { status, stdout, stderr };
}

describe('purpcode', () => {
  test('--version is that of the package', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    assert.deepEqual(purpcode(['--version']), { status: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('--help names every command, and every command has help of its own', () => {
    const { status, stdout } = purpcode(['--help']);
    assert.equal(status, 0);
    const listed = stdout.slice(stdout.indexOf('Commands:')).matchAll(/^ {2}([a-z]+) {2,}\S/gm);
    const commands = [...listed].map((match) => match[1] ?? '');
    const known = ['run', 'eval', 'redteam', 'data', 'chat', 'oracle', 'reward', 'rules', 'doctor'];
    assert.deepEqual(commands, known);
    for (const command of commands) {
      const help = purpcode([command, '--help']);
      assert.equal(help.status, 0, help.stderr);
      assert.match(help.stdout, new RegExp(`^Usage: purpcode ${command} `));
    }
    assert.match(purpcode(['help', 'oracle']).stdout, /^Usage: purpcode oracle .*\n {2}check /s);
  });

  test('wrong usage: one message, a hint, exit code 2', () => {
    for (const [args, message] of [
      [['lern'], "unknown command 'lern'"],
      [['doctor', '--nope'], "unknown option '--nope'"],
      [['oracle', 'check', '--format', 'pdf'], "argument 'pdf' is invalid"],
    ] as const) {
      const { status, stdout, stderr } = purpcode(args);
      assert.equal(status, 2);
      assert.equal(stdout, '');
      assert.match(stderr, /^purpcode: .*\n(\(Did you mean .*\n)?\n? {2}hint: .*--help/);
      assert.ok(stderr.includes(message), stderr);
    }
  });

  test("an error of the user's has message and hint, the stack only with --debug", () => {
    const plain = purpcode(['run', 'no-such-recipe.yaml']);
    assert.equal(plain.status, 2);
    assert.match(plain.stderr, /^purpcode: .*no-such-recipe\.yaml\n {2}hint: .*\n$/);
    const debug = purpcode(['run', 'no-such-recipe.yaml', '--debug']);
    assert.equal(debug.status, 2);
    assert.ok(debug.stderr.startsWith(plain.stderr));
    assert.match(debug.stderr, /\n {4}at .*resolve\.ts/);
  });

  test('a reader that goes away ends it quietly', async () => {
    const child = spawn(process.execPath, [bin, 'rules', 'list'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    const errors: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    const [code] = (await once(child, 'close')) as [number | null];
    assert.equal(Buffer.concat(errors).toString(), '');
    assert.equal(code, 0);
  });
});

describe('an older Node', () => {
  const older = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'node'))
    .find((node) => existsSync(node) && majorOf(node) >= 18 && majorOf(node) < 24);
  const options = older === undefined ? { skip: 'there is no Node 18 to 23 on the PATH' } : {};

  test('hands over to the Node of the dev dependency, with arguments and exit codes', options, () => {
    assert.equal(purpcode(['--version'], older).status, 0);
    const { status, stderr } = purpcode(['lern'], older);
    assert.equal(status, 2);
    assert.match(stderr, /unknown command 'lern'/);
  });

  test('hands signals over, and ends as its child ended', options, async () => {
    const child = spawn(older ?? '', [bin, 'oracle', 'check', '-'], { stdio: ['pipe', 'ignore', 'inherit'] });
    await grandchild(child);
    child.kill('SIGTERM');
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    assert.deepEqual({ code, signal }, { code: null, signal: 'SIGTERM' });
  });
});

function majorOf(node: string): number {
  const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  return Number.parseInt((stdout ?? '').slice(1), 10);
}

/** Waits until a process has a child. */
async function grandchild({ pid }: ChildProcess): Promise<void> {
  while (spawnSync('pgrep', ['-P', String(pid), '-f', 'purpcode.js']).status === 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
