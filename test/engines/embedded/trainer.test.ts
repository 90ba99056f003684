import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ParameterStore, randomParameters } from '../../../src/engines/embedded/parameter-store.ts';
import { flatten, type Sequences } from '../../../src/engines/embedded/sequences.ts';
import { compileTraining, Trainer } from '../../../src/engines/embedded/trainer.ts';
import type { Datum, Loss } from '../../../src/engines/engine.ts';
import { Random } from '../../../src/random.ts';

const config = {
  vocabularySize: 40,
  layers: 2,
  width: 32,
  heads: 4,
  keyValueHeads: 2,
  feedForward: 48,
  maxContext: 64,
  ropeTheta: 10000,
  normEpsilon: 1e-5,
  tiedEmbeddings: true,
};
const model = await compileTraining(config, 1);
const untied = { ...config, tiedEmbeddings: false };

/** Random weights, large enough that every part of the model matters. */
function lively(of = config): ParameterStore {
  const store = randomParameters(of, 3);
  const random = new Random('lively');
  for (const slot of store.slots) {
    const factor = slot.name.includes('embed') || slot.name.includes('head') ? 10 : 1;
    const view = store.view(slot);
    view.forEach((value, i) => {
      view[i] = factor * value + 0.05 * (random.float() - 0.5);
    });
  }
  return store;
}

/** Two groups that share prompts of 10 tokens, and a sequence that stands alone. */
function sequences(options: { promptWeight?: number } = {}): Sequences {
  const random = new Random('data');
  const tokens = (n: number) => Array.from({ length: n }, () => random.int(config.vocabularySize));
  const data: Datum[] = [];
  for (const [members, promptLength] of [
    [3, 10],
    [2, 10],
    [1, 4],
  ] as const) {
    const prompt = tokens(promptLength);
    for (let j = 0; j < members; j++) {
      const all = [...prompt, ...tokens(4 + random.int(6))];
      const input = all.slice(0, -1);
      const weights = Float32Array.from(input, (_, t) =>
        t < promptLength - 1 ? (options.promptWeight ?? 0) : 0.2 + random.float(),
      );
      const perToken = (f: () => number) => Float32Array.from(input, f);
      data.push({
        input,
        targets: all.slice(1),
        weights,
        advantages: perToken(() => random.float() - 0.5),
        logprobs: perToken(() => 0),
        referenceLogprobs: perToken(() => -1 - 3 * random.float()),
      });
    }
  }
  return flatten(data);
}

/** Old log-probabilities well inside and well outside the clip range, away from its kinks. */
async function withOldLogprobs(weights: ParameterStore, data: Sequences, of = model): Promise<Sequences> {
  const { logprobs } = await new Trainer(of, weights.copy()).forwardBackward(data, { kind: 'cross_entropy' });
  const random = new Random('old');
  data.logprobs!.forEach((_, i) => {
    data.logprobs![i] = logprobs[i]! + random.pick([-0.5, -0.08, 0.08, 0.5]);
    data.referenceLogprobs![i] = logprobs[i]! + random.float() - 0.5;
  });
  return data;
}

/** Largest relative error of the directional derivatives along each tensor's gradient and along a random direction. */
async function gradientError(
  loss: Loss,
  options: { promptWeight?: number; untied?: boolean } = {},
): Promise<number> {
  const compiled = options.untied ? await compileTraining(untied, 1) : model;
  const weights = lively(options.untied ? untied : config);
  const data = await withOldLogprobs(weights, sequences(options), compiled);
  const lossAt = async (store: ParameterStore) =>
    (await new Trainer(compiled, store).forwardBackward(data, loss)).metrics.loss!;
  const trainer = new Trainer(compiled, weights.copy());
  await trainer.forwardBackward(data, loss);
  const random = new Random('direction');
  const step = 4e-3;
  let worst = 0;
  for (const slot of weights.slots) {
    const gradient = trainer.gradient.view(slot);
    const alongGradient = Float64Array.from(gradient);
    const anyDirection = Float64Array.from(gradient, (g) => random.float() - 0.5 + 0.5 * Math.sign(g));
    for (const direction of [alongGradient, anyDirection]) {
      const norm = Math.hypot(...direction);
      const moved = async (sign: number) => {
        const store = weights.copy();
        const view = store.view(slot);
        direction.forEach((d, i) => {
          view[i]! += (sign * step * d) / norm;
        });
        return lossAt(store);
      };
      const measured = ((await moved(1)) - (await moved(-1))) / (2 * step);
      const expected = gradient.reduce((sum, g, i) => sum + (g * direction[i]!) / norm, 0);
      worst = Math.max(worst, Math.abs(measured - expected) / Math.max(Math.abs(expected), 1e-2));
    }
  }
  return worst;
}

const losses: Record<string, Loss> = {
  'cross entropy': { kind: 'cross_entropy' },
  'importance sampling': { kind: 'importance_sampling' },
  'importance sampling with KL': { kind: 'importance_sampling', klCoefficient: 0.3 },
  ppo: { kind: 'ppo', clip: { low: 0.8, high: 1.2 } },
  'ppo with KL': { kind: 'ppo', clip: { low: 0.8, high: 1.2 }, klCoefficient: 0.3 },
};
for (const [name, loss] of Object.entries(losses))
  test(`gradients of ${name} agree with finite differences (packed, shared prompts, grouped queries)`, async () => {
    const error = await gradientError(loss);
    assert.ok(error <= 1e-3, `relative error ${error}`);
  });
test('gradients with weighted prompts and an untied head agree with finite differences', async () => {
  assert.ok((await gradientError(losses['cross entropy']!, { promptWeight: 0.2, untied: true })) <= 1e-3);
});
