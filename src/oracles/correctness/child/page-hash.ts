/**
 * A keyed hash of every 4-KiB page of an interpreter's memory, as a WebAssembly function of vector instructions that
 * reads the memory once: a third of what putting it all back moves. Assembled here in the binary format of the
 * WebAssembly core specification 3.0 (sections 5.4 and 5.5); keys and hashes lie in a second memory, which Python
 * cannot address.
 *
 * The hash is NH of UMAC (RFC 4418, section 5.2.2), two iterations by the Toeplitz construction: under keys that
 * are unknown to whoever writes a page, two different pages have the same hash with a probability of at most 2^-64.
 */
import type { WebAssemblyHost, WebAssemblyMemory } from './web-assembly.ts';

declare const WebAssembly: WebAssemblyHost;

export const PAGE_BYTES = 4096;
/** 32-bit words of a page's hash: two sums of two 64-bit lanes. */
export const HASH_WORDS = 8;
/** Second iteration: the key from 16 bytes on. */
const KEY_BYTES = PAGE_BYTES + 16;
const HASHES_AT = 2 * PAGE_BYTES;
/** Pages are read at four places in turn: a processor fetches ahead for each, and waits half as long. */
const STREAMS = 4;

export interface PageHash {
  /** The hashes of all pages, by page number, as of the last `update` that covered them. */
  readonly hashes: Uint32Array;
  /** Hashes the pages `first` to `last`, exclusive; at least four. */
  update(first: number, last: number): void;
}

/** @param pages of the memory, from its beginning. @param fillKey fills it with secret random bytes. */
export function createPageHash(
  memory: WebAssemblyMemory,
  pages: number,
  fillKey: (key: Uint8Array) => void,
): PageHash {
  const own = new WebAssembly.Memory({ initial: Math.ceil((HASHES_AT + pages * HASH_WORDS * 4) / 65536) });
  fillKey(new Uint8Array(own.buffer, 0, KEY_BYTES));
  const module = new WebAssembly.Module(assemble());
  const { run } = new WebAssembly.Instance(module, { m: { python: memory, own } }).exports;
  const hash = run as (a: number, b: number, c: number, d: number, bytes: number) => void;
  return {
    hashes: new Uint32Array(own.buffer, HASHES_AT, pages * HASH_WORDS),
    update(first, last) {
      const count = Math.ceil((last - first) / STREAMS);
      // The last stream may repeat pages of the one before.
      const at = [0, 1, 2].map((i) => first + i * count).concat(last - count);
      const [a, b, c, d] = at.map((page) => Math.min(page, last - count) * PAGE_BYTES);
      hash(a!, b!, c!, d!, count * PAGE_BYTES);
    },
  };
}

// ---- the function -------------------------------------------------------------------------------------------

type Code = readonly number[];

const I32 = 0x7f;
const V128 = 0x7b;
const EMPTY = 0x40;
const END = 0x0b;
/** Bytes hashed at each turn of the inner loop. */
const TURN = 64;

/** Parameters: the streams' first pages and the bytes of each. */
const BYTES = STREAMS;
/** Locals: bytes done, bytes of this page done, the streams' places, then vectors. */
const DONE = BYTES + 1;
const IN_PAGE = DONE + 1;
const place = (stream: number): number => IN_PAGE + 1 + stream;
const FIRST_VECTOR = place(STREAMS);
const sum = (stream: number, iteration: number): number => FIRST_VECTOR + 2 * stream + iteration;
const [LEFT, RIGHT, LEFT_KEYED, RIGHT_KEYED, KEY] = [0, 1, 2, 3, 4].map(
  (i) => FIRST_VECTOR + 2 * STREAMS + i,
) as [number, number, number, number, number];
const VECTORS = 2 * STREAMS + 5 + 2;

const get = (local: number): Code => [0x20, local];
const set = (local: number): Code => [0x21, local];
const number = (value: number): Code => [0x41, ...signed(value)];
const plus = (left: Code, right: Code): Code => [...left, ...right, 0x6a];
/** Vector instructions have a prefix; numbers above 127 take two bytes. */
const vector = (opcode: number): Code =>
  opcode < 128 ? [0xfd, opcode] : [0xfd, (opcode & 127) | 128, opcode >> 7];
