/**
 * An index of texts that finds one near-duplicate of a new text: locality-sensitive hashing over MinHash bands
 * proposes candidates, exact Jaccard similarity decides. About 0.6 kB a text at 50 bands.
 */
import { ConfigError } from '../../errors.ts';
import { exactJaccard, MinHasher, mixed, type SimilarityOptions, shinglesOf } from './minhash.ts';

export interface NearDuplicate {
  /** Number of the indexed text, in order of adding. */
  readonly index: number;
  /** Exact Jaccard similarity of the word shingles. */
  readonly similarity: number;
}

/** A text as the index sees it. */
export interface Fingerprint {
  readonly shingles: Uint32Array;
  /** keys[band] */
  readonly keys: Uint32Array;
}

const FREE = -1;
const INITIAL_TEXTS = 1024;
const SKETCH_SIZE = 2 ** 14;

export class NearDuplicateIndex {
  readonly #options: SimilarityOptions;
  readonly #hasher: MinHasher;
  #size = 0;
  /** shingles[starts[text] .. starts[text + 1]] */
  #shingles = new Uint32Array(INITIAL_TEXTS * 32);
  #starts = new Uint32Array(INITIAL_TEXTS + 1);
  /** Chained hash table over (text, band) entries; entry = text * bands + band. */
  #heads: Int32Array;
  #next: Int32Array;
  #keys: Uint32Array;
  /** lastQuery[text]: the query that has looked at this text already. */
  #lastQuery = new Uint32Array(INITIAL_TEXTS);
  #query = 0;
  /** sketch[low bits of a shingle of the query] = 1: bounds the common shingles without branches. */
  readonly #sketch = new Uint8Array(SKETCH_SIZE);

  constructor(options: SimilarityOptions) {
    const { threshold, permutations, bands, rows, shingleWords } = options;
    if (!(threshold > 0 && threshold <= 1) || bands * rows > permutations || shingleWords < 1)
      throw new ConfigError(
        `similarity options do not fit together: threshold ${threshold} must be in (0, 1], ` +
          `${bands} bands x ${rows} rows must be at most ${permutations} permutations, ` +
          `${shingleWords} words a shingle at least 1`,
      );
    this.#options = options;
    this.#hasher = new MinHasher(permutations);
    const entries = INITIAL_TEXTS * bands;
    this.#heads = new Int32Array(tableSize(entries)).fill(FREE);
    this.#next = new Int32Array(entries);
    this.#keys = new Uint32Array(entries);
  }

  fingerprint(text: string): Fingerprint {
    const { shingleWords, bands, rows } = this.#options;
    const shingles = shinglesOf(text, shingleWords);
    const signature = this.#hasher.signature(shingles);
    const keys = new Uint32Array(bands);
    for (let band = 0; band < bands; band++) {
      let hash = band;
      for (let row = band * rows; row < (band + 1) * rows; row++) hash = mixed(hash ^ signature[row]!);
      keys[band] = hash;
    }
    return { shingles, keys };
  }

  /** An indexed text at or above the threshold, or nothing. Deterministic, not always the most similar one. */
  find(fingerprint: Fingerprint): NearDuplicate | undefined {
    return this.#search(fingerprint, 1)[0];
  }

  /** Every indexed text at or above the threshold, but for those that banding misses; in no particular order. */
  findAll(fingerprint: Fingerprint): NearDuplicate[] {
    return this.#search(fingerprint, Number.POSITIVE_INFINITY);
  }

  /** @returns the number of the text in the index. */
  add({ shingles, keys }: Fingerprint): number {
    const index = this.#size;
    if (index === this.#lastQuery.length) this.#grow();
    this.#size++;
    const start = this.#starts[index]!;
    const end = start + shingles.length;
    if (end > this.#shingles.length) this.#shingles = grown(this.#shingles, 2 * end);
    this.#shingles.set(shingles, start);
    this.#starts[index + 1] = end;
    for (const [band, key] of keys.entries()) this.#link(index * keys.length + band, key);
    return index;
  }

  #mark(shingles: Uint32Array, value: 0 | 1): void {
    for (const shingle of shingles) this.#sketch[shingle & (SKETCH_SIZE - 1)] = value;
  }

  #search({ shingles, keys }: Fingerprint, most: number): NearDuplicate[] {
    this.#query++;
    this.#mark(shingles, 1);
    const found = this.#searchMarked(shingles, keys, most);
    this.#mark(shingles, 0);
    return found;
  }

  #searchMarked(shingles: Uint32Array, keys: Uint32Array, most: number): NearDuplicate[] {
    const found: NearDuplicate[] = [];
    const slots = this.#heads.length - 1;
    for (let band = 0; band < keys.length; band++) {
      const key = keys[band]!;
      for (let entry = this.#heads[key & slots]!; entry !== FREE; entry = this.#next[entry]!) {
        if (this.#keys[entry] !== key) continue;
        const index = Math.floor(entry / keys.length);
        if (this.#lastQuery[index] === this.#query) continue;
        this.#lastQuery[index] = this.#query;
        if (!this.#canReachThreshold(shingles.length, index)) continue;
        const other = this.#shingles.subarray(this.#starts[index], this.#starts[index + 1]);
        const similarity = exactJaccard(shingles, other);
        if (similarity < this.#options.threshold) continue;
        found.push({ index, similarity });
        if (found.length === most) return found;
      }
    }
    return found;
  }

  /** A bound, never wrong: shingles whose low bits are marked include all common ones. */
  #canReachThreshold(length: number, index: number): boolean {
    const start = this.#starts[index]!;
    const end = this.#starts[index + 1]!;
    let common = 0;
    for (let i = start; i < end; i++) common += this.#sketch[this.#shingles[i]! & (SKETCH_SIZE - 1)]!;
    const union = length + end - start - common;
    return common / union >= this.#options.threshold;
  }

  #link(entry: number, key: number): void {
    const slot = key & (this.#heads.length - 1);
    this.#keys[entry] = key;
    this.#next[entry] = this.#heads[slot]!;
    this.#heads[slot] = entry;
  }

  /** Doubles the room for texts and rebuilds the table. */
  #grow(): void {
    const texts = this.#lastQuery.length * 2;
    const entries = texts * this.#options.bands;
    const used = this.#size * this.#options.bands;
    const keys = this.#keys;
    this.#starts = grown(this.#starts, texts + 1);
    this.#lastQuery = grown(this.#lastQuery, texts);
    this.#keys = grown(keys, entries);
    this.#next = new Int32Array(entries);
    this.#heads = new Int32Array(tableSize(entries)).fill(FREE);
    for (let entry = 0; entry < used; entry++) this.#link(entry, keys[entry]!);
  }
}

function grown(array: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(length);
  larger.set(array);
  return larger;
}

/** The next power of two, so that a mask picks the slot. */
function tableSize(entries: number): number {
  return 2 ** Math.ceil(Math.log2(entries));
}
