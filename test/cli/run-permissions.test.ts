/** A run folder that must not be written to: one clear message, exit code 2, nothing lost. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Journal } from '../../src/runs/journal.ts';

const PURPCODE = fileURLToPath(new URL('../../bin/purpcode.js', import.meta.url));
/** Permissions do not bind the superuser: the command is run as nobody then. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
/** A checkout below a private home folder is closed to nobody. */
const readable = canRead(PURPCODE);
const skip =
  process.platform === 'win32' || !readable ? 'needs POSIX permissions and a readable checkout' : false;

function canRead(file: string): boolean {
  const script = 'require("node:fs").readFileSync(process.argv[1])';
  return spawnSync(process.execPath, ['-e', script, file], NOBODY).status === 0;
}

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'purpcode-permissions-'));
  chmodSync(folder, 0o755);
});
after(() => {
  for (const run of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    if (!run.includes('.')) chmodSync(join(folder, run), 0o755);
  rmSync(folder, { recursive: true, force: true });
});

/** A run folder with a journal that holds a unit. */
function earlierRun(name: string): string {
  const run = join(folder, name);
  mkdirSync(run);
  const journal = new Journal(join(run, 'journal.sqlite'));
  journal.put('redteam', 'a', { kept: true });
  journal.close();
  writeFileSync(join(run, 'events.jsonl'), '{"event":"start"}\n');
  writeFileSync(join(run, 'metrics.jsonl'), '{"stage":"rl","step":0}\n');
  return run;
}

function openToAll(run: string): void {
  chmodSync(run, 0o777);
  for (const name of readdirSync(run)) chmodSync(join(run, name), 0o666);
}

/** Every file with its contents. */
function contents(run: string): Map<string, string> {
  const files = readdirSync(run).filter((name) => !/-(wal|shm)$/.test(name));
  return new Map(files.map((name) => [name, readFileSync(join(run, name), 'latin1')]));
}

function refused(run: string, message: RegExp): void {
  const { status, stderr } = spawnSync(process.execPath, [PURPCODE, 'run', 'nano', '--run', run], {
    ...NOBODY,
    encoding: 'utf8',
    timeout: 120_000,
    cwd: folder,
  });
  assert.equal(status, 2, stderr);
  assert.match(stderr, message);
  assert.match(stderr, /permission|read-only/);
  assert.doesNotMatch(stderr, /\n {4}at /, 'no stack');
}

describe('purpcode run without write permission', { skip }, () => {
  it('a folder that cannot be created is named', () => {
    const parent = join(folder, 'closed');
    mkdirSync(parent);
    chmodSync(parent, 0o555);
    refused(join(parent, 'run'), /cannot create folder .*closed.run/);
    assert.deepEqual(readdirSync(parent), []);
  });

  it('a folder of an earlier run that is closed now keeps all it has', () => {
    const run = earlierRun('read-only');
    const before = contents(run);
    chmodSync(run, 0o555);
    refused(run, /cannot write .*run\.lock/);
    assert.deepEqual(contents(run), before);
  });

  it('a lock that a killed run left in it changes nothing', () => {
    const run = earlierRun('locked');
    writeFileSync(join(run, 'run.lock'), '999999999');
    const before = contents(run);
    chmodSync(run, 0o555);
    refused(run, /cannot remove .*run\.lock/);
    assert.deepEqual(contents(run), before);
  });

  it('a lock that cannot be read is named', () => {
    const run = earlierRun('unreadable-lock');
    writeFileSync(join(run, 'run.lock'), '1');
    openToAll(run);
    chmodSync(join(run, 'run.lock'), 0o000);
    refused(run, /cannot read .*run\.lock/);
  });

  for (const [file, message] of [
    ['journal.sqlite', /journal .*journal\.sqlite cannot be opened/],
    ['events.jsonl', /cannot write .*events\.jsonl/],
  ] as const)
    it(`${file} of another user is named, and the folder is free again`, () => {
      const run = earlierRun(`foreign-${file}`);
      const before = contents(run).get(file);
      openToAll(run);
      chmodSync(join(run, file), 0o444);
      refused(run, message);
      assert.equal(readFileSync(join(run, file), 'latin1'), before);
      assert.ok(!existsSync(join(run, 'run.lock')));
    });

  it('a stage whose folder cannot be written is named', () => {
    const run = earlierRun('foreign-stage');
    openToAll(run);
    mkdirSync(join(run, 'redteam'));
    writeFileSync(join(run, 'redteam', 'tasks.jsonl'), '{}\n');
    chmodSync(join(run, 'redteam'), 0o555);
    refused(run, /cannot (remove|write) /);
    assert.equal(readFileSync(join(run, 'redteam', 'tasks.jsonl'), 'utf8'), '{}\n');
  });
});
