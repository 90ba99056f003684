/** The same code in several sources, or with small changes, is one snippet: the first (SPEC "Hygiene"). */
import { deduplicate } from '../hygiene/deduplicate.ts';
import { DEFAULT_SIMILARITY, type SimilarityOptions } from '../hygiene/minhash.ts';
import type { CorpusSnippet } from './snippet.ts';
import { normalisedCode } from './source-text.ts';

export interface RepeatedSnippet {
  readonly snippet: CorpusSnippet;
  readonly duplicateOf: CorpusSnippet;
  /** `exact`: the same but for white space. */
  readonly reason: 'exact' | 'near';
  /** Jaccard similarity of their word shingles; 1 for exact. */
  readonly similarity: number;
}

export interface DistinctSnippets {
  /** In the given order: earlier sources keep what later ones repeat. */
  readonly kept: readonly CorpusSnippet[];
  readonly dropped: readonly RepeatedSnippet[];
}

/** Languages apart: a translation does not repeat its original. */
export function distinctSnippets(
  snippets: readonly CorpusSnippet[],
  similarity: SimilarityOptions = DEFAULT_SIMILARITY,
): DistinctSnippets {
  const dropped: RepeatedSnippet[] = [];
  const first = new Map<string, CorpusSnippet>();
  for (const snippet of snippets) {
    const text = `${snippet.language}\n${normalisedCode(snippet.code)}`;
    const known = first.get(text);
    if (known === undefined) first.set(text, snippet);
    else dropped.push({ snippet, duplicateOf: known, reason: 'exact', similarity: 1 });
  }
  const kept = new Set<CorpusSnippet>();
  for (const group of Map.groupBy(first.values(), ({ language }) => language).values()) {
    const near = deduplicate(group, ({ code }) => code, similarity);
    for (const snippet of near.kept) kept.add(snippet);
    for (const { item, duplicateOf, similarity: s } of near.dropped)
      dropped.push({ snippet: item, duplicateOf, reason: 'near', similarity: s });
  }
  return { kept: snippets.filter((snippet) => kept.has(snippet)), dropped };
}
