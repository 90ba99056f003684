import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planSft, sftStep, trainingConversation } from '../../src/rule-learning/sft.ts';
import { characters, ScriptedTraining, spell } from '../engines/scripted.ts';
import { makeTask } from '../oracles/fixtures.ts';

const settings = {
  ...{ learningRate: 1e-3, epochs: 1, tokensPerStep: 100, warmupSteps: 0, seed: 1 },
  adam: { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 1 },
};
const options = { ...settings, tokenizer: characters, maxContext: 1000, systemPrompt: 'S' };

/** Sequences of `length` tokens: `S`, the prompt and the response with their six special tokens, one shorter. */
const data = (lengths: readonly number[]) => ({
  tasks: lengths.map((_, i) => makeTask({ id: `${i}`, messages: [{ role: 'user', content: 'P' }] })),
  selected: lengths.map((length, i) => ({ taskId: `${i}`, response: 'R'.repeat(length - 7), reward: 1 })),
});

describe('trainingConversation', () => {
  it('has the short system prompt and no rules; earlier analyses are cut, the last one stays', () => {
    const task = makeTask({
      rules: ['D0'],
      messages: [
        { role: 'user', content: 'First.' },
        { role: 'assistant', content: '## Analysis\nIntent: benign, I think.\n## Answer\nAn answer.' },
        { role: 'user', content: 'Second.' },
      ],
    });
    assert.deepEqual(trainingConversation(task, '## Analysis\nkept\n## Answer\nkept too', 'S'), [
      { role: 'system', content: 'S' },
      { role: 'user', content: 'First.' },
      { role: 'assistant', content: 'An answer.' },
      { role: 'user', content: 'Second.' },
      { role: 'assistant', content: '## Analysis\nkept\n## Answer\nkept too' },
    ]);
  });
});

describe('planSft', () => {
  it('trains the response and its end only', () => {
    const example = planSft(data([10]), options).batches[0]![0]!;
    assert.equal(spell(example.targets.filter((_, i) => example.trained[i])), 'RRR<|end|>');
    assert.equal(example.targets.length, 10);
  });

  it('ends a step with the example that fills it, and trains on every example once an epoch', () => {
    const { batches, examples } = planSft(data([40, 40, 40, 40, 40, 40, 40]), options);
    assert.deepEqual(
      batches.map((batch) => batch.length),
      [3, 3, 1],
    );
    assert.equal(examples, 7);
    const lengths = [10, 20, 30, 40, 50];
    const twice = planSft(data(lengths), { ...options, epochs: 2 });
    const seen = twice.batches.flat().map(({ input }) => input.length);
    assert.deepEqual(
      seen.sort((a, b) => a - b),
      [...lengths, ...lengths].sort((a, b) => a - b),
    );
  });

  it('leaves out what is longer than the context, and counts it', () => {
    const { batches, examples, tooLong } = planSft(data([20, 21]), { ...options, maxContext: 20 });
    assert.equal(tooLong, 1);
    assert.equal(examples, 1);
    assert.deepEqual(
      batches.flat().map(({ input }) => input.length),
      [20],
    );
  });

  it('depends on the seed alone', () => {
    const order = (seed: number) =>
      planSft(data([10, 11, 12, 13, 14, 15, 16, 17]), { ...options, seed })
        .batches.flat()
        .map(({ input }) => input.length);
    assert.deepEqual(order(1), order(1));
    assert.notDeepEqual(order(1), order(2));
  });

  it('has no step without examples', () => {
    assert.deepEqual(planSft(data([]), options), { batches: [], examples: 0, tooLong: 0 });
  });
});

describe('sftStep', () => {
  it('takes the mean over the trained tokens of the step', async () => {
    const training = new ScriptedTraining(() => '');
    const plan = planSft(data([9, 11]), options);
    const report = await sftStep(training, plan, 0, settings);
    // Two and four R, each with an end: 3 + 5 trained tokens.
    assert.equal(report.tokens, 8);
    const weights = training.batches[0]!.batch.flatMap((datum) => [...datum.weights]);
    assert.deepEqual([...new Set(weights)].sort(), [0, 0.125]);
    assert.equal(
      weights.reduce((sum, weight) => sum + weight, 0),
      1,
    );
    assert.deepEqual(training.batches[0]!.loss, { kind: 'cross_entropy' });
    assert.equal(training.updates[0]!.learningRate, 1e-3);
    assert.equal(report.gradNorm, 3);
  });
});
