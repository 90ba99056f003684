/** End to end: the whole recipe through the command line, killed and resumed, and its bad input. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { framingsOf } from '../../src/nano/ask.ts';
import { createWorld, splitFamilies } from '../../src/nano/world.ts';
import type { Task } from '../../src/oracles/task.ts';
import { JAILBREAK_TEMPLATES } from '../../src/redteam/jailbreaks/templates.ts';
import type { Summary } from '../../src/report/summary.ts';
import { readJsonl } from '../../src/runs/files.ts';

const PURPCODE = fileURLToPath(new URL('../../bin/purpcode.js', import.meta.url));
/** Small enough for seconds, and still every stage. */
const TINY = [
  ...[
    'pool.lookalikes=8',
    'pool.utility=8',
    'pool.questions=6',
    'redteam.turns=1',
    'redteam.maliciousPrompts=8',
  ],
  ...['ruleLearning.prompts=16', 'ruleLearning.samples=2', 'ruleLearning.sft.tokensPerStep=300'],
  ...['rl.steps=2', 'rl.groups=3', 'rl.rollouts=4', 'evals.scale=0.04', 'model.maxTokens=120'],
  // With two, each waits for the other in a loop, which costs the tests that run beside this one.
  'model.threads=1',
].flatMap((setting) => ['--set', setting]);

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'purpcode-run-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

function purpcode(...args: string[]) {
  return spawnSync(process.execPath, [PURPCODE, ...args], { encoding: 'utf8', timeout: 240_000 });
}

const runArgs = (run: string): string[] => ['run', 'nano-smoke', '--run', run, ...TINY];

function summaryOf(run: string): Summary {
  return JSON.parse(readFileSync(join(run, 'report', 'summary.json'), 'utf8')) as Summary;
}

/** What must not depend on whether a run was interrupted. */
function scoresOf({ axes, benchmarks, ruleLearning, rl, redteam, cost }: Summary) {
  const { seconds: _seconds, ...counts } = rl!;
  return { axes, benchmarks, ruleLearning, counts, redteam, cost };
}

