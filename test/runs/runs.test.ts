import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { IoError, RunError } from '../../src/errors.ts';
import { readJsonl, writeFileAtomic } from '../../src/runs/files.ts';
import { Journal } from '../../src/runs/journal.ts';
import { createProgress, duration, progressLine } from '../../src/runs/progress.ts';
import { RunDirectory } from '../../src/runs/run-directory.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'purpcode-runs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('Journal', () => {
  it('does the work of a unit once, also after it was opened again', async () => {
    const path = join(folder, 'journal.sqlite');
    let calls = 0;
    const work = async () => ({ value: ++calls });
    const first = new Journal(path);
    assert.deepEqual(await first.unit('rl', 'a', work), { value: 1 });
    assert.deepEqual(await first.unit('rl', 'a', work), { value: 1 });
    first.close();
    const second = new Journal(path);
    assert.deepEqual(await second.unit('rl', 'a', work), { value: 1 });
    assert.deepEqual(await second.unit('evals', 'a', work), { value: 2 });
    second.close();
  });

  it('keeps nothing of a unit whose work failed', async () => {
    const journal = new Journal(join(folder, 'journal.sqlite'));
    await assert.rejects(
      journal.unit('rl', 'a', async () => {
        throw new Error('killed');
      }),
    );
    assert.equal(journal.get('rl', 'a'), undefined);
    journal.close();
  });

  it('says so when the file is no database', () => {
    const path = join(folder, 'journal.sqlite');
    writeFileSync(path, 'this is not SQLite'.repeat(100));
    assert.throws(
      () => new Journal(path),
      (error: RunError) =>
        error instanceof RunError && error.message.includes(path) && /move .* away/.test(error.hint!),
    );
  });

  it('names stage and unit of a damaged row', () => {
    const path = join(folder, 'journal.sqlite');
    const journal = new Journal(path);
    journal.put('rl', 'step-3', { reward: 1 });
    journal.close();
    const bytes = readFileSync(path);
    const wal = `${path}-wal`;
    for (const file of [path, wal]) {
      try {
        const content = readFileSync(file, 'latin1').replaceAll('{"reward":1}', '{"reward":#}');
        writeFileSync(file, content, 'latin1');
      } catch {
        assert.equal(file, wal);
      }
    }
    assert.notDeepEqual(readFileSync(path), bytes);
    const damaged = new Journal(path);
    assert.throws(() => damaged.get('rl', 'step-3'), /stage rl, unit step-3/);
    damaged.close();
  });
});

describe('JSONL', () => {
  it('leaves out a last line that was being written when the process died', () => {
    const path = join(folder, 'metrics.jsonl');
    writeFileSync(path, '{"step":0}\n{"step":1}\n{"st');
    assert.deepEqual(readJsonl(path), [{ step: 0 }, { step: 1 }]);
  });

  it('names file and line of any other damage', () => {
    const path = join(folder, 'metrics.jsonl');
    writeFileSync(path, '{"step":0}\n{"step"\n{"step":2}\n');
    assert.throws(() => readJsonl(path), new RegExp(`${path}:2`));
  });
});

describe('files', () => {
  it('say that the disk is full, and leave no partial file', () => {
    symlinkSync('/dev/full', join(folder, 'metrics.jsonl'));
    const run = new RunDirectory(folder);
    assert.throws(
      () => run.metric('rl', 0, { reward: 1 }),
      (error: IoError) =>
        error instanceof IoError && /metrics\.jsonl/.test(error.message) && /disk is full/.test(error.hint!),
    );
    run.close();
  });

  it('say that a folder is in the way', () => {
    const path = join(folder, 'summary.json');
    mkdirSync(join(path, 'full'), { recursive: true });
    assert.throws(() => writeFileAtomic(path, 'x'), /summary\.json/);
  });

  it('cannot make a run folder below a file', () => {
    writeFileSync(join(folder, 'file'), '');
    assert.throws(
      () => new RunDirectory(join(folder, 'file', 'run')),
      (error: IoError) => error instanceof IoError && /not a folder/.test(error.hint!),
    );
  });
});

