import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { trainBpe } from '../../../src/engines/embedded/bpe.ts';
import { initialiseCheckpoint } from '../../../src/engines/embedded/checkpoint.ts';
import { createEmbeddedEngine } from '../../../src/engines/embedded/engine.ts';
import type {
  Datum,
  Engine,
  Sample,
  SampleRequest,
  SamplingClient,
  TrainingClient,
} from '../../../src/engines/engine.ts';
import { EngineError, IoError } from '../../../src/errors.ts';

const corpus = [
  'def add(a, b):\n    return a + b\n',
  'def sub(a, b):\n    return a - b\n',
  'def double(x):\n    y = x + x\n    return y\n',
  'def negate(x):\n    return -x\n',
];
const config = {
  vocabularySize: 320,
  layers: 2,
  width: 64,
  heads: 4,
  keyValueHeads: 2,
  feedForward: 128,
  maxContext: 64,
  ropeTheta: 10000,
  normEpsilon: 1e-5,
  tiedEmbeddings: true,
};
const adam = {
  learningRate: 5e-3,
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
  weightDecay: 0.01,
  maxGradNorm: 1,
};

let base = '';
let checkpoint = '';
let engine: Engine;
let end = 0;
/** Trained until it knows the corpus. */
let trained: TrainingClient;
let policy: SamplingClient;
const losses: number[] = [];

before(async () => {
  base = await mkdtemp(join(tmpdir(), 'engine-'));
  checkpoint = join(base, 'start');
  const tokenizer = trainBpe([...corpus, ...corpus], { vocabularySize: 300, specialTokens: ['<|end|>'] });
  await initialiseCheckpoint(checkpoint, { config, tokenizer, seed: 1 });
  engine = await createEmbeddedEngine({ tokenizerFolder: checkpoint, threads: 1 });
  end = engine.tokenizer.special('<|end|>');
  trained = await engine.createTrainingClient(checkpoint);
  for (let step = 0; step < 50; step++) losses.push(await trainOnce(trained));
  policy = await trained.saveForSampling();
});
after(async () => {
  await engine.close();
  await rm(base, { recursive: true });
});

function datum(text: string): Datum {
  const all = [end, ...engine.tokenizer.encode(text), end];
  return {
    input: all.slice(0, -1),
    targets: all.slice(1),
    weights: new Float32Array(all.length - 1).fill(1),
  };
}

async function trainOnce(client: TrainingClient): Promise<number> {
  const { metrics } = await client.forwardBackward(corpus.map(datum), { kind: 'cross_entropy' });
  await client.optimStep(adam);
  return metrics.loss!;
}

function request(text: string, options: Partial<SampleRequest> = {}): SampleRequest {
  const prompt = [end, ...engine.tokenizer.encode(text)];
  return { prompt, n: 1, maxTokens: 40, temperature: 1, stop: [end], seed: 'a', ...options };
}

async function firstSamples(client: SamplingClient, requests: SampleRequest[]): Promise<Sample[]> {
  return (await client.sample(requests)).map((completions) => completions[0]!);
}

async function sampleOne(client: SamplingClient, request: SampleRequest): Promise<Sample> {
  return (await firstSamples(client, [request]))[0]!;
}

async function logprobsOf(client: SamplingClient, prompt: readonly number[], tokens: readonly number[]) {
  const all = [...prompt, ...tokens];
  const [logprobs] = await client.logprobs([{ input: all.slice(0, -1), targets: all.slice(1) }]);
  return logprobs!.slice(prompt.length - 1);
}

function close(a: Float32Array, b: Float32Array): void {
  assert.equal(a.length, b.length);
  a.forEach((value, i) => {
    assert.ok(Math.abs(value - b[i]!) < 1e-4, `${value} and ${b[i]}`);
  });
}

test('a tiny corpus is learnt by heart and recited', async () => {
  assert.ok(losses[0]! > 200 && losses.at(-1)! < 8, `${losses[0]} to ${losses.at(-1)}`);
  const sample = await sampleOne(policy, request('def double', { temperature: 0 }));
  assert.equal(`def double${engine.tokenizer.decode(sample.tokens)}`, corpus[2]);
  assert.equal(sample.tokens.at(-1), end);
});

test('the same checkpoint and data give the same losses', async () => {
  const again = await engine.createTrainingClient(checkpoint);
  for (let step = 0; step < 5; step++) assert.equal(await trainOnce(again), losses[step]);
  await again.close();
});