/** Starts a run and kills it with SIGKILL as soon as `reached` says so. */
async function killWhen(run: string, reached: () => boolean): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, [PURPCODE, ...runArgs(run)], {
    stdio: 'ignore',
    detached: true,
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const deadline = Date.now() + 200_000;
  while (!reached()) {
    assert.equal(child.exitCode, null, 'the run ended before it could be killed');
    assert.ok(Date.now() < deadline, 'the run never got there');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  process.kill(-child.pid!, 'SIGKILL');
  await ended;
}

const stageFinished = (run: string, stage: string): boolean => {
  const path = join(run, stage, 'stage.json');
  return existsSync(path) && readFileSync(path, 'utf8').includes('"finished": true');
};
const stageBegun = (run: string, stage: string): boolean => existsSync(join(run, stage, 'stage.json'));

describe('purpcode run', () => {
  it('runs the whole recipe and ends with the table and the path of the report', () => {
    const run = join(folder, 'whole');
    const { status, stdout, stderr } = purpcode(...runArgs(run));
    assert.equal(status, 0, stderr);
    assert.match(stdout, /code.security/i);
    assert.match(stdout, /report: .*index\.html/);
    const summary = summaryOf(run);
    assert.deepEqual(summary.stages, ['base', 'rule-learning', 'rl']);
    for (const axis of ['code-security', 'malicious-assistance', 'overrefusal', 'utility'] as const) {
      for (const checkpoint of ['base', 'base+rules', 'rule-learning', 'rl']) {
        const score = summary.axes[axis][checkpoint];
        assert.ok(score && score.n > 0, `${axis} of ${checkpoint}`);
        assert.ok(score.score !== null && score.score >= 0 && score.score <= 100);
      }
    }
    assert.equal(summary.rl?.steps, 2);
    assert.equal(summary.rl?.droppedLearnableGroups, 0);
    for (const file of ['recipe.yaml', 'journal.sqlite', 'metrics.jsonl', 'events.jsonl', 'cost.json']) {
      assert.ok(existsSync(join(run, file)), file);
    }
    for (const checkpoint of ['base', 'rule-learning', 'rl']) {
      assert.ok(existsSync(join(run, 'checkpoints', checkpoint, 'model.safetensors')), checkpoint);
    }
    assert.match(readFileSync(join(run, 'report', 'index.html'), 'utf8'), /<!doctype html>/i);
  });

  it('trains on nothing of the new families and in no jailbreak template that is held out', () => {
    const world = createWorld({ jailbreaks: JAILBREAK_TEMPLATES });
    const { fresh } = splitFamilies(world, 1);
    const newFamilies = new Set(
      [...fresh.security, ...fresh.utility, ...fresh.lookalike, ...fresh.malicious].map(({ id }) => id),
    );
    const training = new Set(framingsOf(world.jailbreaks, 'train').map(({ id }) => id));
    const tasks = readJsonl(join(folder, 'whole', 'redteam', 'tasks.jsonl')) as Task[];
    let jailbroken = 0;
    for (const { family, provenance } of tasks) {
      assert.ok(!newFamilies.has(family), family);
      if (provenance.jailbreak === undefined) continue;
      jailbroken++;
      for (const template of String(provenance.jailbreak).split('+'))
        assert.ok(training.has(template), template);
    }
    assert.ok(jailbroken > 0);
  });

  it('is resumed after kill -9 in every stage, with the scores of a run that was not interrupted', async () => {
    const run = join(folder, 'killed');
    const journalHas = (stage: string) => {
      const wal = join(run, 'journal.sqlite-wal');
      return existsSync(wal) && readFileSync(wal, 'latin1').includes(stage);
    };
    await killWhen(run, () => stageBegun(run, 'redteam'));
    await killWhen(run, () => stageBegun(run, 'rule-learning') && journalHas('/samples/'));
    await killWhen(run, () => existsSync(join(run, 'rule-learning', 'samples.jsonl')));
    await killWhen(run, () => stageFinished(run, 'rule-learning') && existsSync(join(run, 'rl', 'state-1')));
    await killWhen(run, () => stageBegun(run, 'evals'));
    const { status, stderr } = purpcode(...runArgs(run));
    assert.equal(status, 0, stderr);
    assert.deepEqual(scoresOf(summaryOf(run)), scoresOf(summaryOf(join(folder, 'whole'))));
  });

  it('takes over from another run what has the same settings', () => {
    const run = join(folder, 'dapo');
    const { status, stdout, stderr } = purpcode(
      ...['run', 'dapo', '--run', run, '--from', join(folder, 'whole'), ...TINY, '--set', 'rl.steps=1'],
    );
    assert.equal(status, 0, stderr);
    assert.match(stdout, /rule-learning: done before/);
    assert.doesNotMatch(stdout, /rl: done before/);
    assert.equal(summaryOf(run).rl?.sampler, 'dapo');
    assert.deepEqual(summaryOf(run).axes.utility.base, summaryOf(join(folder, 'whole')).axes.utility.base);
  });

  it('does not take over the report of another run, so that no score of that run is read for this one', () => {
    const run = join(folder, 'begun');
    const { status, stderr } = purpcode(
      ...['run', 'dapo', '--run', run, '--from', join(folder, 'whole'), ...TINY, '--until', 'redteam'],
    );
    assert.equal(status, 0, stderr);
    assert.ok(existsSync(join(run, 'checkpoints', 'rule-learning', 'model.safetensors')));
    assert.ok(!existsSync(join(run, 'report')));
    assert.match(readFileSync(join(run, 'recipe.yaml'), 'utf8'), /^name: dapo$/m);
  });

  it('--json writes one JSON object a line', () => {
    const { status, stdout, stderr } = purpcode(
      ...['run', 'nano-smoke', '--run', join(folder, 'json'), '--until', 'redteam', '--json', ...TINY],
    );
    assert.equal(status, 0, stderr);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; job?: string });
    assert.ok(events.some(({ event, job }) => event === 'end' && job === 'red-teaming'));
  });

  it('keeps another recipe out of a run folder', () => {
    const { status, stderr } = purpcode('run', 'dapo', '--run', join(folder, 'whole'));
    assert.equal(status, 2);
    assert.match(stderr, /holds a run of recipe nano-smoke/);
  });
});

