import { DEFAULT_SIMILARITY, type SimilarityOptions, wordsOf } from './minhash.ts';
import { NearDuplicateIndex } from './near-duplicates.ts';

/** Texts that no training prompt may repeat, e.g. a benchmark's prompts. */
export interface EvaluationSet {
  readonly name: string;
  readonly texts: readonly string[];
}

export interface Contaminated<T> {
  readonly item: T;
  /** `exact`: the same words in the same order, punctuation and case aside. */
  readonly reason: 'exact' | 'near';
  readonly set: string;
  /** Position in that set's texts. */
  readonly entry: number;
  readonly similarity: number;
}

export interface Decontaminated<T> {
  readonly kept: readonly T[];
  readonly dropped: readonly Contaminated<T>[];
}

/** Drops every item whose text equals or nearly equals one of an evaluation set (SPEC "Hygiene"). */
export function decontaminate<T>(
  items: readonly T[],
  textOf: (item: T) => string,
  sets: readonly EvaluationSet[],
  options: SimilarityOptions = DEFAULT_SIMILARITY,
): Decontaminated<T> {
  const origins: { readonly set: string; readonly entry: number }[] = [];
  const exact = new Map<string, number>();
  const index = new NearDuplicateIndex(options);
  for (const { name, texts } of sets)
    for (const [entry, text] of texts.entries()) {
      const normalised = normalisedText(text);
      if (exact.has(normalised)) continue;
      exact.set(normalised, index.add(index.fingerprint(text)));
      origins.push({ set: name, entry });
    }

  const kept: T[] = [];
  const dropped: Contaminated<T>[] = [];
  for (const item of items) {
    const text = textOf(item);
    const same = exact.get(normalisedText(text));
    const match = same === undefined ? index.find(index.fingerprint(text)) : { index: same, similarity: 1 };
    if (match === undefined) kept.push(item);
    else
      dropped.push({
        item,
        reason: same === undefined ? 'near' : 'exact',
        ...origins[match.index]!,
        similarity: match.similarity,
      });
  }
  return { kept, dropped };
}

/** The words alone; a text without words stays as it is. */
function normalisedText(text: string): string {
  const words = wordsOf(text);
  return words.length === 0 ? text.trim() : words.join(' ');
}
