/**
 * The inner loop of AdamW as a WebAssembly function of vector instructions (four float32 numbers at a time), which is
 * twice as fast as JavaScript. The function is assembled here, in the binary format of the WebAssembly core
 * specification 2.0 (sections 5.4 and 5.5), and works on a small memory of its own that stays in the processor's cache.
 */

/** Numbers of each of the four arrays that are worked on at once. */
const CHUNK = 4096;
/** Bytes from array to array: not a multiple of 4096, by which some processors take one address for another. */
const STRIDE = 4 * CHUNK + 320;
/** Of 64 KiB. */
const PAGES = Math.ceil((4 * STRIDE) / 65536);

export interface AdamConstants {
  /** The gradient is multiplied by it first. */
  readonly scale: number;
  readonly beta1: number;
  readonly beta2: number;
  /** The weights are multiplied by it: 1 less the decay. */
  readonly keep: number;
  /** Learning rate / (1 - beta1^step). */
  readonly rate: number;
  /** 1 / √(1 - beta2^step). */
  readonly correction: number;
  readonly epsilon: number;
}

interface AdamArrays {
  readonly gradient: Float32Array;
  readonly mean: Float32Array;
  readonly square: Float32Array;
  readonly weights: Float32Array;
}

export interface AdamKernel {
  /**
   * g = scale gradient; mean = beta1 mean + (1 - beta1) g; square = beta2 square + (1 - beta2) g²;
   * weights = keep weights - rate mean / (correction √square + epsilon), in float32, for all four of equal length.
   */
  update(arrays: AdamArrays, constants: AdamConstants): void;
}

/** In the order of the function's parameters 1 to 9; parameter 0 is the end of the first array in bytes. */
const CONSTANTS = [
  'scale',
  'beta1',
  'rest1',
  'beta2',
  'rest2',
  'keep',
  'rate',
  'correction',
  'epsilon',
] as const;

/** What we use of the global, for which this project has no types. */
declare const WebAssembly: {
  readonly Memory: new (options: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
    imports: object,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
};

export function createAdamKernel(): AdamKernel {
  const memory = new WebAssembly.Memory({ initial: PAGES });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(assemble()), { m: { m: memory } });
  const run = instance.exports.run as (end: number, ...constants: number[]) => void;
  const [g, m, v, w] = [0, 1, 2, 3].map((i) => new Float32Array(memory.buffer, i * STRIDE, CHUNK));
  return {
    update({ gradient, mean, square, weights }, constants) {
      const all = { ...constants, rest1: 1 - constants.beta1, rest2: 1 - constants.beta2 };
      const parameters = CONSTANTS.map((name) => all[name]);
      for (let at = 0; at < weights.length; at += CHUNK) {
        const to = Math.min(at + CHUNK, weights.length);
        g!.set(gradient.subarray(at, to));
        m!.set(mean.subarray(at, to));
        v!.set(square.subarray(at, to));
        w!.set(weights.subarray(at, to));
        run(4 * (to - at), ...parameters);
        mean.set(m!.subarray(0, to - at), at);
        square.set(v!.subarray(0, to - at), at);
        weights.set(w!.subarray(0, to - at), at);
      }
    },
  };
}

// ---- the function -------------------------------------------------------------------------------------------

type Code = readonly number[];

const I32 = 0x7f;
const F32 = 0x7d;
const V128 = 0x7b;
const EMPTY = 0x40;
const END = 0x0b;

const get = (local: number): Code => [0x20, local];
const set = (local: number): Code => [0x21, local];
/** Vector instructions have a prefix; numbers above 127 take two bytes. */
const vector = (opcode: number): Code =>
  opcode < 128 ? [0xfd, opcode] : [0xfd, (opcode & 127) | 128, opcode >> 7];
const operator =
  (opcode: number) =>
  (...operands: readonly Code[]): Code => [...operands.flat(), ...vector(opcode)];
const splat = operator(19);
const root = operator(227);
const add = operator(228);
const subtract = operator(229);
const multiply = operator(230);
const divide = operator(231);

/** Locals: the end and the constants (the parameters), then the place in bytes, and vectors. */
const PLACE = 1 + CONSTANTS.length;
const FIRST_VECTOR = PLACE + 1;
const constant = (name: (typeof CONSTANTS)[number]): Code => get(FIRST_VECTOR + CONSTANTS.indexOf(name));
const [GRADIENT, MEAN, SQUARE] = [0, 1, 2].map((i) => FIRST_VECTOR + CONSTANTS.length + i) as [
  number,
  number,
  number,
];
const VECTORS = CONSTANTS.length + 3;

/** Array `index` at the current place; the address is aligned to 2^4 bytes. */
const load = (index: number): Code => [...get(PLACE), ...vector(0), 4, ...unsigned(index * STRIDE)];
const store = (index: number, value: Code): Code => [
  ...get(PLACE),
  ...value,
  ...vector(11),
  4,
  ...unsigned(index * STRIDE),
];

function loop(): Code {
  const gradient = get(GRADIENT);
  const step = divide(
    multiply(constant('rate'), get(MEAN)),
    add(multiply(root(get(SQUARE)), constant('correction')), constant('epsilon')),
  );
  return [
    ...CONSTANTS.flatMap((_, i) => [...splat(get(1 + i)), ...set(FIRST_VECTOR + i)]),
    ...[0x03, EMPTY], // loop
    ...[...multiply(load(0), constant('scale')), ...set(GRADIENT)],
    ...add(multiply(constant('beta1'), load(1)), multiply(constant('rest1'), gradient)),
    ...set(MEAN),
    ...add(multiply(constant('beta2'), load(2)), multiply(constant('rest2'), multiply(gradient, gradient))),
    ...set(SQUARE),
    ...store(1, get(MEAN)),
    ...store(2, get(SQUARE)),
    ...store(3, subtract(multiply(load(3), constant('keep')), step)),
    ...[...get(PLACE), 0x41, 16, 0x6a, 0x22, PLACE], // place += 16
    ...[...get(0), 0x49, 0x0d, 0], // again if place < end
    END,
  ];
}

function assemble(): Uint8Array<ArrayBuffer> {
  const type = [0x60, ...list([[I32], ...CONSTANTS.map(() => [F32])]), 0];
  const locals = list([
    [1, I32],
    [VECTORS, V128],
  ]);
  const body = [...locals, ...loop(), END];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic number and version
    ...section(1, list([type])),
    ...section(2, list([[...text('m'), ...text('m'), 2, 0, PAGES]])), // the memory is imported
    ...section(3, list([[0]])),
    ...section(7, list([[...text('run'), 0, 0]])),
    ...section(10, list([[...unsigned(body.length), ...body]])),
  ]);
}

function section(id: number, content: Code): Code {
  return [id, ...unsigned(content.length), ...content];
}

function list(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): Code {
  return list([...Buffer.from(value)].map((byte) => [byte]));
}

/** LEB128 */
function unsigned(value: number): Code {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >> 7)];
}
