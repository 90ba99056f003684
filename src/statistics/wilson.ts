/** Intervals of proportions, for everyone who counts. */

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
