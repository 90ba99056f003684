/** Sequences as flat arrays: cheap to hand from thread to thread. */
import type { Datum } from '../engine.ts';

/** The arrays of all sequences end to end; sequence i has the places offsets[i] .. offsets[i + 1]. */
export interface Sequences {
  readonly offsets: Int32Array<ArrayBuffer>;
  readonly input: Int32Array<ArrayBuffer>;
  readonly targets: Int32Array<ArrayBuffer>;
  readonly weights?: Float32Array<ArrayBuffer>;
  readonly advantages?: Float32Array<ArrayBuffer>;
  readonly logprobs?: Float32Array<ArrayBuffer>;
  readonly referenceLogprobs?: Float32Array<ArrayBuffer>;
}

export const OPTIONAL_ARRAYS = ['weights', 'advantages', 'logprobs', 'referenceLogprobs'] as const;

/** The optional arrays are carried over when every datum has them. */
export function flatten(data: readonly (Pick<Datum, 'input' | 'targets'> & Partial<Datum>)[]): Sequences {
  const offsets = new Int32Array(data.length + 1);
  data.forEach((datum, i) => {
    offsets[i + 1] = offsets[i]! + datum.input.length;
  });
  const total = offsets[data.length]!;
  const join = <A extends Int32Array | Float32Array>(
    array: A,
    part: (datum: Partial<Datum>) => ArrayLike<number>,
  ) => {
    data.forEach((datum, i) => {
      array.set(part(datum), offsets[i]);
    });
    return array;
  };
  const optional = OPTIONAL_ARRAYS.filter((name) => data.every((datum) => datum[name] !== undefined));
  return {
    offsets,
    input: join(new Int32Array(total), (datum) => datum.input!),
    targets: join(new Int32Array(total), (datum) => datum.targets!),
    ...Object.fromEntries(
      optional.map((name) => [name, join(new Float32Array(total), (datum) => datum[name]!)]),
    ),
  };
}

/** Cuts a flat result into one array per sequence. */
export function unflatten(values: Float32Array, offsets: Int32Array): Float32Array[] {
  return Array.from({ length: offsets.length - 1 }, (_, i) => values.slice(offsets[i], offsets[i + 1]));
}

/** Buffers to transfer with a message. */
export function buffers(arrays: object): ArrayBuffer[] {
  return Object.values(arrays).flatMap((value) =>
    ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer ? [value.buffer] : [],
  );
}
