/** Keys and values of the tokens so far, of several sequences (rows) or prompts side by side. */
import { type CacheNames, cacheNames } from './decode-graph.ts';
import type { LlamaConfig } from './llama-config.ts';
import { type Feeds, floats } from './session.ts';

interface Layer {
  /** [rows, key-value heads, length, size] */
  key: Float32Array;
  value: Float32Array;
}

/** Tokens by which the cache grows. */
const STEP = 32;

export class KeyValueCache {
  readonly #config: LlamaConfig;
  readonly #size: number;
  #rows = 0;
  #length = 0;
  #layers: Layer[];

  constructor(config: LlamaConfig) {
    this.#config = config;
    this.#size = config.width / config.heads;
    this.#layers = Array.from({ length: config.layers }, () => ({
      key: new Float32Array(0),
      value: new Float32Array(0),
    }));
  }

  /** Places per row. */
  get length(): number {
    return this.#length;
  }

  /** Bytes that one row of `length` tokens takes. */
  static rowBytes(config: LlamaConfig, length: number): number {
    const { layers, keyValueHeads, width, heads } = config;
    return 2 * 4 * layers * keyValueHeads * (width / heads) * Math.ceil(length / STEP) * STEP;
  }

  /**
   * Makes room for `rows` rows of `length` tokens. `used` rows are kept; their tokens must fit.
   */
  resize(rows: number, length: number, used: number): void {
    const wanted = Math.ceil(length / STEP) * STEP;
    if (rows <= this.#rows && wanted === this.#length) return;
    const newRows = Math.max(rows, this.#rows);
    const blocks = used * this.#config.keyValueHeads;
    const kept = Math.min(wanted, this.#length) * this.#size;
    const move = (old: Float32Array) => {
      const moved = new Float32Array(newRows * this.#config.keyValueHeads * wanted * this.#size);
      for (let block = 0; block < blocks; block++) {
        const from = block * this.#length * this.#size;
        moved.set(old.subarray(from, from + kept), block * wanted * this.#size);
      }
      return moved;
    };
    this.#layers = this.#layers.map(({ key, value }) => ({ key: move(key), value: move(value) }));
    this.#rows = newRows;
    this.#length = wanted;
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
  feeds(rows: number, kind: 'prompt' | 'own'): Feeds {
    const { keyValueHeads } = this.#config;
    const shape = [rows, keyValueHeads, this.#length, this.#size];
    const count = rows * keyValueHeads * this.#length * this.#size;
    return Object.fromEntries(
      this.#layers.flatMap(({ key, value }, i) => {
        const names: CacheNames = cacheNames(i)[kind];
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
