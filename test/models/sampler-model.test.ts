import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ModelError } from '../../src/errors.ts';
import { fromSampler } from '../../src/models/sampler-model.ts';
import { characters, ScriptedSampler, spell } from '../engines/scripted.ts';

const OPTIONS = { name: 'nano/rl', systemPrompt: 'Be safe.', maxContext: 100 };
const ask = (content: string) => ({
  messages: [{ role: 'user', content }] as const,
  maxTokens: 50,
  temperature: 0,
});

test('a checkpoint answers in its chat template, concurrent calls in one batch', async () => {
  const sampler = new ScriptedSampler((prompt) => `to ${prompt.length}`);
  const batches: number[] = [];
  const model = fromSampler(
    {
      sample: (requests) => {
        batches.push(requests.length);
        return sampler.sample(requests);
      },
    },
    characters,
    { ...OPTIONS, maxBatch: 3 },
  );
  const replies = await Promise.all(['a', 'bb', 'ccc', 'd', 'e'].map((text) => model.complete(ask(text))));
  assert.deepEqual(batches, [3, 2]);
  const prompt = '<|system|>Be safe.<|end|><|user|>a<|end|><|assistant|>';
  assert.equal(spell(sampler.requests[0]!.prompt), prompt);
  assert.deepEqual(replies[0], {
    text: `to ${prompt.length}`,
    finish: 'stop',
    // Five special tokens, eight characters and one; "to 53" and the end.
    usage: { input: 14, output: 6 },
  });
  assert.equal(model.name, 'nano/rl');
});

test('seeds follow the request; equal requests have equal seeds', async () => {
  const sampler = new ScriptedSampler(() => 'x');
  const model = fromSampler(sampler, characters, OPTIONS);
  await model.complete(ask('a'));
  await model.complete(ask('a'));
  await model.complete({ ...ask('a'), seed: 9 });
  const [first, second, third] = sampler.requests.map(({ seed }) => seed);
  assert.equal(first, second);
  assert.equal(third, 9);
});

test('what does not fit or fails is an error of the model; an aborted call is not sampled', async () => {
  const model = fromSampler(new ScriptedSampler(() => 'x'), characters, OPTIONS);
  await assert.rejects(model.complete(ask('x'.repeat(100))), /does not fit in 100/);
  const broken = fromSampler(
    { sample: () => Promise.reject(new Error('engine stopped')) },
    characters,
    OPTIONS,
  );
  await assert.rejects(
    broken.complete(ask('a')),
    (error) => error instanceof ModelError && /nano\/rl.*engine stopped/.test(error.message),
  );
  const controller = new AbortController();
  const sampler = new ScriptedSampler(() => 'x');
  const call = fromSampler(sampler, characters, OPTIONS).complete(ask('a'), { signal: controller.signal });
  controller.abort(new Error('enough'));
  await assert.rejects(call, /enough/);
  assert.equal(sampler.requests.length, 0);
});
