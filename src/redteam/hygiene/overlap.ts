/** What two corpora share, as sets: prompts that are near-duplicates, and weaknesses. */
import { DEFAULT_SIMILARITY, type SimilarityOptions } from './minhash.ts';
import { type Fingerprint, NearDuplicateIndex } from './near-duplicates.ts';

export interface Corpus {
  readonly name: string;
  readonly prompts: readonly { readonly text: string; readonly cwes?: readonly number[] }[];
}

/** Plain JSON. Prompts are counted on both sides: one of A may have several near-duplicates in B. */
export interface CorpusOverlap {
  readonly a: string;
  readonly b: string;
  readonly prompts: {
    readonly ofA: number;
    readonly ofB: number;
    /** Prompts of A with at least one near-duplicate in B. */
    readonly ofAInB: number;
    readonly ofBInA: number;
  };
  /** Distinct weaknesses, ascending. */
  readonly cwes: {
    readonly both: readonly number[];
    readonly onlyA: readonly number[];
    readonly onlyB: readonly number[];
  };
}

export function corpusOverlap(
  a: Corpus,
  b: Corpus,
  options: SimilarityOptions = DEFAULT_SIMILARITY,
): CorpusOverlap {
  return overlapOf(indexed(a, options), indexed(b, options));
}

/** Every pair, in the order of the corpora; each is read once. */
export function corpusOverlaps(
  corpora: readonly Corpus[],
  options: SimilarityOptions = DEFAULT_SIMILARITY,
): CorpusOverlap[] {
  const all = corpora.map((corpus) => indexed(corpus, options));
  return all.flatMap((a, i) => all.slice(i + 1).map((b) => overlapOf(a, b)));
}

interface IndexedCorpus {
  readonly name: string;
  readonly fingerprints: readonly Fingerprint[];
  readonly index: NearDuplicateIndex;
  readonly cwes: ReadonlySet<number>;
}

function indexed({ name, prompts }: Corpus, options: SimilarityOptions): IndexedCorpus {
  const index = new NearDuplicateIndex(options);
  const fingerprints = prompts.map(({ text }) => index.fingerprint(text));
  for (const fingerprint of fingerprints) index.add(fingerprint);
  return { name, fingerprints, index, cwes: new Set(prompts.flatMap(({ cwes = [] }) => cwes)) };
}

function overlapOf(a: IndexedCorpus, b: IndexedCorpus): CorpusOverlap {
  const found = (of: IndexedCorpus, among: IndexedCorpus) =>
    of.fingerprints.filter((fingerprint) => among.index.find(fingerprint) !== undefined).length;
  const ascending = (cwes: ReadonlySet<number>) => [...cwes].sort((x, y) => x - y);
  return {
    a: a.name,
    b: b.name,
    prompts: {
      ofA: a.fingerprints.length,
      ofB: b.fingerprints.length,
      ofAInB: found(a, b),
      ofBInA: found(b, a),
    },
    cwes: {
      both: ascending(a.cwes.intersection(b.cwes)),
      onlyA: ascending(a.cwes.difference(b.cwes)),
      onlyB: ascending(b.cwes.difference(a.cwes)),
    },
  };
}
