/**
 * Keys and values of the tokens so far, of several sequences (rows) or prompts side by side. The memory is set aside
 * once (the system hands it out as it is written to); within it the places per row grow with the sequences, because
 * the runtime wants tensors without gaps and decoding takes as long as they are large.
 */
import { type CacheKind, cacheNames } from './decode-graph.ts';
import type { LlamaConfig } from './llama-config.ts';
import { type Feeds, floats } from './session.ts';

interface Layer {
  /** [rows, key-value heads, length, size] */
  readonly key: Float32Array;
  readonly value: Float32Array;
}

/** Tokens by which the length grows. */
const STEP = 16;

export class KeyValueCache {
  readonly #config: LlamaConfig;
  readonly #size: number;
  readonly #layers: readonly Layer[];
  #length = 0;

  /** Room for `rows` rows of at most `length` tokens. */
  constructor(config: LlamaConfig, rows: number, length: number) {
    this.#config = config;
    this.#size = config.width / config.heads;
    const places = rows * config.keyValueHeads * rounded(length) * this.#size;
    this.#layers = Array.from({ length: config.layers }, () => ({
      key: new Float32Array(places),
      value: new Float32Array(places),
    }));
  }

  /** Places per row. */
  get length(): number {
    return this.#length;
  }

  /** Bytes that one row of `length` tokens takes. */
  static rowBytes(config: LlamaConfig, length: number): number {
    const { layers, keyValueHeads, width, heads } = config;
    return 2 * 4 * layers * keyValueHeads * (width / heads) * rounded(length);
  }

  /** Makes the places per row at least `length`, and not much more. The first `used` rows are kept; they must fit. */
  resize(length: number, used: number): void {
    const from = this.#length * this.#size;
    const to = rounded(length) * this.#size;
    if (from === to) return;
    const blocks = used * this.#config.keyValueHeads;
    // a longer block is moved only after those behind it, a shorter one after those before it
    for (const { key, value } of this.#layers)
      for (const array of [key, value])
        for (let i = 0; i < blocks; i++) {
          const block = to > from ? blocks - 1 - i : i;
          array.copyWithin(block * to, block * from, block * from + Math.min(from, to));
        }
    this.#length = rounded(length);
  }

  /**
   * Copies new keys and values of `count` tokens to the places from `at` on.
   * @param source row `from` of [rows, heads, stride, size] arrays.
   */
  write(
    row: number,
    at: number,
    layer: number,
    source: { key: Float32Array; value: Float32Array; from: number; stride: number },
    count: number,
  ): void {
    const heads = this.#config.keyValueHeads;
    for (let head = 0; head < heads; head++) {
      const from = (source.from * heads + head) * source.stride * this.#size;
      const to = ((row * heads + head) * this.#length + at) * this.#size;
      copy(source.key, from, this.#layers[layer]!.key, to, count * this.#size);
      copy(source.value, from, this.#layers[layer]!.value, to, count * this.#size);
    }
  }

  copyRow(from: number, to: number): void {
    if (from === to) return;
    const stride = this.#config.keyValueHeads * this.#length * this.#size;
    for (const { key, value } of this.#layers)
      for (const array of [key, value]) array.copyWithin(to * stride, from * stride, (from + 1) * stride);
  }

  /** The first `rows` rows as inputs of the decoder. */
  feeds(rows: number, kind: CacheKind): Feeds {
    const { keyValueHeads } = this.#config;
    const shape = [rows, keyValueHeads, this.#length, this.#size];
    const count = rows * keyValueHeads * this.#length * this.#size;
    return Object.fromEntries(
      this.#layers.flatMap(({ key, value }, i) => {
        const names = cacheNames(i)[kind];
        return [
          [names.key, floats(key.subarray(0, count), shape)],
          [names.value, floats(value.subarray(0, count), shape)],
        ];
      }),
    );
  }
}

function copy(from: Float32Array, at: number, to: Float32Array, place: number, count: number): void {
  if (count > 256) to.set(from.subarray(at, at + count), place);
  else for (let i = 0; i < count; i++) to[place + i] = from[at + i]!; // faster than set() for a few
}

function rounded(length: number): number {
  return Math.ceil(length / STEP) * STEP;
}
