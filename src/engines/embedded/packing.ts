/**
 * Packs sequences into rows so that little padding is computed. Sequences share a row under a block-diagonal mask;
 * sequences that begin alike share the beginning too (the prompt of a group of rollouts is computed once).
 */
import type { LlamaConfig } from './llama-config.ts';
import type { Sequences } from './sequences.ts';

/** Tokens from..to of a sequence, in consecutive columns of a row. */
export interface Block {
  readonly sequence: number;
  readonly from: number;
  readonly to: number;
  readonly column: number;
  /** The block that holds tokens 0..from. */
  readonly prefix?: Block;
  /** Sequences whose tokens these are: several for a shared prefix. */
  readonly owners: number[];
}

export interface Row {
  readonly blocks: Block[];
  used: number;
}

/** Rows that are computed together; `length` columns each. */
export interface MicroBatch {
  readonly rows: readonly Row[];
  readonly length: number;
}

/** Sequences with the same first `prefixLength` tokens. */
interface Group {
  readonly prefixLength: number;
  readonly members: readonly number[];
}

/** A shared beginning shorter than this is not worth a block. */
const SHORTEST_PREFIX = 8;
const ROUNDING = 16;
const ROW_LENGTHS = [64, 128, 192, 256, 320, 384, 512, 640, 768, 1024];
/** No row is longer, unless a sequence is. */
export const LONGEST_ROW = 1024;

/**
 * @param options.share whether equal beginnings are computed once. With `weights`, the beginning is what comes
 * before the first token of weight ≠ 0; without, as much as pays.
 * @param options.budget tokens computed at once, padding included; bounds the memory.
 */
export function packSequences(
  sequences: Sequences,
  options: { config: LlamaConfig; budget: number; share: boolean },
): MicroBatch[] {
  const lengths = Array.from({ length: sequences.offsets.length - 1 }, (_, i) => length(sequences, i));
  const groups = options.share ? shareBeginnings(sequences) : lengths.map((_, i) => alone(i));
  const longest = Math.max(...lengths);
  const candidates = [roundUp(longest), ...ROW_LENGTHS.filter((size) => size > longest)];
  let best: { cost: number; batches: MicroBatch[] } | undefined;
  for (const capacity of candidates) {
    const batches = splitRows(fillRows(groups, lengths, capacity), options.budget);
    const cost = batches.reduce((sum, batch) => sum + estimatedCost(batch, options.config), 0);
    if (!best || cost < best.cost) best = { cost, batches };
  }
  return best!.batches;
}

function length({ offsets }: Sequences, i: number): number {
  return offsets[i + 1]! - offsets[i]!;
}

function alone(sequence: number): Group {
  return { prefixLength: 0, members: [sequence] };
}

/** Operations per layer, attention weighted up because softmax and masks run slower than matrix products. */
function estimatedCost({ rows, length: columns }: MicroBatch, config: LlamaConfig): number {
  const { width, heads, keyValueHeads, feedForward } = config;
  const linear = width * (2 * width + (2 * width * keyValueHeads) / heads + 3 * feedForward);
  const attention = 2 * width * columns * 2.5;
  return rows.length * columns * (linear + attention);
}

/** First fit, longest first; a row that already holds the prefix takes only the rest of a sequence. */
function fillRows(groups: readonly Group[], lengths: readonly number[], capacity: number): Row[] {
  const rows: Row[] = [];
  const total = (group: Group) =>
    group.prefixLength + group.members.reduce((sum, i) => sum + lengths[i]! - group.prefixLength, 0);
  for (const group of groups.toSorted((a, b) => total(b) - total(a) || a.members[0]! - b.members[0]!)) {
    const prefixes = new Map<Row, Block>();
    for (const i of group.members.toSorted((a, b) => lengths[b]! - lengths[a]! || a - b)) {
      const rest = lengths[i]! - group.prefixLength;
      let row =
        [...prefixes.keys()].find(({ used }) => used + rest <= capacity) ??
        rows.find(({ used }) => used + lengths[i]! <= capacity);
      if (!row) {
        row = { blocks: [], used: 0 };
        rows.push(row);
      }
      placeSequence(row, i, lengths[i]!, group.prefixLength, prefixes);
    }
  }
  return rows;
}

