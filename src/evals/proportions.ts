/** Statistics of single benchmarks whose prompts are independent: intervals, pass@k, comparison of two models. */

export { wilsonInterval } from '../statistics/wilson.ts';

/**
 * Unbiased pass@k of one problem (Chen et al. 2021): the chance that one of k samples, drawn from the n that were
 * made, passes.
 * @throws RangeError when k samples were not made.
 */
export function passAtK(n: number, passes: number, k: number): number {
  if (!(k >= 1 && k <= n && passes >= 0 && passes <= n)) {
    throw new RangeError(`pass@${k} of ${passes} passes in ${n} samples`);
  }
  let allFail = 1;
  // C(n - c, k) / C(n, k) as a product, which does not overflow.
  for (let i = 0; i < k; i++) allFail *= Math.max(0, n - passes - i) / (n - i);
  return 1 - allFail;
}

/**
 * Two models on the same prompts (McNemar 1947): exact two-sided p-value of a binomial test that flips go either way
 * with the same probability; 1 when nothing flipped.
 */
export function exactMcNemar(gained: number, lost: number): number {
  const n = gained + lost;
  const few = Math.min(gained, lost);
  // Terms of the binomial distribution in logarithms: 2^-n underflows beyond a thousand flips.
  let logTerm = -n * Math.LN2;
  let tail = Math.exp(logTerm);
  for (let i = 1; i <= few; i++) {
    logTerm += Math.log((n - i + 1) / i);
    tail += Math.exp(logTerm);
  }
  return n === 0 ? 1 : Math.min(1, 2 * tail);
}
