import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Task } from '../../src/oracles/task.ts';
import { needsMore, promptsToSample, selectGroups } from '../../src/rl/dynamic-sampling.ts';
import { drawPrompts, initialState } from '../../src/rl/trainer.ts';

const plan = (sampler: 'single-step' | 'dapo' | 'none') => ({ sampler, groups: 16, cap: 4 });

describe('single-step dynamic sampling', () => {
  it('samples n / l prompts, at most 4 n', () => {
    assert.equal(promptsToSample(plan('single-step'), 1), 16);
    assert.equal(promptsToSample(plan('single-step'), 0.5), 32);
    assert.equal(promptsToSample(plan('single-step'), 0.55), 30);
    assert.equal(promptsToSample(plan('single-step'), 0.1), 64);
    assert.equal(promptsToSample(plan('single-step'), 0), 64);
  });

  it('trains on every learnable group and never resamples', () => {
    assert.deepEqual(selectGroups(plan('single-step'), ['a', 'b', 'c']), {
      trained: ['a', 'b', 'c'],
      dropped: 0,
    });
    assert.equal(needsMore(plan('single-step'), { learnable: 3, sampled: 16 }), false);
  });
});

describe('DAPO', () => {
  it('resamples in sub-steps of n until n groups are learnable, at most 4 n prompts', () => {
    assert.equal(promptsToSample(plan('dapo'), 0.1), 16);
    assert.equal(needsMore(plan('dapo'), { learnable: 15, sampled: 16 }), true);
    assert.equal(needsMore(plan('dapo'), { learnable: 16, sampled: 32 }), false);
    assert.equal(needsMore(plan('dapo'), { learnable: 2, sampled: 64 }), false);
  });

  it('drops the surplus', () => {
    const groups = Array.from({ length: 21 }, (_, i) => i);
    const { trained, dropped } = selectGroups(plan('dapo'), groups);
    assert.equal(trained.length, 16);
    assert.equal(dropped, 5);
  });
});

describe('no dynamic sampling', () => {
  it('takes what comes', () => {
    assert.equal(promptsToSample(plan('none'), 0.1), 16);
    assert.equal(needsMore(plan('none'), { learnable: 0, sampled: 16 }), false);
    assert.deepEqual(selectGroups(plan('none'), ['a']), { trained: ['a'], dropped: 0 });
  });
});

describe('initialState', () => {
  it('guesses the learnable fraction from the pass rate of rule learning', () => {
    // 8 rollouts at 50 %: all but 2 in 256 groups are mixed.
    assert.equal(initialState(0.5, 8).learnableFraction, 1 - 2 / 256);
    assert.equal(initialState(1, 8).learnableFraction, 0.25);
  });
});

describe('drawPrompts', () => {
  const task = (source: Task['source'], i: number): Task => ({
    id: `${source}-${i}`,
    source,
    messages: [{ role: 'user', content: 'x' }],
    oracles: [],
    family: 'f',
    cwes: [],
    rules: [],
    provenance: {},
  });
  const pool = [
    ...Array.from({ length: 10 }, (_, i) => task('code-security', i)),
    ...Array.from({ length: 4 }, (_, i) => task('coding-utility', i)),
  ];
  const mix = { 'code-security': 0.75, 'coding-utility': 0.25 };

  it('keeps the shares of the mix', () => {
    const { tasks, cursors } = drawPrompts(pool, { count: 8, cursors: {}, mix, seed: 1 });
    assert.equal(tasks.filter(({ source }) => source === 'code-security').length, 6);
    assert.deepEqual(cursors, { 'code-security': 6, 'coding-utility': 2 });
  });

  it('gives the same prompts in one draw as in two', () => {
    const whole = drawPrompts(pool, { count: 30, cursors: {}, mix, seed: 1 });
    const first = drawPrompts(pool, { count: 11, cursors: {}, mix, seed: 1 });
    const second = drawPrompts(pool, { count: 19, cursors: first.cursors, mix, seed: 1 });
    assert.deepEqual(
      [...first.tasks, ...second.tasks].map(({ id }) => id),
      whole.tasks.map(({ id }) => id),
    );
  });

  it('uses every prompt of a source once before any comes again', () => {
    const { tasks } = drawPrompts(pool, { count: 10, cursors: {}, mix: { 'code-security': 1 }, seed: 1 });
    assert.equal(new Set(tasks.map(({ id }) => id)).size, 10);
  });

  it('leaves out sources that the mix does not name', () => {
    const { tasks } = drawPrompts(pool, {
      count: 5,
      cursors: {},
      mix: { 'coding-utility': 1, 'code-security': 0 },
      seed: 1,
    });
    assert.ok(tasks.every(({ source }) => source === 'coding-utility'));
  });
});
