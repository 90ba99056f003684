/**
 * Trains a byte-level BPE tokenizer and writes it as a Hugging Face `tokenizer.json` (Sennrich et al. 2016;
 * byte alphabet of GPT-2). The splitting pattern is ours, for Python: line breaks go together with the indentation
 * that follows, digits and underscores stand alone. With the underscore alone, copying the second half of `load_user`
 * is "what followed the last `_`", which a small model learns early; as one token `_user` it was not learned at all.
 */
import { ConfigError } from '../../errors.ts';

/** The part of Hugging Face's `tokenizer.json` that we read and write. */
export interface TokenizerJson {
  readonly version: string;
  readonly truncation: null;
  readonly padding: null;
  readonly added_tokens: readonly AddedToken[];
  readonly normalizer: object | null;
  readonly pre_tokenizer: object | null;
  readonly post_processor: object | null;
  readonly decoder: object | null;
  readonly model: {
    readonly type: 'BPE';
    readonly vocab: Readonly<Record<string, number>>;
    readonly merges: readonly (readonly [string, string])[];
    readonly [key: string]: unknown;
  };
}

export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special?: boolean;
  readonly [key: string]: unknown;
}

/**
 * In order: English contractions; a word or name part with the space before it; one digit;
 * punctuation; line breaks with the next line's indentation; other white space, leaving one space to a word.
 */
const PATTERN = [
  "(?<=\\p{L})'(?:[sdmt]|ll|ve|re)(?!\\p{L})",
  ' ?\\p{L}+',
  ' ?\\p{N}',
  ' ?[^\\p{White_Space}\\p{L}\\p{N}]+',
  '[\\r\\n]+[ \\t]*',
  '[^\\P{White_Space}\\r\\n]+(?=\\p{White_Space}|$)',
  '\\p{White_Space}+',
].join('|');

const BYTE_LEVEL = {
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: false,
  use_regex: false,
} as const;
const SPLIT = {
  type: 'Split',
  pattern: { Regex: PATTERN },
  behavior: 'Isolated',
  invert: false,
} as const;

/** GPT-2's printable character of each byte: itself where it prints, else the next unused one from 256 on. */
const BYTE_CHARACTERS: readonly string[] = (() => {
  let next = 256;
  const prints = (byte: number) => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(prints(byte) ? byte : next++));
})();

/**
 * @param options.vocabularySize ids in all: special tokens first, then the 256 bytes, then merges. Fewer when
 * the texts hold no further pair that occurs twice.
 * @throws ConfigError when the size cannot hold the special tokens and the bytes.
 */
export function trainBpe(
  texts: Iterable<string>,
  options: { vocabularySize: number; specialTokens: readonly string[] },
): TokenizerJson {
  const { vocabularySize, specialTokens } = options;
  const pieces = [...specialTokens, ...BYTE_CHARACTERS];
  if (new Set(pieces).size !== pieces.length)
    throw new ConfigError('special tokens must be distinct, and longer than one character');
  if (vocabularySize < pieces.length)
    throw new ConfigError(
      `a vocabulary of ${vocabularySize} cannot hold ${specialTokens.length} special tokens and 256 bytes`,
      { hint: `use at least ${pieces.length}` },
    );
  const firstByte = specialTokens.length;
  const words = countWords(texts, firstByte);
  const merges: [string, string][] = [];
  for (const [left, right] of learnMerges(words, pieces.length, vocabularySize - pieces.length)) {
    merges.push([pieces[left]!, pieces[right]!]);
    pieces.push(pieces[left]! + pieces[right]!);
  }
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specialTokens.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: { type: 'Sequence', pretokenizers: [SPLIT, BYTE_LEVEL] },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
      merges,
    },
  };
}

interface Word {
  /** Token ids; shortened as merges are applied. */
  symbols: number[];
  readonly count: number;
}

/** Distinct pre-tokens with their counts, sorted so that merges don't depend on the order of the texts. */
function countWords(texts: Iterable<string>, firstByte: number): Word[] {
  const pattern = new RegExp(PATTERN, 'gu'); // its alternatives cover every character
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const piece of text.match(pattern) ?? []) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([piece, count]) => ({ symbols: [...Buffer.from(piece)].map((byte) => firstByte + byte), count }));
}

/** More ids than any vocabulary has: (left, right) packed in one exact number. */
const PAIR = 2 ** 24;

/**
 * Repeatedly merges the most frequent adjacent pair; ties go to the pair with the lower ids. Words that hold a
 * pair are indexed, so that a merge touches only those.
 */
function learnMerges(words: readonly Word[], firstId: number, limit: number): [number, number][] {
  const counts = new Map<number, number>();
  const holders = new Map<number, Set<Word>>();
  const count = (word: Word, sign: 1 | -1, changed?: Set<number>): void => {
    for (let i = 1; i < word.symbols.length; i++) {
      const pair = word.symbols[i - 1]! * PAIR + word.symbols[i]!;
      counts.set(pair, (counts.get(pair) ?? 0) + sign * word.count);
      changed?.add(pair);
      if (sign < 0) continue;
      const holding = holders.get(pair);
      if (holding) holding.add(word);
      else holders.set(pair, new Set([word]));
    }
  };
  for (const word of words) count(word, 1);
  const queue = new MaxQueue(counts);
  const merges: [number, number][] = [];
  while (merges.length < limit) {
    const pair = queue.pop();
    if (pair === undefined) break;
    const merge: [number, number] = [Math.floor(pair / PAIR), pair % PAIR];
    const changed = new Set<number>();
    for (const word of holders.get(pair)!) {
      count(word, -1, changed);
      word.symbols = applyMerge(word.symbols, merge, firstId + merges.length);
      count(word, 1, changed);
    }
    holders.delete(pair);
    for (const other of changed) queue.push(other);
    merges.push(merge);
  }
  return merges;
}

function applyMerge(
  symbols: readonly number[],
  [left, right]: readonly [number, number],
  id: number,
): number[] {
  const merged: number[] = [];
  for (let i = 0; i < symbols.length; i++) {
    if (symbols[i] === left && symbols[i + 1] === right) {
      merged.push(id);
      i++;
    } else merged.push(symbols[i]!);
  }
  return merged;
}

/** A heap of (count, pair) with stale entries: an entry whose count no longer holds is skipped when popped. */
class MaxQueue {
  readonly #counts: ReadonlyMap<number, number>;
  readonly #heap: [count: number, pair: number][] = [];

  constructor(counts: ReadonlyMap<number, number>) {
    this.#counts = counts;
    for (const pair of counts.keys()) this.push(pair);
  }

  push(pair: number): void {
    const count = this.#counts.get(pair) ?? 0;
    if (count < 2) return;
    const heap = this.#heap;
    let i = heap.push([count, pair]) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(heap[i]!, heap[parent]!)) break;
      [heap[i], heap[parent]] = [heap[parent]!, heap[i]!];
      i = parent;
    }
  }

  /** The most frequent pair that occurs at least twice. */
  pop(): number | undefined {
    for (;;) {
      const top = this.#heap[0];
      if (!top) return undefined;
      const last = this.#heap.pop()!;
      if (this.#heap.length > 0) this.#sink(last);
      if (this.#counts.get(top[1]) === top[0]) return top[1];
    }
  }

  #sink(entry: [number, number]): void {
    const heap = this.#heap;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, entry)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = entry;
  }
}

function before(a: readonly [number, number], b: readonly [number, number]): boolean {
  return a[0] > b[0] || (a[0] === b[0] && a[1] < b[1]);
}