test('save, load, next step equals no save, bit for bit', async () => {
  const [a, b] = [join(base, 'a'), join(base, 'b')];
  const client = await engine.createTrainingClient(checkpoint);
  for (let step = 0; step < 3; step++) await trainOnce(client);
  await client.saveState(a);
  const resumed = await engine.createTrainingClient(checkpoint);
  await resumed.loadState(a);
  for (const one of [client, resumed]) assert.equal(await trainOnce(one), losses[3]);
  await client.saveState(a);
  await resumed.saveState(b);
  for (const file of ['model.safetensors', 'optimizer.safetensors', 'tokenizer.json', 'config.json'])
    assert.deepEqual(await readFile(join(a, file)), await readFile(join(b, file)));
});

test('state is not saved while gradients wait', async () => {
  const client = await engine.createTrainingClient(checkpoint);
  await client.forwardBackward([datum('x')], { kind: 'cross_entropy' });
  await assert.rejects(client.saveState(join(base, 'pending')), EngineError);
});

test('calls made together are served in order', async () => {
  const client = await engine.createTrainingClient(checkpoint);
  const calls = [0, 1, 2].map(() =>
    Promise.all([
      client.forwardBackward(corpus.map(datum), { kind: 'cross_entropy' }),
      client.optimStep(adam),
    ]),
  );
  const results = await Promise.all(calls);
  assert.deepEqual(
    results.map(([{ metrics }]) => metrics.loss),
    losses.slice(0, 3),
  );
});

test('a snapshot stays as it was', async () => {
  const client = await engine.createTrainingClient(checkpoint);
  const snapshot = await client.saveForSampling();
  const { input, targets } = datum(corpus[0]!);
  const earlier = await snapshot.logprobs([{ input, targets }]);
  await trainOnce(client);
  assert.deepEqual(await snapshot.logprobs([{ input, targets }]), earlier);
  assert.notDeepEqual(await (await client.saveForSampling()).logprobs([{ input, targets }]), earlier);
  await snapshot.close();
  await assert.rejects(snapshot.logprobs([{ input, targets }]), /closed/);
});

test('the log-probabilities of samples are those of training, whatever the temperature', async () => {
  const untrained = await engine.createSamplingClient(checkpoint);
  for (const temperature of [0, 0.7, 1, 1.5]) {
    const requests = [
      request('def ', { n: 3, temperature }),
      request('x', { n: 2, temperature, maxTokens: 7 }),
    ];
    const samples = await untrained.sample(requests);
    for (const [i, completions] of samples.entries())
      for (const { tokens, logprobs } of completions)
        close(logprobs, await logprobsOf(untrained, requests[i]!.prompt, tokens));
  }
});

test('greedy is the most probable token at every place', async () => {
  const untrained = await engine.createSamplingClient(checkpoint);
  const { prompt } = request('def add');
  const sample = await sampleOne(untrained, {
    prompt,
    n: 1,
    maxTokens: 4,
    temperature: 0,
    stop: [],
    seed: 1,
  });
  assert.equal(sample.entropy, 0);
  for (let t = 0; t < 4; t++) {
    const before = [...prompt, ...sample.tokens.slice(0, t)];
    const alternatives = await untrained.logprobs(
      Array.from({ length: config.vocabularySize }, (_, id) => ({
        input: before,
        targets: [...before.slice(1), id],
      })),
    );
    const last = alternatives.map((logprobs) => logprobs.at(-1)!);
    assert.equal(last.indexOf(Math.max(...last)), sample.tokens[t]);
  }
});

test('entropy is that of the distribution sampled from', async () => {
  const untrained = await engine.createSamplingClient(checkpoint);
  const { prompt } = request('def');
  const [hot, cold] = await firstSamples(
    untrained,
    [1e4, 1].map((temperature) => ({ prompt, n: 1, maxTokens: 1, temperature, stop: [], seed: 1 })),
  );
  assert.ok(Math.abs(hot!.entropy - Math.log(config.vocabularySize)) < 1e-3);
  const targets = Array.from({ length: config.vocabularySize }, (_, id) => [...prompt.slice(1), id]);
  const alternatives = await untrained.logprobs(
    targets.map((target) => ({ input: prompt, targets: target })),
  );
  const entropy = alternatives.reduce(
    (sum, logprobs) => sum - Math.exp(logprobs.at(-1)!) * logprobs.at(-1)!,
    0,
  );
  assert.ok(Math.abs(cold!.entropy - entropy) < 1e-3);
});

