/** The inputs of the model for one micro-batch, and the way back from its outputs to the sequences. */
import type { LlamaConfig } from './llama-config.ts';
import type { Block, MicroBatch, Row } from './packing.ts';
import type { Sequences } from './sequences.ts';
import { type Feeds, floats, int32s, int64s } from './session.ts';

/** Added to the score of a key that a query must not see. */
const HIDDEN = -1e9;
const ROUNDING = 4;

export interface MicroBatchInput {
  readonly feeds: Feeds;
  /** int32 [N] and [M], for scattering gradient rows. */
  readonly ids: Int32Array;
  readonly targets: Int32Array;
  /** The place (in the flat arrays of the sequences) of each of the M chosen tokens. */
  readonly places: Int32Array;
  /** Further places that have the same target and so the same log-probability: [place, index into M]. */
  readonly copies: readonly (readonly [number, number])[];
}

/** @param weights tokens of weight 0 are not chosen; without weights, all are. */
export function microBatchInput(
  batch: MicroBatch,
  sequences: Sequences,
  options: { config: LlamaConfig; weights: Float32Array | undefined },
): MicroBatchInput {
  const flat = flatTokens(batch.blocks, sequences, options.weights);
  const targets = Int32Array.from(flat.places, (place) => sequences.targets[place]!);
  const feeds = {
    ids: int32s(flat.ids),
    positions: int64s(flat.positions, [flat.ids.length, 1]),
    picked: int32s(flat.picked),
    placed: int32s(inversePlaces(flat.picked, flat.ids.length)),
    targets: int32s(targets),
    ...attentionFeeds(batch.rows, flat.starts, flat.ids.length, options.config),
  };
  return { feeds, ids: flat.ids, targets, places: flat.places, copies: flat.copies };
}

/**
 * All blocks end to end, then one dummy token. Padding of the rows stands for the dummy; nobody looks at it and it
 * has no target, so no gradient comes from it.
 */
function flatTokens(blocks: readonly Block[], sequences: Sequences, weights: Float32Array | undefined) {
  const total = blocks.reduce((sum, { from, to }) => sum + to - from, 1);
  const ids = new Int32Array(total);
  const positions = new BigInt64Array(total);
  const starts = new Map<Block, number>();
  const picked: number[] = [];
  const places: number[] = [];
  const copies: [number, number][] = [];
  let at = 0;
  for (const block of blocks) {
    const begin = sequences.offsets[block.sequence]!;
    starts.set(block, at);
    for (let t = block.from; t < block.to; t++, at++) {
      ids[at] = sequences.input[begin + t]!;
      positions[at] = BigInt(t);
      if (weights && weights[begin + t] === 0) continue;
      for (const owner of block.owners.slice(1)) copies.push([sequences.offsets[owner]! + t, picked.length]);
      picked.push(at);
      places.push(begin + t);
    }
  }
  return {
    ids,
    positions,
    starts,
    picked: Int32Array.from(picked),
    places: Int32Array.from(places),
    copies,
  };
}

/** For each of `total` places its index in `picked`, or the length of `picked`. */
function inversePlaces(picked: Int32Array, total: number): Int32Array {
  const inverse = new Int32Array(total).fill(picked.length);
  picked.forEach((place, i) => {
    inverse[place] = i;
  });
  return inverse;
}

