import assert from 'node:assert/strict';
import test from 'node:test';
import { MemoryImage } from '../../../src/oracles/correctness/child/memory-image.ts';
import { createPageHash, HASH_WORDS, PAGE_BYTES } from '../../../src/oracles/correctness/child/page-hash.ts';
import type {
  WebAssemblyHost,
  WebAssemblyMemory,
} from '../../../src/oracles/correctness/child/web-assembly.ts';
import { Random } from '../../../src/random.ts';

declare const WebAssembly: WebAssemblyHost;

const random = new Random('memory-image');
const byte = () => random.int(256);

function memoryOf(pages: number): { memory: WebAssemblyMemory; bytes: Uint8Array } {
  const memory = new WebAssembly.Memory({ initial: (pages * PAGE_BYTES) / 65536 });
  const bytes = new Uint8Array(memory.buffer);
  // Every third page stays zero.
  for (let i = 0; i < bytes.length; i += 7) if (Math.floor(i / PAGE_BYTES) % 3 !== 0) bytes[i] = byte();
  return { memory, bytes };
}

/** RFC 4418, 5.2.2: words i and i + 4 of eight are paired; the four sums of a vector's lanes are kept apart. */
function reference(page: Uint8Array, key: Uint8Array): bigint[] {
  const word = (bytes: Uint8Array, at: number) => BigInt(Buffer.from(bytes).readUInt32LE(4 * at));
  const sums = [0n, 0n, 0n, 0n];
  for (const iteration of [0, 1]) {
    for (let i = 0; i < 1024; i += 8) {
      for (let j = 0; j < 4; j++) {
        const k = i + j + 4 * iteration;
        const left = BigInt.asUintN(32, word(page, i + j) + word(key, k));
        const right = BigInt.asUintN(32, word(page, i + j + 4) + word(key, k + 4));
        const lane = 2 * iteration + (j % 2);
        sums[lane] = BigInt.asUintN(64, sums[lane]! + left * right);
      }
    }
  }
  return sums;
}

test('a page hash is NH with two keys, wherever the page lies', () => {
  const { memory, bytes } = memoryOf(16);
  let key: Uint8Array = new Uint8Array();
  const hash = createPageHash(memory, 16, (own) => {
    for (let i = 0; i < own.length; i++) own[i] = byte();
    key = own;
  });
  // 13 pages: the four places overlap.
  hash.update(2, 15);
  const words = (page: number) => hash.hashes.slice(page * HASH_WORDS, (page + 1) * HASH_WORDS);
  for (const page of [2, 5, 6, 9, 13, 14]) {
    const expected = reference(bytes.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES), key);
    const found = new BigUint64Array(words(page).buffer);
    assert.deepEqual([...found], expected, `page ${page}`);
  }
  assert.deepEqual([...words(1)], new Array(HASH_WORDS).fill(0));
  assert.deepEqual([...words(15)], new Array(HASH_WORDS).fill(0));
});

test('memory becomes what it was: single bits, swapped words and pages, all of it, memory that was not used', () => {
  const { memory, bytes } = memoryOf(64);
  const used = 60 * PAGE_BYTES - 100;
  bytes.fill(0, used);
  const image = new MemoryImage(memory, used, { from: 20 * PAGE_BYTES, to: 40 * PAGE_BYTES });
  const before = bytes.slice();
  const restored = (what: string, pages: number) => {
    assert.equal(image.restore(used), pages, what);
    assert.ok(Buffer.from(bytes).equals(before), what);
  };
  restored('nothing changed', 0);
  bytes.set(before.slice(0, 20 * PAGE_BYTES));
  restored('the same bytes again', 0);
  for (let page = 0; page < 20; page++)
    bytes[page * PAGE_BYTES + ((page * 211) % PAGE_BYTES)]! ^= 1 << (page % 8);
  restored('a bit of each page', 20);
  // What a sum alone would miss: two words that change places, and top bits that cancel out.
  const words = new Uint32Array(memory.buffer);
  words[1024] = before[4096]! + 1;
  words[1032] = 5;
  [words[2048], words[2052]] = [words[2052]! + 9, words[2048]! + 4];
  words[41 * 1024]! ^= 2 ** 31;
  words[41 * 1024 + 8]! ^= 2 ** 31;
  restored('words', 3);
  bytes.copyWithin(50 * PAGE_BYTES, 52 * PAGE_BYTES, 53 * PAGE_BYTES);
  bytes.set(before.subarray(50 * PAGE_BYTES, 51 * PAGE_BYTES), 52 * PAGE_BYTES);
  restored('two pages that change places', 2);
  for (let i = 0; i < 20 * PAGE_BYTES; i++) bytes[i]! ^= 0xff;
  for (let i = 40 * PAGE_BYTES; i < 60 * PAGE_BYTES; i++) bytes[i]! ^= 0xff;
  restored('all that matters', 40);
});

test('the dead stack is left alone, and memory that a program took is zero again', () => {
  const { memory, bytes } = memoryOf(32);
  bytes.fill(0, 20 * PAGE_BYTES);
  const image = new MemoryImage(memory, 20 * PAGE_BYTES, {
    from: 5 * PAGE_BYTES + 8,
    to: 10 * PAGE_BYTES + 8,
  });
  const before = bytes.slice();
  bytes.fill(1);
  memory.grow(16);
  const grown = new Uint8Array(memory.buffer);
  grown.fill(2, 30 * PAGE_BYTES);
  assert.equal(image.restore(46 * PAGE_BYTES), 16);
  // Pages 6 to 9 lie in the dead part as a whole; the pages that it shares with live memory are put back.
  assert.ok(Buffer.from(grown.subarray(0, 6 * PAGE_BYTES)).equals(before.subarray(0, 6 * PAGE_BYTES)));
  assert.ok(grown.subarray(6 * PAGE_BYTES, 10 * PAGE_BYTES).every((value) => value === 1));
  const rest = before.subarray(10 * PAGE_BYTES);
  assert.ok(Buffer.from(grown.subarray(10 * PAGE_BYTES, 32 * PAGE_BYTES)).equals(rest));
  assert.ok(grown.subarray(32 * PAGE_BYTES, 46 * PAGE_BYTES).every((value) => value === 0));
});
