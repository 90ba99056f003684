/**
 * MinHash (Broder 1997): the share of equal minima under random hash functions estimates the Jaccard similarity
 * of two sets of word shingles. The paper deduplicates at similarity 0.70 with 250 permutations; it does not
 * state the shingle.
 */
import { Random } from '../../random.ts';

/** How near-duplicates are found; `DEFAULT_SIMILARITY` states what the figures mean. */
export interface SimilarityOptions {
  /** Jaccard similarity from which on two texts count as the same, in (0, 1]. */
  readonly threshold: number;
  /** Hash functions of a signature. */
  readonly permutations: number;
  /** Bands x rows <= permutations: two texts are compared if all rows of some band agree. */
  readonly bands: number;
  readonly rows: number;
  /** Words in a shingle. */
  readonly shingleWords: number;
}

/**
 * 250 permutations estimate a similarity of 0.70 with a standard error of 0.029. 50 bands of 5 rows miss one
 * pair in 10,000 at exactly 0.70 and fewer above it, and look at 11 % of the pairs at 0.30; every candidate is
 * verified exactly, so bands decide recall only. Shingles of 3 words suit prompts of 10 to 60 words: one word
 * changed in 20 still is a duplicate (15 of 21 shingles shared), two words changed far apart are not.
 */
export const DEFAULT_SIMILARITY: SimilarityOptions = {
  threshold: 0.7,
  permutations: 250,
  bands: 50,
  rows: 5,
  shingleWords: 3,
};

/** Share of the pairs at exactly the threshold that banding may miss. */
const MISSED_AT_THRESHOLD = 1e-3;

/** Options for another threshold or number of permutations: the longest bands that miss few pairs. */
export function similarityFor(given: {
  readonly threshold: number;
  readonly permutations: number;
  readonly shingleWords?: number;
}): SimilarityOptions {
  const { threshold, permutations, shingleWords = DEFAULT_SIMILARITY.shingleWords } = given;
  const shapeOf = (rows: number) => ({ rows, bands: Math.floor(permutations / rows) });
  let shape = shapeOf(1);
  for (let rows = 2; rows <= permutations; rows++)
    if (candidateProbability(threshold, shapeOf(rows)) >= 1 - MISSED_AT_THRESHOLD) shape = shapeOf(rows);
  return { threshold, permutations, shingleWords, ...shape };
}

/** Probability that banding makes a pair of this similarity a candidate: 1 - (1 - s^rows)^bands. */
export function candidateProbability(
  similarity: number,
  { bands, rows }: Pick<SimilarityOptions, 'bands' | 'rows'>,
): number {
  return 1 - (1 - similarity ** rows) ** bands;
}

/** Lower-case words (letters, digits, underscores) after Unicode compatibility folding. */
export function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}_]+/gu) ?? []
  );
}

/**
 * The set of a text's word shingles as sorted distinct 32-bit hashes (two different shingles of a pair of
 * 20-word texts collide once in ten million pairs). A text shorter than a shingle is one shingle; a text
 * without words is its trimmed self.
 */
export function shinglesOf(text: string, size: number): Uint32Array {
  const words = wordsOf(text);
  if (words.length === 0) words.push(text.trim());
  const wordHashes = words.map(hashOf);
  const count = Math.max(1, words.length - size + 1);
  const width = Math.min(size, words.length);
  const hashes = new Uint32Array(count);
  for (let start = 0; start < count; start++) {
    let hash = 0x9e3779b9;
    for (let i = start; i < start + width; i++)
      hash = Math.imul(((hash << 13) | (hash >>> 19)) ^ wordHashes[i]!, 0x85ebca6b);
    hashes[start] = mixed(hash);
  }
  return distinct(hashes.sort());
}

/** |a and b| / |a or b| of two sorted sets. */
export function exactJaccard(a: Uint32Array, b: Uint32Array): number {
  let common = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const x = a[i]!;
    const y = b[j]!;
    if (x === y) common++;
    if (x <= y) i++;
    if (y <= x) j++;
  }
  return common / (a.length + b.length - common);
}

/** The share of equal entries of two signatures. */
export function estimatedJaccard(a: Uint32Array, b: Uint32Array): number {
  let equal = 0;
  for (let i = 0; i < a.length; i++) if (a[i] === b[i]) equal++;
  return equal / a.length;
}

/** A fixed family of hash functions x -> mix((x xor b) * a), a odd: permutations of the 32-bit numbers. */
export class MinHasher {
  readonly #multipliers: Int32Array;
  readonly #offsets: Int32Array;

  constructor(permutations: number) {
    const random = new Random('minhash', permutations);
    this.#multipliers = Int32Array.from({ length: permutations }, () => random.uint32() | 1);
    this.#offsets = Int32Array.from({ length: permutations }, () => random.uint32() | 0);
  }

  /** signature[permutation] */
  signature(shingles: Uint32Array): Uint32Array {
    // Most of the time of hygiene is spent here, and signed numbers are almost twice as fast as unsigned ones: with
    // the top bit flipped they have the same order.
    const values = new Int32Array(shingles.buffer, shingles.byteOffset, shingles.length);
    const [multipliers, offsets, count] = [this.#multipliers, this.#offsets, values.length];
    const signature = new Uint32Array(multipliers.length);
    for (let p = 0; p < signature.length; p++) {
      const multiplier = multipliers[p]!;
      const offset = offsets[p]!;
      let minimum = 0x7fffffff;
      for (let i = 0; i < count; i++) {
        let hash = Math.imul(values[i]! ^ offset, multiplier);
        hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) ^ TOP_BIT;
        if (hash < minimum) minimum = hash;
      }
      signature[p] = minimum ^ TOP_BIT;
    }
    return signature;
  }
}

const TOP_BIT = 0x80000000 | 0;

/** FNV-1a over UTF-16 code units. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  return hash;
}

/** Murmur3's finaliser (public domain, Austin Appleby): every input bit reaches every output bit. */
export function mixed(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function distinct(sorted: Uint32Array): Uint32Array {
  let length = 0;
  for (let i = 0; i < sorted.length; i++)
    if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[length++] = sorted[i]!;
  return sorted.slice(0, length);
}
