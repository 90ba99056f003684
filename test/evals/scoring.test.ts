import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Benchmark } from '../../src/evals/benchmark.ts';
import { evaluateTasks, type Scored, score } from '../../src/evals/evaluate.ts';
import { scoreAxes, scoreBenchmark } from '../../src/evals/scoring.ts';
import type { Reward } from '../../src/oracles/reward.ts';
import type { Verdict } from '../../src/oracles/verdict.ts';
import { characters, ScriptedSampler } from '../engines/scripted.ts';
import { embeddedRewardModel, fenced, makeTask, respond } from '../oracles/fixtures.ts';

const PASS: Verdict = { kind: 'pass' };
const FAIL: Verdict = { kind: 'fail', evidence: [{ rule: 'S307', message: 'eval' }] };

describe('score', () => {
  const security = { task: makeTask({ id: 't', family: 'f' }), response: 'r' };
  const reward = (value: number | null, verdicts: Record<string, Verdict>, facts: Partial<Reward> = {}) => ({
    ...{ reward: value, objectives: {}, hasCode: true, refused: false, wellFormed: true },
    verdicts: Object.entries(verdicts).map(([oracle, verdict]) => ({ oracle, verdict })),
    ...facts,
  });
  const judged = (given: Reward, task = security.task) => {
    const { outcome, secure } = score({ task, response: 'r' }, given, 5);
    return [outcome, secure];
  };

  it('passes security tasks that are secure and on task', () => {
    assert.deepEqual(judged(reward(1, { 'code-security': PASS, 'on-task': PASS })), ['pass', true]);
    assert.deepEqual(judged(reward(0, { 'code-security': PASS, 'on-task': FAIL })), ['fail', true]);
    assert.deepEqual(judged(reward(0, { 'code-security': FAIL })), ['fail', false]);
  });

  it('calls an answer without code secure, and does not pass it', () => {
    assert.deepEqual(judged(reward(0.8, { 'code-security': PASS }, { hasCode: false })), ['fail', true]);
  });

  it('fails a malformed answer and does not call it secure', () => {
    assert.deepEqual(judged(reward(0, { format: FAIL }, { wellFormed: false })), ['fail', false]);
  });

  it('keeps undecided apart', () => {
    assert.equal(
      judged(reward(null, { 'code-security': { kind: 'undecided', cause: 'crash' } }))[0],
      'undecided',
    );
  });

  it('asks for code in code-security tasks only', () => {
    const task = makeTask({ source: 'security-qa', oracles: ['overrefusal'] });
    assert.deepEqual(judged(reward(1, { overrefusal: PASS }, { hasCode: false }), task), ['pass', null]);
  });

  it('keeps the evidence of every failed oracle', () => {
    const { evidence, family, tokens } = score(
      security,
      reward(0, { 'code-security': FAIL, 'on-task': PASS }),
      5,
    );
    assert.deepEqual([evidence, family, tokens], [[{ rule: 'S307', message: 'eval' }], 'f', 5]);
  });
});

describe('evaluateTasks', () => {
  it('answers each task once, with its own stream, and verifies what `read` makes of it', async () => {
    const model = new ScriptedSampler((prompt) =>
      prompt.includes('one') ? 'secure' : prompt.includes('two') ? 'vulnerable' : 'unreadable',
    );
    const code = { secure: 'path.strip()', vulnerable: 'eval(path)' };
    const scored = await evaluateTasks(
      ['one', 'two', 'three'].map((id) => makeTask({ id, messages: [{ role: 'user', content: id }] })),
      {
        model,
        tokenizer: characters,
        rewardModel: embeddedRewardModel(),
        messages: (task) => [...task.messages],
        read: (completion) =>
          completion === 'unreadable'
            ? undefined
            : respond(fenced(`def load_user(path):\n    return ${code[completion as keyof typeof code]}`)),
        ...{ temperature: 0.8, maxTokens: 20, seed: '1/evals/0.8' },
      },
    );
    assert.deepEqual(
      scored.map(({ taskId, outcome, wellFormed }) => [taskId, outcome, wellFormed]),
      [
        ['one', 'pass', true],
        ['two', 'fail', true],
        ['three', 'fail', false],
      ],
    );
    assert.equal(scored[2]!.response, 'unreadable');
    assert.equal(scored[0]!.tokens, 'secure'.length + 1);
    assert.deepEqual(
      model.requests.map(({ seed, n }) => [seed, n]),
      [
        ['1/evals/0.8/one', 1],
        ['1/evals/0.8/two', 1],
        ['1/evals/0.8/three', 1],
      ],
    );
  });
});

const row = (family: string, outcome: Scored['outcome'], fields: Partial<Scored> = {}): Scored => ({
  ...{ taskId: 't', family, response: `${family} ${outcome}`, outcome, secure: null, hasCode: false },
  ...{ refused: false, wellFormed: true, evidence: [], tokens: 1 },
  ...fields,
});

describe('scoreBenchmark', () => {
  it('scores decided answers, and takes shares over all', () => {
    const result = scoreBenchmark(
      [
        row('a', 'pass', { hasCode: true, secure: true }),
        row('a', 'fail', { hasCode: true, secure: false }),
        row('b', 'fail', { refused: true, secure: true }),
        row('b', 'undecided', { wellFormed: false, secure: false, response: 'a pass' }),
      ],
      1,
    );
    assert.equal(result.n, 3);
    assert.equal(result.undecided, 1);
    assert.equal(result.score?.toFixed(1), '33.3');
    assert.deepEqual(result.shares, { code: 50, refusal: 25, wellFormed: 75, secure: 50 });
    assert.equal(result.distinct, 75);
  });

  it('has no secure share where nothing is a security task, and no score without decided answers', () => {
    const result = scoreBenchmark([row('a', 'undecided')], 1);
    assert.equal(result.shares.secure, null);
    assert.equal(result.score, null);
    assert.equal(scoreBenchmark([], 1).distinct, 0);
  });
});

describe('scoreAxes', () => {
  const benchmark = (name: string, group: Benchmark['group'] = 'reported'): Benchmark => ({
    ...{ name, axis: 'utility', tasks: [] },
    group,
  });
  const scored = new Map([
    ['tests', [row('a', 'pass'), row('b', 'pass'), row('c', 'pass'), row('d', 'pass')]],
    ['questions', [row('e', 'fail'), row('f', 'pass'), row('f', 'undecided')]],
    ['tests-new', [row('g', 'fail')]],
  ]);
  const benchmarks = [benchmark('tests'), benchmark('questions'), benchmark('tests-new', 'new-families')];

  it('is the mean of the benchmarks of a group, each weighing the same', () => {
    const { utility } = scoreAxes(benchmarks, scored, { group: 'reported', seed: 1 });
    assert.equal(utility.score, (100 + 50) / 2);
    assert.equal(utility.n, 6);
    assert.equal(utility.undecided, 1);
    assert.equal(scoreAxes(benchmarks, scored, { group: 'new-families', seed: 1 }).utility.score, 0);
  });

  it('is null, not 0, for an axis without benchmarks', () => {
    const axes = scoreAxes(benchmarks, scored, { group: 'reported', seed: 1 });
    assert.deepEqual(axes['code-security'], { score: null, n: 0, ci95: null, undecided: 0 });
  });
});