describe('purpcode run: bad input', () => {
  const cases: [string, string[], RegExp][] = [
    ['an unknown key', ['run', 'nano', '--set', 'rl.stepss=1'], /unknown key rl\.stepss/],
    ['an unknown preset', ['run', 'nanoo'], /no preset and no recipe file called nanoo/],
    [
      'a missing checkpoint',
      ['run', 'nano', '--set', 'model.base=/does/not/exist'],
      /no checkpoint at \/does\/not\/exist/,
    ],
    ['a run below a file', ['run', 'nano', '--run', join(PURPCODE, 'run')], /purpcode\.js/],
    ['an unknown option', ['run', 'nano', '--stepps', '1'], /unknown option/],
    [
      'a missing run to start from',
      ['run', 'nano', '--from', '/does/not/exist'],
      /there is no run in this folder/,
    ],
  ];
  for (const [what, args, message] of cases) {
    it(`${what}: one clear message, exit code 2`, () => {
      const where = args.includes('--run') ? [] : ['--run', join(folder, `bad-${what.replaceAll(' ', '-')}`)];
      const { status, stderr } = purpcode(...args, ...where);
      assert.equal(status, 2, stderr);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /\n {4}at /, 'no stack');
    });
  }

  it('a corrupt checkpoint is named', () => {
    const base = join(folder, 'corrupt-base');
    cpSync(join(folder, 'whole', 'checkpoints', 'base'), base, { recursive: true });
    const model = join(base, 'model.safetensors');
    writeFileSync(model, readFileSync(model).subarray(0, 100_000));
    const { status, stderr } = purpcode(
      'run',
      'nano',
      '--run',
      join(folder, 'c'),
      '--set',
      `model.base=${base}`,
    );
    assert.equal(status, 2, stderr);
    assert.match(stderr, /model\.safetensors/);
  });

  it('a corrupt journal is named, and the run can go on without it', () => {
    const run = join(folder, 'corrupt-journal');
    cpSync(join(folder, 'whole'), run, { recursive: true });
    writeFileSync(join(run, 'journal.sqlite'), 'not a database '.repeat(1000));
    const { status, stderr } = purpcode(...runArgs(run));
    assert.equal(status, 2, stderr);
    assert.match(stderr, /journal\.sqlite/);
    rmSync(join(run, 'journal.sqlite'));
    const again = purpcode(...runArgs(run));
    assert.equal(again.status, 0, again.stderr);
    assert.deepEqual(scoresOf(summaryOf(run)), scoresOf(summaryOf(join(folder, 'whole'))));
  });

  it('a corrupt line of a result file is named with its number', () => {
    const run = join(folder, 'corrupt-line');
    cpSync(join(folder, 'whole'), run, { recursive: true });
    const rows = join(run, 'evals', 'responses.jsonl');
    const lines = readFileSync(rows, 'utf8').split('\n');
    lines[2] = '{"broken';
    writeFileSync(rows, lines.join('\n'));
    const { status, stderr } = purpcode(...runArgs(run));
    assert.equal(status, 2, stderr);
    assert.match(stderr, /responses\.jsonl:3/);
  });
});

describe('purpcode chat', () => {
  it('asks every checkpoint the same question', () => {
    const { status, stdout, stderr } = purpcode(
      ...[
        'chat',
        join(folder, 'whole'),
        '--ask',
        'Write a function hash_order(data) to compute the hex digest of the order data.',
      ],
      '--json',
    );
    assert.equal(status, 0, stderr);
    const { answers } = JSON.parse(stdout) as { answers: { checkpoint: string; response: string }[] };
    assert.deepEqual(
      answers.map(({ checkpoint }) => checkpoint),
      ['base', 'rule-learning', 'rl'],
    );
    for (const { response } of answers) assert.match(response, /## /);
  });

  it('says so when there is no run', () => {
    const { status, stderr } = purpcode('chat', join(folder, 'nothing'));
    assert.equal(status, 2);
    assert.match(stderr, /no run with checkpoints/);
  });
});