/** Index tensors of `Graph.attention` (see `AttentionLayout`). */
function attentionFeeds(
  rows: readonly Row[],
  starts: ReadonlyMap<Block, number>,
  total: number,
  config: LlamaConfig,
): Feeds {
  const queries = roomFor(Math.max(...rows.map((row) => row.queries)));
  const keys = roomFor(Math.max(...rows.map((row) => row.keys)));
  const dummy = total - 1;
  const queryTokens = new Int32Array(rows.length * queries).fill(dummy);
  const keyTokens = new Int32Array(rows.length * keys).fill(dummy);
  const bias = new Float32Array(rows.length * queries * keys).fill(HIDDEN);
  // the last column of a row is always padding: there the dummy token is at home
  const queryHome = new Int32Array(total).fill(queries - 1);
  const keyHome = new Int32Array(total).fill(keys - 1);
  const shared = new Map<Block, number[]>();
  rows.forEach((row, r) => {
    let key = r * keys;
    const prefixAt = new Map<Block, number>();
    for (const prefix of row.prefixes) {
      prefixAt.set(prefix, key);
      shared.set(prefix, [...(shared.get(prefix) ?? []), key]);
      for (let t = 0; t < prefix.to; t++) keyTokens[key++] = starts.get(prefix)! + t;
    }
    let query = r * queries;
    for (const block of row.blocks) {
      const first = key;
      for (let t = block.from; t < block.to; t++, query++, key++) {
        const token = starts.get(block)! + t - block.from;
        queryTokens[query] = token;
        keyTokens[key] = token;
        queryHome[token] = query;
        keyHome[token] = key;
        const line = query * keys - r * keys; // score of (query, key) is at line + key
        bias.fill(0, line + first, line + key + 1);
        if (!block.prefix) continue;
        const prefixKey = prefixAt.get(block.prefix)!;
        bias.fill(0, line + prefixKey, line + prefixKey + block.from);
      }
    }
  });
  const { heads, keyValueHeads } = config;
  const copies = sharedKeys(shared, starts, { total, padding: keys - 1 });
  return {
    bias: floats(bias, [rows.length, 1, queries, keys]),
    queryTokens: perHead(queryTokens, heads, queries),
    keyTokens: perHead(keyTokens, keyValueHeads, keys),
    queryHome: homes(queryHome, heads, queries),
    keyHome: homes(keyHome, keyValueHeads, keys),
    sharedKeys: int32s(slots(copies.keys, keyValueHeads, keys), [copies.fanOut, copies.count, keyValueHeads]),
    sharedOf: int32s(copies.of),
  };
}

/** At least one column of padding. */
function roomFor(used: number): number {
  return Math.ceil((used + 1) / ROUNDING) * ROUNDING;
}

/**
 * Where copies of prefix keys are: [fan-out, count], with padding for absent ones. The last of the `count` entries
 * has no copies; `of` names the entry of each of the N tokens.
 */
function sharedKeys(
  shared: ReadonlyMap<Block, readonly number[]>,
  starts: ReadonlyMap<Block, number>,
  options: { total: number; padding: number },
) {
  const fanOut = Math.max(1, ...[...shared.values()].map((copies) => copies.length));
  const count = [...shared.keys()].reduce((sum, prefix) => sum + prefix.to, 1);
  const keys = new Int32Array(fanOut * count).fill(options.padding);
  const of = new Int32Array(options.total).fill(count - 1);
  let entry = 0;
  for (const [prefix, copies] of shared)
    for (let t = 0; t < prefix.to; t++, entry++) {
      of[starts.get(prefix)! + t] = entry;
      copies.forEach((key, copy) => {
        keys[copy * count + entry] = key + t;
      });
    }
  return { fanOut, count, keys, of };
}

/** Rows of [N heads, size] for [rows, heads, columns]. */
function perHead(tokens: Int32Array, heads: number, columns: number) {
  const rows = tokens.length / columns;
  const result = new Int32Array(tokens.length * heads);
  for (let r = 0, i = 0; r < rows; r++)
    for (let head = 0; head < heads; head++)
      for (let c = 0; c < columns; c++, i++) result[i] = tokens[r * columns + c]! * heads + head;
  return int32s(result, [rows, heads, columns]);
}

/** Rows of [rows heads columns, size] for [N, heads]. */
function homes(places: Int32Array, heads: number, columns: number) {
  return int32s(slots(places, heads, columns), [places.length, heads]);
}

/** From (row, column) places to (row, head, column) ones, for every head. */
function slots(places: Int32Array, heads: number, columns: number): Int32Array {
  const result = new Int32Array(places.length * heads);
  places.forEach((place, i) => {
    const row = Math.floor(place / columns);
    for (let head = 0; head < heads; head++)
      result[i * heads + head] = (row * heads + head) * columns + (place % columns);
  });
  return result;
}