test('completions do not depend on the batch around them', async () => {
  const untrained = await engine.createSamplingClient(checkpoint);
  const wanted = request('def add', { n: 2, seed: 'mine', maxTokens: 12 });
  const others = Array.from({ length: 150 }, (_, i) =>
    request('x'.repeat(i % 9), { seed: i, maxTokens: 1 + (i % 20), temperature: 0.9 }),
  );
  const [alone] = await untrained.sample([wanted]);
  const crowd = await untrained.sample([...others.slice(0, 70), wanted, ...others.slice(70)]);
  assert.deepEqual(
    crowd[70]!.map(({ tokens }) => tokens),
    alone!.map(({ tokens }) => tokens),
  );
  assert.notDeepEqual(alone![0]!.tokens, alone![1]!.tokens);
  assert.equal(crowd.length, 151);
  crowd.forEach((completions, i) => {
    if (i !== 70) assert.ok(completions.length === 1 && completions[0]!.tokens.length >= 1);
  });
});

test('completions are the same whether or not most prompts of the batch are shared', async () => {
  const untrained = await engine.createSamplingClient(checkpoint);
  const wanted = request('def sub', { n: 3, seed: 'shared', maxTokens: 20 });
  const distinct = Array.from({ length: 40 }, (_, i) =>
    request(`${i}`, { seed: i, maxTokens: 3 + (i % 25), temperature: i % 2 }),
  );
  const [alone] = await untrained.sample([wanted]);
  const among = (await untrained.sample([...distinct, wanted])).at(-1)!;
  assert.deepEqual(
    among.map(({ tokens }) => tokens),
    alone!.map(({ tokens }) => tokens),
  );
  among.forEach(({ logprobs }, i) => {
    close(logprobs, alone![i]!.logprobs);
  });
});

test('stop tokens end a completion and are part of it; otherwise length does', async () => {
  const [newline] = engine.tokenizer.encode('\n    ') as [number];
  const prompts = request('def negate', { temperature: 0 });
  const samples = await firstSamples(policy, [
    { ...prompts, stop: [newline, end] },
    prompts,
    { ...prompts, maxTokens: 2 },
  ]);
  assert.deepEqual(
    samples.map(({ tokens, stopReason }) => [stopReason, tokens.at(-1)]),
    [
      ['stop', newline],
      ['stop', end],
      ['length', samples[1]!.tokens[1]],
    ],
  );
  assert.equal(samples[2]!.tokens.length, 2);
});

test('generation ends where the context does', async () => {
  const { prompt } = request('x '.repeat(10));
  const sample = await sampleOne(policy, { prompt, n: 1, maxTokens: 500, temperature: 1, stop: [], seed: 1 });
  assert.equal(prompt.length + sample.tokens.length, config.maxContext);
  assert.equal(sample.stopReason, 'length');
});

test('what does not fit is refused with its reason', async () => {
  const good = datum('x');
  const ppo = { kind: 'ppo', clip: { low: 0.8, high: 1.2 } } as const;
  const forward = (change: Partial<Datum>, loss: Parameters<TrainingClient['forwardBackward']>[1]) =>
    trained.forwardBackward([{ ...good, ...change }], loss);
  const long = Array(65).fill(1);
  await assert.rejects(
    forward({ input: long, targets: long }, { kind: 'cross_entropy' }),
    /65 tokens exceed/,
  );
  await assert.rejects(forward({ targets: [] }, { kind: 'cross_entropy' }), /0 targets for/);
  await assert.rejects(forward({ input: good.input.map(() => 320) }, { kind: 'cross_entropy' }), /token 320/);
  await assert.rejects(forward({}, ppo), /needs advantages/);
  const weights = good.weights.map(() => Number.NaN);
  await assert.rejects(forward({ weights }, { kind: 'cross_entropy' }), /not finite/);
  await assert.rejects(policy.sample([request('x='.repeat(40))]), /leaves no room in the context of 64/);
  await assert.rejects(policy.sample([request('x', { maxTokens: 0 })]), /maxTokens is 0/);
  await assert.rejects(trained.loadState(join(base, 'nowhere')), IoError);
  assert.deepEqual(await policy.sample([]), []);
});

test('a closed engine says so', async () => {
  const other = await createEmbeddedEngine({ tokenizerFolder: checkpoint, threads: 1 });
  const client = await other.createTrainingClient(checkpoint);
  const pending = assert.rejects(trainOnce(client), EngineError);
  await other.close();
  await pending;
  await assert.rejects(client.saveForSampling(), /closed/);
});
