import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { advantagesOf, groupAdvantages, isLearnable } from '../../src/rl/advantages.ts';

describe('groupAdvantages', () => {
  it('is (r - mean) / population std', () => {
    assert.deepEqual(groupAdvantages([1, 0, 0, 1]), [1, -1, -1, 1]);
    const [first, ...rest] = groupAdvantages([1, 0, 0, 0])!;
    assert.ok(Math.abs(first! - Math.sqrt(3)) < 1e-12);
    for (const advantage of rest) assert.ok(Math.abs(advantage! + 1 / Math.sqrt(3)) < 1e-12);
  });

  it('sums to zero over the decided rollouts', () => {
    const advantages = groupAdvantages([1, 0.8, 0, null, 0.8])!;
    assert.equal(advantages[3], null);
    assert.ok(Math.abs(advantages.reduce<number>((sum, a) => sum + (a ?? 0), 0)) < 1e-12);
  });

  it('leaves undecided rewards out of mean and deviation', () => {
    assert.deepEqual(groupAdvantages([1, null, 0, null]), [1, null, -1, null]);
  });

  it('has no gradient when all decided rewards are equal', () => {
    assert.equal(groupAdvantages([1, 1, 1, 1]), undefined);
    assert.equal(groupAdvantages([0, null, 0]), undefined);
    assert.equal(groupAdvantages([null, null]), undefined);
    assert.equal(groupAdvantages([]), undefined);
    assert.equal(groupAdvantages([null, 1]), undefined);
  });
});

describe('isLearnable', () => {
  it('needs two different decided rewards', () => {
    assert.equal(isLearnable([0.8, 1]), true);
    assert.equal(isLearnable([1, null, 1]), false);
  });
});

describe('advantagesOf several objectives', () => {
  const rewards = (...rows: readonly (readonly [number | null, number | null])[]) =>
    rows.map(([security, correctness]) => {
      const values = [security, correctness];
      const joint = values.includes(0) ? 0 : values.includes(null) ? null : 1;
      return { reward: joint, objectives: { 'code-security': security, correctness } };
    });

  it('teaches both where no rollout has both: the joint reward has nothing to compare', () => {
    const group = rewards([1, 0], [0, 1], [0, 0], [1, 0]);
    assert.equal(advantagesOf(group, 'joint'), undefined);
    // Security 1 0 0 1: 1 -1 -1 1. Correctness 0 1 0 0: -1/√3 √3 -1/√3 -1/√3. Their means:
    const expected = [(1 - 1 / Math.sqrt(3)) / 2, (Math.sqrt(3) - 1) / 2, (-1 - 1 / Math.sqrt(3)) / 2];
    const advantages = advantagesOf(group, 'per-objective')!;
    for (const [i, value] of expected.entries()) assert.ok(Math.abs(advantages[i]! - value) < 1e-12);
    assert.equal(advantages[3], advantages[0]);
  });

  it('is the same as joint for one objective', () => {
    const group = [1, 0, null, 0.8].map((reward) => ({ reward, objectives: { overrefusal: reward } }));
    assert.deepEqual(advantagesOf(group, 'per-objective'), advantagesOf(group, 'joint'));
  });

  it('masks a rollout with an undecided objective as a whole, also out of the means of the others', () => {
    const group = rewards([1, 1], [0, 1], [1, null]);
    assert.deepEqual(advantagesOf(group, 'per-objective'), [0.5, -0.5, null]);
    assert.equal(advantagesOf(rewards([1, 1], [1, 1], [0, null]), 'per-objective'), undefined);
  });

  it('counts an objective only for the rollouts that it was asked of', () => {
    const group = [
      { reward: 1, objectives: { a: 1, b: 1 } },
      { reward: 0, objectives: { a: 1, b: 0 } },
      { reward: 0, objectives: { a: 0 } },
    ];
    const [first, second, third] = advantagesOf(group, 'per-objective')!;
    // a: 1 1 0 has mean 2/3 and deviation √2/3, so 1/√2, 1/√2, -√2; b: 1 0 gives 1 -1.
    assert.ok(Math.abs(first! - (Math.SQRT1_2 + 1) / 2) < 1e-12);
    assert.ok(Math.abs(second! - (Math.SQRT1_2 - 1) / 2) < 1e-12);
    assert.ok(Math.abs(third! + Math.SQRT2 / 2) < 1e-12);
  });
});