const operator =
  (opcode: number) =>
  (...operands: readonly Code[]): Code => [...operands.flat(), ...vector(opcode)];
const add32 = operator(174);
const add64 = operator(206);
const productLow = operator(222);
const productHigh = operator(223);
const zero: Code = [...vector(12), ...new Array<number>(16).fill(0)];
/** Memory 0 is Python's, aligned to 2^4 bytes; memory 1 ours. */
const loadPage = (address: Code, offset: number): Code => [...address, ...vector(0), 4, ...unsigned(offset)];
const loadOwn = (address: Code, offset: number): Code => [
  ...address,
  ...vector(0),
  4 | 64,
  1,
  ...unsigned(offset),
];
const storeOwn = (address: Code, offset: number, value: Code): Code => [
  ...address,
  ...value,
  ...vector(11),
  4 | 64,
  1,
  ...unsigned(offset),
];
/** Does `body` until `counter`, which it raises by `step`, is no longer below `end`. */
const loop = (body: Code, counter: number, step: number, end: Code): Code => [
  ...[0x03, EMPTY],
  ...body,
  ...[...plus(get(counter), number(step)), 0x22, counter],
  ...[...end, 0x49, 0x0d, 0],
  END,
];

/** sum += (left + key) (right + next key) for 32-bit words, as 64-bit numbers. */
function iterate(stream: number, iteration: number, keys: readonly [number, number]): Code {
  const total = sum(stream, iteration);
  const operands = [get(LEFT_KEYED), get(RIGHT_KEYED)];
  return [
    ...[...add32(get(LEFT), get(keys[0])), ...set(LEFT_KEYED)],
    ...[...add32(get(RIGHT), get(keys[1])), ...set(RIGHT_KEYED)],
    ...[...add64(get(total), productLow(...operands)), ...set(total)],
    ...[...add64(get(total), productHigh(...operands)), ...set(total)],
  ];
}

function turn(): Code {
  const code: number[] = [];
  for (let offset = 0; offset < TURN; offset += 32) {
    for (let i = 0; i < 3; i++) code.push(...loadOwn(get(IN_PAGE), offset + 16 * i), ...set(KEY + i));
    for (let stream = 0; stream < STREAMS; stream++) {
      const address = get(place(stream));
      code.push(...loadPage(address, offset), ...set(LEFT), ...loadPage(address, offset + 16), ...set(RIGHT));
      code.push(...iterate(stream, 0, [KEY, KEY + 1]), ...iterate(stream, 1, [KEY + 1, KEY + 2]));
    }
  }
  for (let stream = 0; stream < STREAMS; stream++)
    code.push(...plus(get(place(stream)), number(TURN)), ...set(place(stream)));
  return code;
}

function page(): Code {
  const streams = Array.from({ length: STREAMS }, (_, stream) => stream);
  const start = streams.flatMap((stream) => [
    ...[...plus(get(stream), get(DONE)), ...set(place(stream))],
    ...[...zero, ...set(sum(stream, 0)), ...zero, ...set(sum(stream, 1))],
  ]);
  const end = streams.flatMap((stream) => {
    // A page's hash takes 32 bytes: 1/128 of the page.
    const address = [...plus(get(stream), get(DONE)), ...number(7), 0x76];
    return [0, 1].flatMap((i) => storeOwn(address, HASHES_AT + 16 * i, get(sum(stream, i))));
  });
  const inner = loop(turn(), IN_PAGE, TURN, number(PAGE_BYTES));
  return [...start, ...number(0), ...set(IN_PAGE), ...inner, ...end];
}

function assemble(): Uint8Array<ArrayBuffer> {
  const type = [0x60, ...list(Array.from({ length: STREAMS + 1 }, () => [I32])), 0];
  const locals = list([
    [2 + STREAMS, I32],
    [VECTORS, V128],
  ]);
  const body = [...locals, ...loop(page(), DONE, PAGE_BYTES, get(BYTES)), END];
  const memory = (name: string) => [...text('m'), ...text(name), 2, 0, 1];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic number and version
    ...section(1, list([type])),
    ...section(2, list([memory('python'), memory('own')])),
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

/** LEB128 of a number that is not negative, with room for the sign. */
function signed(value: number): Code {
  return value < 64 ? [value] : [(value & 127) | 128, ...signed(value >> 7)];
}