describe('RunDirectory', () => {
  it('skips a finished stage and redoes one whose recipe changed', async () => {
    const run = new RunDirectory(folder);
    let done = 0;
    const work = async () => {
      done++;
    };
    assert.deepEqual(await run.stage('rl', 'a', work), { skipped: false });
    assert.deepEqual(await run.stage('rl', 'a', work), { skipped: true });
    writeFileSync(run.file('rl', 'old.txt'), '');
    assert.deepEqual(await run.stage('rl', 'b', work), { skipped: false });
    assert.equal(done, 2);
    assert.throws(() => readFileSync(run.file('rl', 'old.txt')), /ENOENT/);
    run.close();
  });

  it('keeps the files of a stage that failed half-way', async () => {
    const run = new RunDirectory(folder);
    await assert.rejects(
      run.stage('rl', 'a', async () => {
        writeFileSync(run.file('rl', 'half.txt'), 'x');
        throw new Error('killed');
      }),
    );
    await run.stage('rl', 'a', async () => {
      assert.equal(readFileSync(run.file('rl', 'half.txt'), 'utf8'), 'x');
    });
    run.close();
  });

  it('drops the metrics of steps that are done again', () => {
    const run = new RunDirectory(folder);
    for (const step of [0, 1, 2]) run.metric('rl', step, { reward: step });
    run.metric('evals', 2, {});
    run.rewindMetrics('rl', 1);
    assert.deepEqual(run.metrics('rl'), [{ stage: 'rl', step: 0, reward: 0 }]);
    assert.equal(run.metrics('evals').length, 1);
    run.close();
  });

  it('drops a metric that was cut off, so that the next one has a line of its own', () => {
    const run = new RunDirectory(folder);
    writeFileSync(run.file('metrics.jsonl'), '{"stage":"rl","st');
    run.rewindMetrics('rl', 0);
    run.metric('rl', 0, { reward: 1 });
    assert.deepEqual(run.metrics('rl'), [{ stage: 'rl', step: 0, reward: 1 }]);
    run.close();
  });

  it('says how to mend a damaged file of a stage, and the mend works', async () => {
    const run = new RunDirectory(folder);
    let done = 0;
    const work = async () => {
      writeFileSync(run.file('evals', 'responses.jsonl'), `{"done":${++done}}\n`);
    };
    await run.stage('evals', 'a', work);
    writeFileSync(run.file('evals', 'responses.jsonl'), '{"do\n');
    assert.throws(
      () => readJsonl(run.file('evals', 'responses.jsonl')),
      (error: RunError) => /delete stage\.json beside it/.test(error.hint!),
    );
    rmSync(run.file('evals', 'stage.json'));
    await run.stage('evals', 'a', work);
    assert.deepEqual(readJsonl(run.file('evals', 'responses.jsonl')), [{ done: 2 }]);
    run.close();
  });

  it('says so when the mark of a stage is damaged', async () => {
    const run = new RunDirectory(folder);
    mkdirSync(run.file('rl'));
    for (const text of ['null', '{}', '{"finished":']) {
      writeFileSync(run.file('rl', 'stage.json'), text);
      await assert.rejects(
        run.stage('rl', 'a', async () => undefined),
        (error: RunError) => error instanceof RunError && /stage\.json/.test(error.message),
      );
    }
    run.close();
  });

  it('is locked while a living process has it, and taken over from a dead one', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '0']);
    writeFileSync(join(folder, 'run.lock'), String(pid));
    new RunDirectory(folder).close();
    writeFileSync(join(folder, 'run.lock'), String(process.ppid));
    assert.throws(() => new RunDirectory(folder), new RegExp(`in use by process ${process.ppid}`));
  });
});

describe('progress', () => {
  it('shows share, rate and time left', () => {
    const line = progressLine({
      job: 'RL',
      done: 4,
      total: 16,
      seconds: 48,
      note: 'reward 0.61',
      final: false,
    });
    assert.equal(line.replace(/ {2,}/g, '  '), 'RL  4/16  25 %  12.0 s each  ETA 2 min 24 s  reward 0.61');
  });

  it('does not count what an earlier attempt did towards the rate', () => {
    const line = progressLine({
      job: 'RL',
      done: 10,
      before: 8,
      total: 16,
      seconds: 20,
      note: undefined,
      final: false,
    });
    assert.equal(line.replace(/ {2,}/g, '  '), 'RL  10/16  62 %  10.0 s each  ETA 1 min 00 s');
  });

  it('rewrites one line on a terminal', () => {
    let text = '';
    let now = 0;
    const progress = createProgress({ write: (part) => (text += part), style: 'terminal', clock: () => now });
    const job = progress.start('SFT', 2);
    now = 1000;
    job.update(1);
    now = 2000;
    job.update(2);
    job.end('loss 0.5');
    assert.equal(text.split('\r').length, 4);
    assert.ok(text.endsWith('loss 0.5\n'));
  });

  it('writes events for machines', () => {
    let text = '';
    const job = createProgress({ write: (part) => (text += part), style: 'json', clock: () => 0 }).start(
      'SFT',
      2,
    );
    job.end();
    assert.deepEqual(JSON.parse(text), { event: 'end', job: 'SFT', done: 2, total: 2, seconds: 0 });
  });

  it('spells durations', () => {
    assert.deepEqual([42, 185, 7800].map(duration), ['42 s', '3 min 05 s', '2 h 10 min']);
  });
});
