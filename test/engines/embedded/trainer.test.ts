import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ParameterStore, randomParameters } from '../../../src/engines/embedded/parameter-store.ts';
import { flatten, type Sequences } from '../../../src/engines/embedded/sequences.ts';
import {
  compileScoring,
  compileTraining,
  scoreSequences,
  Trainer,
} from '../../../src/engines/embedded/trainer.ts';
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

const WITHOUT = { budget: 2048, share: false };
const policyLoss: Loss = { kind: 'ppo', clip: { low: 0.8, high: 1.2 }, klCoefficient: 0.3 };

function largestDifference(a: Float32Array, b: Float32Array): number {
  assert.equal(a.length, b.length);
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), 0);
}

test('a shared prompt gives the same numbers as one prompt each', async () => {
  const weights = lively();
  const data = await withOldLogprobs(weights, sequences());
  const shared = new Trainer(model, weights.copy());
  const separate = new Trainer(model, weights.copy(), { packing: WITHOUT });
  const a = await shared.forwardBackward(data, policyLoss);
  const b = await separate.forwardBackward(data, policyLoss);
  assert.ok(largestDifference(a.logprobs, b.logprobs) < 1e-5);
  assert.ok(Math.abs(a.metrics.loss! - b.metrics.loss!) < 1e-4);
  const scale = shared.gradient.data.reduce((most, g) => Math.max(most, Math.abs(g)), 0);
  assert.ok(scale > 0.1);
  assert.ok(largestDifference(shared.gradient.data, separate.gradient.data) < 1e-5 * scale);
});

test('scoring gives every target, shared beginning or not, as training sees it', async () => {
  const weights = lively();
  const data = sequences({ promptWeight: 1 });
  const session = await compileScoring(config, 1);
  const { logprobs } = await new Trainer(model, weights.copy()).forwardBackward(data, {
    kind: 'cross_entropy',
  });
  const scores = await scoreSequences(session, weights, data);
  assert.ok(largestDifference(scores, logprobs) < 1e-5);
  assert.ok(largestDifference(scores, await scoreSequences(session, weights, data, WITHOUT)) < 1e-5);
});

test('the loss is the sum that the contract states', async () => {
  const weights = lively();
  const data = await withOldLogprobs(weights, sequences());
  const trainer = new Trainer(model, weights);
  const { logprobs, metrics } = await trainer.forwardBackward(data, policyLoss);
  let [loss, kl, clipped, total] = [0, 0, 0, 0];
  data.weights!.forEach((w, t) => {
    if (w === 0) {
      assert.equal(logprobs[t], 0);
      return;
    }
    const ratio = Math.exp(logprobs[t]! - data.logprobs![t]!);
    const a = data.advantages![t]!;
    const d = data.referenceLogprobs![t]! - logprobs[t]!;
    const k3 = Math.exp(d) - d - 1;
    loss += w * (0.3 * k3 - Math.min(ratio * a, Math.min(Math.max(ratio, 0.8), 1.2) * a));
    kl += w * k3;
    total += w;
    if ((a > 0 && ratio > 1.2) || (a < 0 && ratio < 0.8)) clipped += w;
  });
  assert.ok(Math.abs(metrics.loss! - loss) < 1e-6);
  assert.ok(Math.abs(metrics.kl! - kl / total) < 1e-6);
  assert.ok(clipped > 0 && Math.abs(metrics.clipFraction! - clipped / total) < 1e-9);
});

test('gradients add up over calls, and over micro-batches within one', async () => {
  const weights = lively();
  const data = sequences();
  const once = new Trainer(model, weights.copy());
  await once.forwardBackward(data, { kind: 'cross_entropy' });
  const twice = new Trainer(model, weights.copy(), { packing: { budget: 32, share: true } });
  await twice.forwardBackward(data, { kind: 'cross_entropy' });
  await twice.forwardBackward(data, { kind: 'cross_entropy' });
  const doubled = once.gradient.data.map((g) => 2 * g);
  const scale = doubled.reduce((most, g) => Math.max(most, Math.abs(g)), 0);
  assert.ok(largestDifference(twice.gradient.data, doubled) < 1e-5 * scale);
});
