import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawTokens, GREEDY, LARGEST_UNIFORM } from '../../../src/engines/embedded/draw-graph.ts';
import { Graph } from '../../../src/engines/embedded/graph.ts';
import { createSession, floatOutput, floats } from '../../../src/engines/embedded/session.ts';
import { Random } from '../../../src/random.ts';

interface Draw {
  readonly logits: readonly number[];
  readonly uniform: number;
  readonly inverseTemperature?: number;
}

async function draw(vocabularySize: number, draws: readonly Draw[]) {
  const graph = new Graph();
  drawTokens(graph, graph.input('logits', ['R', vocabularySize]), vocabularySize);
  const session = await createSession(graph.encode(), 1);
  const column = (of: (one: Draw) => number) => floats(Float32Array.from(draws, of), [draws.length, 1]);
  const results = await session.run({
    logits: floats(Float32Array.from(draws.flatMap(({ logits }) => logits)), [draws.length, vocabularySize]),
    uniforms: column(({ uniform }) => uniform),
    inverseTemperature: column(({ inverseTemperature = 1 }) => inverseTemperature),
  });
  await session.release();
  const [tokens, logprobs, entropy] = ['tokens', 'logprobs', 'entropy'].map((name) => [
    ...floatOutput(results, name),
  ]);
  return { tokens: tokens!, logprobs: logprobs!, entropy: entropy! };
}

test('tokens share out the numbers from 0 to 1 by their probabilities', async () => {
  const logits = [0.1, 1e-20, 0.4, 0.2, 0.3].map(Math.log); // cumulated 0.1, 0.1, 0.5, 0.7, 1
  const uniforms = [0, 0.09, 0.11, 0.49, 0.51, 0.69, 0.71, LARGEST_UNIFORM];
  const { tokens, logprobs, entropy } = await draw(
    5,
    uniforms.map((uniform) => ({ logits, uniform })),
  );
  assert.deepEqual(tokens, [0, 0, 2, 2, 3, 3, 4, 4]);
  tokens.forEach((token, i) => {
    assert.ok(Math.abs(logprobs[i]! - logits[token]!) < 1e-6);
  });
  for (const value of entropy) assert.ok(Math.abs(value - 1.2798542) < 1e-5, `${value}`);
});

test('a half of the temperature squares the odds; log-probabilities stay those of temperature 1', async () => {
  const logits = [0.2, 0.8].map(Math.log); // squared: 1 / 17 and 16 / 17
  const { tokens, logprobs, entropy } = await draw(
    2,
    [0.05, 0.06].map((uniform) => ({ logits, uniform, inverseTemperature: 2 })),
  );
  assert.deepEqual(tokens, [0, 1]);
  assert.ok(Math.abs(logprobs[0]! - logits[0]!) < 1e-6 && Math.abs(logprobs[1]! - logits[1]!) < 1e-6);
  const expected = -(1 / 17) * Math.log(1 / 17) - (16 / 17) * Math.log(16 / 17);
  for (const value of entropy) assert.ok(Math.abs(value - expected) < 1e-5, `${value}`);
});

test('greedy is the first of the most probable tokens, however near the next', async () => {
  const greedy = (logits: readonly number[]) => ({ logits, uniform: 0, inverseTemperature: GREEDY });
  const { tokens } = await draw(5, [
    greedy([-1, 3, 2, 3, 0]),
    greedy([0, 0, 0, 0, 1e-5]),
    greedy([-90, -80, -85, -88, -1000]),
    greedy([0, 0, 0, 0, 0]),
  ]);
  assert.deepEqual(tokens, [1, 4, 1, 0]);
});

test('vocabularies of every size: the cumulated probability passes the number at the token, not before', async () => {
  const random = new Random('draws');
  for (const size of [1, 2, 3, 40, 320, 1000, 2048]) {
    const draws = Array.from({ length: 40 }, (_, i) => ({
      logits: Array.from({ length: size }, () => 3 * random.normal()),
      uniform: i === 0 ? 0 : i === 1 ? LARGEST_UNIFORM : random.float(),
    }));
    const { tokens } = await draw(size, draws);
    draws.forEach(({ logits, uniform }, i) => {
      const token = tokens[i]!;
      assert.ok(Number.isInteger(token) && token >= 0 && token < size, `${token} of ${size}`);
      const weights = logits.map(Math.exp);
      const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
      const wanted = uniform * sum(weights);
      const tolerance = 1e-6 * sum(weights);
      assert.ok(sum(weights.slice(0, token)) <= wanted + tolerance);
      assert.ok(sum(weights.slice(0, token + 1)) >= wanted - tolerance);
    });
  }
});
