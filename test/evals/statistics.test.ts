import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  clusterBootstrap,
  estimate,
  estimateMean,
  estimateOverSeeds,
  quantile,
} from '../../src/evals/statistics.ts';

const outcomes = (cluster: string, passes: number, fails: number) => [
  ...Array.from({ length: passes }, () => ({ cluster, pass: true })),
  ...Array.from({ length: fails }, () => ({ cluster, pass: false })),
];

describe('estimate', () => {
  it('is a percentage of decided outcomes', () => {
    const result = estimate([...outcomes('a', 3, 1), ...outcomes('b', 3, 1)], 5, 1);
    assert.equal(result.score, 75);
    assert.equal(result.n, 8);
    assert.equal(result.undecided, 5);
  });

  it('says null, not 0, when nothing was decided', () => {
    assert.deepEqual(estimate([], 7, 1), { score: null, n: 0, ci95: null, undecided: 7 });
  });
});

describe('clusterBootstrap', () => {
  it('has no width when every family has the same rate', () => {
    assert.deepEqual(clusterBootstrap([...outcomes('a', 1, 1), ...outcomes('b', 1, 1)], 1), [50, 50]);
  });

  it('is wide when families are all or nothing, however many prompts they have', () => {
    // Two families, one passes and one fails: a resample has 0, 1 or 2 passing families.
    assert.deepEqual(clusterBootstrap([...outcomes('a', 50, 0), ...outcomes('b', 0, 50)], 1), [0, 100]);
  });

  it('is about 1.96 standard errors for many independent families', () => {
    const many = Array.from({ length: 400 }, (_, i) => ({ cluster: `f${i}`, pass: i % 2 === 0 }));
    const [low, high] = clusterBootstrap(many, 3);
    const expected = 196 * Math.sqrt(0.25 / 400); // 4.9 points
    assert.ok(Math.abs(50 - low - expected) < 0.8, `${low}`);
    assert.ok(Math.abs(high - 50 - expected) < 0.8, `${high}`);
  });

  it('is the same for the same seed', () => {
    const some = [...outcomes('a', 2, 1), ...outcomes('b', 1, 2), ...outcomes('c', 3, 0)];
    assert.deepEqual(clusterBootstrap(some, 9), clusterBootstrap(some, 9));
  });
});

describe('estimateMean', () => {
  it('weighs benchmarks the same, whatever their size', () => {
    const result = estimateMean([outcomes('a', 100, 0), outcomes('b', 0, 2)], 0, 1);
    assert.equal(result.score, 50);
    assert.equal(result.n, 102);
  });
});

describe('estimateOverSeeds', () => {
  it('is the mean over seeds of the mean over benchmarks', () => {
    const { score } = estimateOverSeeds(
      [
        [outcomes('a', 4, 0), outcomes('b', 0, 10)],
        [outcomes('a', 1, 3), outcomes('b', 3, 1)],
      ],
      1,
    );
    assert.equal(score, ((100 + 0) / 2 + (25 + 75) / 2) / 2);
  });

  it('is as wide as the seeds differ, even where families agree', () => {
    const seeds = [[outcomes('a', 9, 1)], [outcomes('a', 1, 9)]];
    assert.deepEqual(estimateOverSeeds(seeds, 1).ci95, [10, 90]);
    assert.deepEqual(estimateOverSeeds([[outcomes('a', 1, 1)], [outcomes('b', 1, 1)]], 1).ci95, [50, 50]);
  });
});

describe('quantile', () => {
  it('interpolates', () => {
    assert.equal(quantile([0, 10], 0.25), 2.5);
    assert.equal(quantile([1, 2, 3], 0.5), 2);
  });
});
