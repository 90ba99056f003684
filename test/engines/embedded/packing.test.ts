import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packSequences } from '../../../src/engines/embedded/packing.ts';
import { flatten } from '../../../src/engines/embedded/sequences.ts';

const options = { budget: 2048, share: true };

/** Sequences of (prompt, completion) lengths; sequences with the same prompt length share the prompt. */
function batch(sizes: readonly (readonly [prompt: number, completion: number])[]) {
  let next = 500;
  return sizes.map(([prompt, completion]) => {
    const input = [...Array(prompt).fill(prompt), ...Array.from({ length: completion }, () => next++)];
    return { input, targets: input, weights: Float32Array.from(input, (_, t) => (t < prompt ? 0 : 1)) };
  });
}

/** Every token of every sequence is in exactly one block or in the prefix of one; rows hold every block once. */
function checkCoverage(packed: ReturnType<typeof packSequences>, lengths: readonly number[]): void {
  const seen = lengths.map((length) => new Uint8Array(length));
  for (const { blocks, rows } of packed) {
    for (const block of blocks) {
      assert.equal(block.from, block.prefix?.to ?? 0);
      for (let t = block.from; t < block.to; t++) for (const owner of block.owners) seen[owner]![t]!++;
    }
    const inRows = rows.flatMap((row) => row.blocks);
    assert.equal(inRows.length, blocks.length);
    assert.deepEqual(new Set(inRows), new Set(blocks));
    for (const row of rows)
      for (const { prefix } of row.blocks) assert.ok(!prefix || row.prefixes.includes(prefix));
  }
  for (const counts of seen) assert.ok(counts.every((count) => count === 1));
}

function tokens(packed: ReturnType<typeof packSequences>): number[] {
  return packed.map(({ blocks }) => blocks.reduce((sum, { from, to }) => sum + to - from, 0));
}

test('eight completions of one prompt share it', () => {
  const data = batch(Array(8).fill([60, 20]));
  const packed = packSequences(flatten(data), options);
  checkCoverage(packed, Array(8).fill(80));
  assert.deepEqual(tokens(packed), [60 + 8 * 20]);
});

test('micro-batches keep to the budget, and the rectangles of their scores are mostly used', () => {
  const sizes = Array.from({ length: 60 }, (_, i) => [0, 40 + ((i * 37) % 200)] as const);
  const packed = packSequences(flatten(batch(sizes)), options);
  checkCoverage(
    packed,
    sizes.map(([a, b]) => a + b),
  );
  const total = sizes.reduce((sum, [, completion]) => sum + completion, 0);
  assert.ok(packed.length <= Math.ceil(total / 2048) + 1);
  for (const count of tokens(packed)) assert.ok(count <= 2048);
  const widest = (values: number[]) => Math.max(...values);
  const area = packed.reduce(
    (sum, { rows }) =>
      sum + rows.length * widest(rows.map((row) => row.queries)) * widest(rows.map((row) => row.keys)),
    0,
  );
  const needed = sizes.reduce((sum, [, completion]) => sum + completion ** 2, 0);
  assert.ok(area < 1.35 * needed, `${area} for ${needed}`);
});

test('a group that exceeds the budget is cut, and each part has the prompt', () => {
  const packed = packSequences(flatten(batch(Array(8).fill([100, 50]))), { budget: 320, share: true });
  checkCoverage(packed, Array(8).fill(150));
  assert.deepEqual(tokens(packed), [300, 300]);
});

test('without weights, whatever beginnings are equal are shared', () => {
  const data = batch([...Array(4).fill([100, 30]), ...Array(4).fill([50, 30]), [3, 30]]);
  const sequences = flatten(data.map(({ input, targets }) => ({ input, targets })));
  const packed = packSequences(sequences, options);
  checkCoverage(
    packed,
    data.map(({ input }) => input.length),
  );
  assert.deepEqual(tokens(packed), [100 + 50 + 8 * 30 + 33]);
});

test('a sequence without weights of its own still has one token of its own', () => {
  const data = batch([
    [30, 0],
    [30, 0],
  ]);
  const packed = packSequences(flatten(data), options);
  checkCoverage(packed, [30, 30]);
});
