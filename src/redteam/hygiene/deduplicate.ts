import { DEFAULT_SIMILARITY, type SimilarityOptions } from './minhash.ts';
import { NearDuplicateIndex } from './near-duplicates.ts';

export interface Duplicate<T> {
  readonly item: T;
  /** The kept item that it repeats. */
  readonly duplicateOf: T;
  /** Jaccard similarity of their word shingles. */
  readonly similarity: number;
}

export interface Deduplicated<T> {
  readonly kept: readonly T[];
  readonly dropped: readonly Duplicate<T>[];
}

/**
 * Drops every item whose text is a near-duplicate of an earlier kept one (SPEC "Hygiene"). The first of a
 * cluster stays, in the given order; no two kept texts reach the threshold, but for the pairs that banding
 * misses (see DEFAULT_SIMILARITY).
 */
export function deduplicate<T>(
  items: readonly T[],
  textOf: (item: T) => string,
  options: SimilarityOptions = DEFAULT_SIMILARITY,
): Deduplicated<T> {
  const index = new NearDuplicateIndex(options);
  const kept: T[] = [];
  const dropped: Duplicate<T>[] = [];
  for (const item of items) {
    const fingerprint = index.fingerprint(textOf(item));
    const match = index.find(fingerprint);
    if (match === undefined) {
      index.add(fingerprint);
      kept.push(item);
    } else dropped.push({ item, duplicateOf: kept[match.index] as T, similarity: match.similarity });
  }
  return { kept, dropped };
}
