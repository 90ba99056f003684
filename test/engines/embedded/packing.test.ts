import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packSequences } from '../../../src/engines/embedded/packing.ts';
import { flatten } from '../../../src/engines/embedded/sequences.ts';

const config = {
  vocabularySize: 1000,
  layers: 2,
  width: 192,
  heads: 4,
  keyValueHeads: 4,
  feedForward: 512,
  maxContext: 384,
  ropeTheta: 10000,
  normEpsilon: 1e-5,
  tiedEmbeddings: true,
};
const options = { config, budget: 2048, share: true };

/** Sequences of (prompt, completion) lengths; sequences with the same prompt length share the prompt. */
function batch(sizes: readonly (readonly [prompt: number, completion: number])[]) {
  let next = 500;
  return sizes.map(([prompt, completion]) => {
    const input = [...Array(prompt).fill(prompt), ...Array.from({ length: completion }, () => next++)];
    return { input, targets: input, weights: Float32Array.from(input, (_, t) => (t < prompt ? 0 : 1)) };
  });
}

/** Every token of every sequence is in exactly one block or in the prefix of one, and no two blocks overlap. */
function checkCoverage(packed: ReturnType<typeof packSequences>, lengths: readonly number[]): void {
  const seen = lengths.map((length) => new Uint8Array(length));
  for (const { rows, length } of packed)
    for (const { blocks, used } of rows) {
      assert.ok(used <= length);
      const columns = new Uint8Array(length);
      for (const block of blocks) {
        for (let t = block.from; t < block.to; t++) {
          assert.equal(columns[block.column + t - block.from]!++, 0);
          for (const owner of block.owners) seen[owner]![t]!++;
        }
        assert.equal(block.from, block.prefix?.to ?? 0);
      }
    }
  for (const counts of seen) assert.ok(counts.every((count) => count === 1));
}

test('eight completions of one prompt share it in one row', () => {
  const data = batch(Array(8).fill([60, 20]));
  const packed = packSequences(flatten(data), options);
  checkCoverage(packed, Array(8).fill(80));
  const tokens = packed.flatMap(({ rows }) => rows).reduce((sum, { used }) => sum + used, 0);
  assert.equal(tokens, 60 + 8 * 20);
});

test('sequences of many lengths fill rows with little padding, within the budget', () => {
  const sizes = Array.from({ length: 60 }, (_, i) => [0, 40 + ((i * 37) % 200)] as const);
  const data = batch(sizes);
  const packed = packSequences(flatten(data), options);
  checkCoverage(
    packed,
    sizes.map(([a, b]) => a + b),
  );
  const computed = packed.reduce((sum, { rows, length }) => sum + rows.length * length, 0);
  const needed = sizes.reduce((sum, [, completion]) => sum + completion, 0);
  assert.ok(computed < 1.1 * needed, `${computed} for ${needed}`);
  for (const { rows, length } of packed) assert.ok(rows.length * length <= 2048);
});

test('without weights, whatever beginnings are equal are shared', () => {
  const data = batch([...Array(4).fill([100, 30]), ...Array(4).fill([50, 30]), [3, 30]]);
  const sequences = flatten(data.map(({ input, targets }) => ({ input, targets })));
  const packed = packSequences(sequences, options);
  checkCoverage(
    packed,
    data.map(({ input }) => input.length),
  );
  const tokens = packed.flatMap(({ rows }) => rows).reduce((sum, { used }) => sum + used, 0);
  assert.equal(tokens, 100 + 50 + 8 * 30 + 33);
});

test('a sequence without weights of its own still has one token of its own', () => {
  const data = batch([
    [30, 0],
    [30, 0],
  ]);
  const packed = packSequences(flatten(data), options);
  checkCoverage(packed, [30, 30]);
});
