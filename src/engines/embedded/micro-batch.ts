/** The inputs of the model for one packed micro-batch, and the way back from its outputs to the sequences. */
import type { Block, MicroBatch } from './packing.ts';
import type { Sequences } from './sequences.ts';
import { type Feeds, floats, int32s, int64s } from './session.ts';

/** Added to the score of a place that a token must not look at. */
const HIDDEN = -1e9;

export interface MicroBatchInput {
  readonly feeds: Feeds;
  /** int32 [B, T] and [M], for scattering gradient rows. */
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
  weights: Float32Array | undefined,
): MicroBatchInput {
  const { rows, length } = batch;
  const total = rows.length * length;
  const ids = new Int32Array(total);
  const positions = new BigInt64Array(total);
  const bias = new Float32Array(total * length).fill(HIDDEN);
  const picked: number[] = [];
  const places: number[] = [];
  const copies: [number, number][] = [];
  rows.forEach((row, r) => {
    for (const block of row.blocks) {
      const begin = sequences.offsets[block.sequence]!;
      for (let t = block.from; t < block.to; t++) {
        const column = block.column + t - block.from;
        const at = r * length + column;
        ids[at] = sequences.input[begin + t]!;
        positions[at] = BigInt(t);
        openMask(bias, at * length, block, column);
        if (weights && weights[begin + t] === 0) continue;
        for (const owner of block.owners.slice(1))
          copies.push([sequences.offsets[owner]! + t, picked.length]);
        picked.push(at);
        places.push(begin + t);
      }
    }
    // padding looks at itself, so that no row of the mask is empty
    for (let column = row.used; column < length; column++) bias[(r * length + column) * length + column] = 0;
  });
  const targets = Int32Array.from(places, (place) => sequences.targets[place]!);
  const shape = [rows.length, length];
  const pickedPlaces = Int32Array.from(picked);
  const feeds = {
    ids: int32s(ids, shape),
    positions: int64s(positions, shape),
    bias: floats(bias, [rows.length, 1, length, length]),
    picked: int32s(pickedPlaces),
    placed: int32s(inversePlaces(pickedPlaces, total)),
    targets: int32s(targets),
  };
  return { feeds, ids, targets, places: Int32Array.from(places), copies };
}

function openMask(bias: Float32Array, at: number, block: Block, column: number): void {
  bias.fill(0, at + block.column, at + column + 1);
  const { prefix } = block;
  if (prefix) bias.fill(0, at + prefix.column, at + prefix.column + prefix.to);
}

/** For each of `total` places its index in `picked`, or the length of `picked`. */
function inversePlaces(picked: Int32Array, total: number): Int32Array {
  const inverse = new Int32Array(total).fill(picked.length);
  picked.forEach((place, i) => {
    inverse[place] = i;
  });
  return inverse;
}