function placeSequence(
  row: Row,
  sequence: number,
  end: number,
  prefixLength: number,
  prefixes: Map<Row, Block>,
): void {
  const place = (from: number, to: number, prefix?: Block): Block => {
    const block = { sequence, from, to, column: row.used, owners: [sequence], ...(prefix && { prefix }) };
    row.blocks.push(block);
    row.used += to - from;
    return block;
  };
  if (prefixLength === 0) {
    place(0, end);
    return;
  }
  const shared = prefixes.get(row);
  if (shared) shared.owners.push(sequence);
  else prefixes.set(row, place(0, prefixLength));
  place(prefixLength, end, prefixes.get(row)!);
}

/** Rows of similar use go together, in batches of nearly equal size. */
function splitRows(rows: readonly Row[], budget: number): MicroBatch[] {
  const sorted = rows.toSorted((a, b) => b.used - a.used);
  const batches: MicroBatch[] = [];
  for (let at = 0; at < sorted.length; ) {
    const columns = roundUp(sorted[at]!.used);
    const most = Math.max(1, Math.floor(budget / columns));
    const left = Math.ceil((sorted.length - at) / most);
    const count = Math.ceil((sorted.length - at) / left);
    batches.push({ rows: sorted.slice(at, at + count), length: columns });
    at += count;
  }
  return batches;
}

function roundUp(size: number): number {
  return Math.ceil(size / ROUNDING) * ROUNDING;
}

function shareBeginnings(sequences: Sequences): Group[] {
  return sequences.weights ? shareUnweighted(sequences, sequences.weights) : shareCommon(sequences);
}

/** Groups sequences whose tokens before the first weighted target are the same. */
function shareUnweighted(sequences: Sequences, weights: Float32Array): Group[] {
  const groups = new Map<string, Group & { members: number[] }>();
  for (let i = 0; i < sequences.offsets.length - 1; i++) {
    const begin = sequences.offsets[i]!;
    let prefixLength = 0;
    while (prefixLength < length(sequences, i) && weights[begin + prefixLength] === 0) prefixLength++;
    if (prefixLength === length(sequences, i)) prefixLength--; // keep one token of its own
    const key = sequences.input.subarray(begin, begin + prefixLength).join();
    const group = groups.get(key);
    if (group) group.members.push(i);
    else groups.set(key, { prefixLength, members: [i] });
  }
  return [...groups.values()].flatMap((group) =>
    group.members.length > 1 && group.prefixLength >= SHORTEST_PREFIX ? [group] : group.members.map(alone),
  );
}

/** Groups neighbours in alphabetical order so that the tokens saved per sequence are most. */
function shareCommon(sequences: Sequences): Group[] {
  const order = [...Array(sequences.offsets.length - 1).keys()].sort(
    (a, b) => compare(sequences, a, b) || a - b,
  );
  const groups: Group[] = [];
  for (let at = 0; at < order.length; ) {
    let best = { saved: 0, end: at + 1, prefixLength: 0 };
    let common = length(sequences, order[at]!) - 1;
    for (let end = at + 1; end < order.length; end++) {
      common = Math.min(common, commonLength(sequences, order[at]!, order[end]!));
      if (common < SHORTEST_PREFIX) break;
      const saved = (common * (end - at)) / (end + 1 - at);
      if (saved > best.saved) best = { saved, end: end + 1, prefixLength: common };
    }
    groups.push({ prefixLength: best.prefixLength, members: order.slice(at, best.end) });
    at = best.end;
  }
  return groups;
}

function compare({ offsets, input }: Sequences, a: number, b: number): number {
  const [i, j] = [offsets[a]!, offsets[b]!];
  const shorter = Math.min(offsets[a + 1]! - i, offsets[b + 1]! - j);
  for (let t = 0; t < shorter; t++) if (input[i + t] !== input[j + t]) return input[i + t]! - input[j + t]!;
  return offsets[a + 1]! - i - (offsets[b + 1]! - j);
}

/** Length of the beginning with equal inputs and targets; at least one token of each sequence is not in it. */
function commonLength({ offsets, input, targets }: Sequences, a: number, b: number): number {
  const [i, j] = [offsets[a]!, offsets[b]!];
  const most = Math.min(offsets[a + 1]! - i, offsets[b + 1]! - j) - 1;
  let t = 0;
  while (t < most && input[i + t] === input[j + t] && targets[i + t] === targets[j + t]) t++;
  return t;
}
