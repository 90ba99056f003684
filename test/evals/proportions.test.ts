import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exactMcNemar, passAtK, wilsonInterval } from '../../src/evals/proportions.ts';

const near = (actual: number, expected: number, within: number) =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual} is not ${expected}`);

describe('wilsonInterval', () => {
  it('gives the intervals that Newcombe (1998, Table I, method 3) prints', () => {
    const printed = [
      [81, 263, 25.53, 36.62],
      [15, 148, 6.24, 16.05],
      [0, 20, 0, 16.11],
      [1, 29, 0.61, 17.18],
    ] as const;
    for (const [passes, n, low, high] of printed) {
      const interval = wilsonInterval(passes, n)!;
      near(interval[0], low, 0.005);
      near(interval[1], high, 0.005);
    }
  });

  it('mirrors, reaches the ends exactly, and is null without outcomes', () => {
    const [low, high] = wilsonInterval(20, 20)!;
    near(low, 100 - 16.11, 0.005);
    assert.equal(high, 100);
    assert.equal(wilsonInterval(0, 7)![0], 0);
    assert.equal(wilsonInterval(0, 0), null);
  });
});

describe('passAtK', () => {
  it('is 1 - C(n-c, k) / C(n, k)', () => {
    near(passAtK(10, 3, 1), 0.3, 1e-12);
    near(passAtK(10, 3, 5), 1 - 21 / 252, 1e-12);
    near(passAtK(5, 2, 2), 1 - 3 / 10, 1e-12);
    assert.equal(passAtK(4, 0, 4), 0);
    assert.equal(passAtK(4, 1, 4), 1);
    near(passAtK(100_000, 50_000, 10), 1 - 0.5 ** 10, 1e-6);
  });

  it('is the average over all draws of k samples', () => {
    // c = 2 of n = 4: of the six pairs only {3, 4} has no pass.
    near(passAtK(4, 2, 2), 5 / 6, 1e-12);
  });

  it('refuses more draws than samples', () => {
    assert.throws(() => passAtK(3, 1, 4), RangeError);
    assert.throws(() => passAtK(3, 4, 1), RangeError);
    assert.throws(() => passAtK(3, 1, 0), RangeError);
  });
});

describe('exactMcNemar', () => {
  it('gives the order of magnitude of a published test', () => {
    // The ratings of the prime minister in Agresti (Categorical Data Analysis, Table 10.1), where z = -4.17.
    const p = exactMcNemar(86, 150);
    assert.ok(p > 2e-5 && p < 6e-5, `${p}`);
  });

  it('is the exact binomial test on small numbers', () => {
    near(exactMcNemar(6, 16), 0.0525, 0.0001);
    near(exactMcNemar(0, 5), 2 / 32, 1e-12);
    near(exactMcNemar(1, 7), (2 * (1 + 8)) / 256, 1e-12);
    assert.equal(exactMcNemar(4, 4), 1);
    assert.equal(exactMcNemar(0, 0), 1);
  });

  it('does not underflow with thousands of flips', () => {
    assert.equal(exactMcNemar(2000, 2000), 1);
    // 100 flips off the middle are 100 / (sqrt(2000) / 2) = 4.47 deviations: 2 x P(Z > 4.47) is 7.7e-6.
    near(exactMcNemar(900, 1100), 8e-6, 1e-6);
  });
});
