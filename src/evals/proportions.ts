/** Statistics of single benchmarks whose prompts are independent: intervals, pass@k, comparison of two models. */

/** Two-sided 95 % of the standard normal distribution. */
const Z95 = 1.959963984540054;

/**
 * Wilson's score interval of a proportion, in percent (Wilson 1927; Newcombe 1998, method 3). Unlike the textbook
 * interval it stays within 0 and 100 and has a width at 0 and 100.
 */
export function wilsonInterval(passes: number, n: number): [number, number] | null {
  if (n === 0) return null;
  const p = passes / n;
  const z2 = Z95 * Z95;
  const centre = p + z2 / (2 * n);
  const half = Z95 * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  const bound = (value: number) => Math.min(100, Math.max(0, (100 * value) / (1 + z2 / n)));
  // At the ends the bound is exact; the formula is off by rounding.
  return [passes === 0 ? 0 : bound(centre - half), passes === n ? 100 : bound(centre + half)];
}

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
