import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { groupAdvantages, isLearnable } from '../../src/rl/advantages.ts';

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
