/**
 * Arranges sequences for one pass through the model. Everything but attention works on a flat list of tokens, which
 * holds no padding, and a beginning that several sequences share (the prompt of a group of rollouts) only once.
 * Attention works on rows: the queries of a row's blocks see the keys of the same block up to themselves, and the
 * keys of the block's prefix, which are copied into every row that needs them.
 */
import type { Sequences } from './sequences.ts';

/** Tokens from..to of a sequence. */
export interface Block {
  readonly sequence: number;
  readonly from: number;
  readonly to: number;
  /** The block that holds tokens 0..from. */
  readonly prefix?: Block;
  /** Sequences whose tokens these are: several for a shared prefix. */
  readonly owners: readonly number[];
}

/** Queries are those of the blocks; keys are those of the prefixes, then of the blocks. */
export interface Row {
  readonly blocks: Block[];
  readonly prefixes: Block[];
  queries: number;
  keys: number;
}

/** What is computed together. */
export interface MicroBatch {
  readonly blocks: readonly Block[];
  readonly rows: readonly Row[];
}

/** Sequences with the same first `prefixLength` tokens. */
interface Group {
  readonly prefixLength: number;
  readonly members: readonly number[];
}

/** A shared beginning shorter than this is not worth a block. */
const SHORTEST_PREFIX = 8;
/** Fixed work per row, in score entries: a row more must save something. */
const ROW_COST = 256;

/**
 * @param options.share whether equal beginnings are computed once. With `weights`, the beginning is what comes
 * before the first token of weight ≠ 0; without, as much as pays.
 * @param options.budget tokens computed at once; bounds the memory. A longer sequence is computed alone.
 */
export function packSequences(
  sequences: Sequences,
  options: { budget: number; share: boolean },
): MicroBatch[] {
  const count = sequences.offsets.length - 1;
  const lengths = Array.from({ length: count }, (_, i) => length(sequences, i));
  const groups = options.share ? shareBeginnings(sequences) : lengths.map((_, i) => alone(i));
  return divide(groups, lengths, options.budget).map((part) => {
    const blocks = part.flatMap((group) => blocksOf(group, lengths));
    return { blocks, rows: cheapestRows(blocks) };
  });
}

function length({ offsets }: Sequences, i: number): number {
  return offsets[i + 1]! - offsets[i]!;
}

function alone(sequence: number): Group {
  return { prefixLength: 0, members: [sequence] };
}

// ---- micro-batches ------------------------------------------------------------------------------------------

/** Divides groups into parts of at most `budget` tokens, equally full, with sequences of similar length together. */
function divide(groups: readonly Group[], lengths: readonly number[], budget: number): Group[][] {
  const pieces = groups.flatMap((group) => splitGroup(group, lengths, budget));
  const longest = ({ members }: Group) => Math.max(...members.map((i) => lengths[i]!));
  pieces.sort((a, b) => longest(b) - longest(a) || a.members[0]! - b.members[0]!);
  const total = pieces.reduce((sum, piece) => sum + groupTokens(piece, lengths), 0);
  const target = total / Math.ceil(total / budget);
  const parts: Group[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const piece of pieces) {
    const size = groupTokens(piece, lengths);
    // a part may pass the target by less than half a piece, the budget never
    if (used + size / 2 > target || used + size > budget) {
      parts.push([]);
      used = 0;
    }
    parts.at(-1)!.push(piece);
    used += size;
  }
  return parts;
}

function groupTokens({ prefixLength, members }: Group, lengths: readonly number[]): number {
  return members.reduce((sum, i) => sum + lengths[i]! - prefixLength, prefixLength);
}

/** A group that exceeds the budget is cut into several, each of which computes the prefix again. */
function splitGroup(group: Group, lengths: readonly number[], budget: number): Group[] {
  const parts: number[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const i of group.members) {
    const rest = lengths[i]! - group.prefixLength;
    if (used + rest > budget) {
      parts.push([]);
      used = group.prefixLength;
    }
    parts.at(-1)!.push(i);
    used += rest;
  }
  return parts.map((members) => ({ prefixLength: members.length > 1 ? group.prefixLength : 0, members }));
}

function blocksOf({ prefixLength, members }: Group, lengths: readonly number[]): Block[] {
  if (prefixLength === 0) return members.map((i) => ({ sequence: i, from: 0, to: lengths[i]!, owners: [i] }));
  const prefix: Block = { sequence: members[0]!, from: 0, to: prefixLength, owners: members };
  return [
    prefix,
    ...members.map((i) => ({ sequence: i, from: prefixLength, to: lengths[i]!, prefix, owners: [i] })),
  ];
}

// ---- rows of attention --------------------------------------------------------------------------------------

/** Rows whose rectangle of scores is smallest. */
function cheapestRows(blocks: readonly Block[]): Row[] {
  const longest = Math.max(...blocks.map((block) => block.to));
  const sorted = blocks.toSorted((a, b) => b.to - b.from - (a.to - a.from));
  let best: { cost: number; rows: Row[] } | undefined;
  for (const factor of [1, 1.125, 1.25, 1.5, 1.75, 2, 2.5]) {
    const rows = fillRows(sorted, longest * factor);
    const widest = (of: (row: Row) => number) => Math.max(...rows.map(of));
    const cost = rows.length * (widest((row) => row.queries) * widest((row) => row.keys) + ROW_COST);
    if (!best || cost < best.cost) best = { cost, rows };
  }
  return best!.rows;
}

/** First fit, longest first. A row that already holds the prefix needs room for the block only. */
function fillRows(blocks: readonly Block[], capacity: number): Row[] {
  const rows: Row[] = [];
  for (const block of blocks) {
    const size = block.to - block.from;
    const missing = (row: Row) => (!block.prefix || row.prefixes.includes(block.prefix) ? 0 : block.from);
    const fits = (row: Row) => row.keys + size + missing(row) <= capacity;
    let row = rows.find((row) => missing(row) === 0 && fits(row)) ?? rows.find(fits);
    if (!row) {
      row = { blocks: [], prefixes: [], queries: 0, keys: 0 };
      rows.push(row);
    }
    row.keys += size + missing(row);
    row.queries += size;
    if (missing(row) > 0) row.prefixes.push(block.prefix!);
    row.blocks.push(block);
  }
  return rows;
}

// ---- equal beginnings ---------------------------------------------------------------------------------------

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
