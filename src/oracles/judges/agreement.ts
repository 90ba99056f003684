/**
 * How far judges and people agree, beyond chance. Pure functions over counts; literature with each.
 * A square table holds counts[a][b]: items that the first rater put into category a and the second into b.
 */
export interface Kappa {
  /** 1 perfect, 0 as by chance, below 0 worse than chance. */
  readonly kappa: number;
  /**
   * 95 % interval, clipped to [-1, 1]. Null where its standard error is 0 and says nothing: perfect agreement, or a
   * rater that used one category only.
   */
  readonly ci95: readonly [number, number] | null;
}

const Z95 = 1.959963984540054;

/** The share of items on which two raters agree; null for an empty table. */
export function observedAgreement(counts: readonly (readonly number[])[]): number | null {
  const n = sum(counts.flat());
  return n === 0 ? null : sum(counts.map((row, a) => row[a]!)) / n;
}

/**
 * Cohen's kappa of two raters (Cohen 1960) with the large-sample standard error for kappa other than 0 (Fleiss,
 * Cohen and Everitt 1969). Null where it is not defined: no items, or both raters used one and the same category.
 */
export function cohenKappa(counts: readonly (readonly number[])[]): Kappa | null {
  const n = sum(counts.flat());
  if (n === 0) return null;
  const rows = counts.map((row) => sum(row) / n);
  const columns = counts.map((_row, b) => sum(counts.map((row) => row[b]!)) / n);
  const observed = sum(counts.map((row, a) => row[a]!)) / n;
  const expected = sum(rows.map((share, a) => share * columns[a]!));
  if (1 - expected < 1e-12) return null;
  const kappa = (observed - expected) / (1 - expected);
  let variance = -((kappa - expected * (1 - kappa)) ** 2);
  for (const [a, row] of counts.entries()) {
    for (const [b, count] of row.entries()) {
      // The first rater's share of b and the second's of a: the margins that cross in this cell.
      const crossed = (columns[a]! + rows[b]!) * (1 - kappa);
      variance += (count / n) * (a === b ? (1 - crossed) ** 2 : crossed ** 2);
    }
  }
  if (variance < 1e-12) return { kappa, ci95: null };
  const error = Math.sqrt(variance / n) / (1 - expected);
  return { kappa, ci95: [Math.max(-1, kappa - Z95 * error), Math.min(1, kappa + Z95 * error)] };
}

/**
 * Fleiss' kappa of many raters (Fleiss 1971). Every item needs the same number of ratings, two at least.
 * @param counts counts[item][category]: how many raters put the item there
 * @returns null where it is not defined: no items, or one category only
 */
export function fleissKappa(counts: readonly (readonly number[])[]): number | null {
  const raters = sum(counts[0] ?? []);
  if (counts.some((item) => sum(item) !== raters))
    throw new RangeError('items differ in their number of ratings');
  if (raters < 2) return null;
  const shares = counts[0]!.map(
    (_count, c) => sum(counts.map((item) => item[c]!)) / (counts.length * raters),
  );
  const agreement = counts.map(
    (item) => (sum(item.map((count) => count * count)) - raters) / (raters * (raters - 1)),
  );
  const observed = sum(agreement) / counts.length;
  const expected = sum(shares.map((share) => share * share));
  return 1 - expected < 1e-12 ? null : (observed - expected) / (1 - expected);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
