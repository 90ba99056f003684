/**
 * Pre-trains the nano base model from nothing: `node scripts/pretrain-nano.ts --out assets/nano-base`.
 *
 * A Llama-family decoder reads fresh documents of the miniature world (src/nano/corpus.ts) until the token budget is
 * used up. Resumable: a killed run goes on from its last saved state when the same command is given again.
 * The recipe is that of small decoders (AdamW 0.9/0.95, warm-up, hold, cosine), prompt tokens weigh 0.2.
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { trainBpe } from '../src/engines/embedded/bpe.ts';
import { initialiseCheckpoint, readCheckpoint, writeCheckpoint } from '../src/engines/embedded/checkpoint.ts';
import { createEmbeddedEngine } from '../src/engines/embedded/engine.ts';
import type { Datum, Tokenizer } from '../src/engines/engine.ts';
import { learningRate } from '../src/engines/learning-rate.ts';
import { corpusDocument } from '../src/nano/corpus.ts';
import { createWorld, NANO_CONTEXT, ruleBook } from '../src/nano/world.ts';
import { JAILBREAK_TEMPLATES } from '../src/redteam/jailbreaks/templates.ts';
import { appendLine, readJson, writeJson } from '../src/runs/files.ts';
import { createProgress } from '../src/runs/progress.ts';
import { CHAT_TOKENS, renderTraining } from '../src/transcripts/chat-template.ts';

const { values: options } = parseArgs({
  options: {
    out: { type: 'string', default: 'assets/nano-base' },
    work: { type: 'string', default: 'runs/pretrain-nano' },
    tokens: { type: 'string', default: '11000000' },
    'tokens-per-step': { type: 'string', default: '1280' },
    'learning-rate': { type: 'string', default: '0.002' },
    width: { type: 'string', default: '192' },
    layers: { type: 'string', default: '4' },
    vocabulary: { type: 'string', default: '1536' },
    threads: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
  },
});

const PROMPT_WEIGHT = 0.2;
const TOKENIZER_DOCUMENTS = 8000;
const SAVE_EVERY = 250;

const width = Number(options.width);
const world = createWorld({ jailbreaks: JAILBREAK_TEMPLATES });
const rules = ruleBook(world);
const work = options.work;
const start = join(work, 'start');
mkdirSync(work, { recursive: true });

if (!existsSync(start)) {
  const texts = Array.from({ length: TOKENIZER_DOCUMENTS }, (_, i) =>
    corpusDocument(world, rules, i),
  ).flatMap((messages) => messages.map(({ content }) => content));
  await initialiseCheckpoint(start, {
    config: {
      vocabularySize: Number(options.vocabulary),
      width,
      layers: Number(options.layers),
      heads: 4,
      keyValueHeads: 4,
      feedForward: Math.round((width * 8) / 3 / 16) * 16,
      maxContext: 512,
      ropeTheta: 10000,
      normEpsilon: 1e-5,
      tiedEmbeddings: true,
    },
    tokenizer: trainBpe(texts, {
      vocabularySize: Number(options.vocabulary),
      specialTokens: ['<|pad|>', ...CHAT_TOKENS],
    }),
    seed: Number(options.seed),
  });
}

const engine = await createEmbeddedEngine({ tokenizerFolder: start, threads: Number(options.threads) });
const training = await engine.createTrainingClient(start);
const perStep = Number(options['tokens-per-step']);
const totalSteps = Math.ceil(Number(options.tokens) / perStep);
const progressFile = join(work, 'progress.json');
let state = { step: 0, document: 0, seconds: 0, tooLong: 0 };
if (existsSync(progressFile)) {
  state = readJson(progressFile) as typeof state;
  await training.loadState(join(work, `state-${state.step}`));
}

const progress = createProgress({
  write: (text) => process.stdout.write(text),
  style: process.stdout.isTTY ? 'terminal' : 'plain',
});
const job = progress.start('pre-training', totalSteps, state.step);
const began = performance.now();
const before = state.seconds;
let smooth = Number.NaN;
for (let step = state.step; step < totalSteps; step++) {
  const batch = nextBatch(engine.tokenizer);
  const rate = learningRate(step, {
    peak: Number(options['learning-rate']),
    warmupSteps: 60,
    totalSteps,
    decay: 'cosine',
    holdSteps: Math.floor(0.2 * totalSteps),
  });
  const [{ metrics }] = await Promise.all([
    training.forwardBackward(batch, { kind: 'cross_entropy' }),
    training.optimStep({
      learningRate: rate,
      beta1: 0.9,
      beta2: 0.95,
      epsilon: 1e-8,
      weightDecay: 0.05,
      maxGradNorm: 1,
    }),
  ]);
  smooth = Number.isNaN(smooth) ? metrics.loss! : 0.98 * smooth + 0.02 * metrics.loss!;
  state = { ...state, step: step + 1, seconds: before + (performance.now() - began) / 1000 };
  job.update(
    step + 1,
    `loss ${smooth.toFixed(3)}  ${Math.round(((step + 1) * perStep) / state.seconds)} tok/s`,
  );
  if ((step + 1) % SAVE_EVERY === 0 || step + 1 === totalSteps) await save();
}
job.end(`loss ${smooth.toFixed(3)}`);

const { weights, tokenizer } = await readCheckpoint(join(work, `state-${state.step}`));
await writeCheckpoint(options.out, { weights, tokenizer, dtype: 'F16' });
writeJson(join(options.out, 'provenance.json'), {
  ...options,
  out: undefined,
  work: undefined,
  ...state,
  loss: smooth,
});
await training.close();
await engine.close();
console.log(
  `wrote ${options.out} after ${Math.round(state.seconds)} s; ${state.tooLong} documents were too long`,
);

async function save(): Promise<void> {
  const folder = join(work, `state-${state.step}`);
  await training.saveState(folder);
  const old = existsSync(progressFile) ? (readJson(progressFile) as typeof state).step : undefined;
  writeJson(progressFile, state);
  appendLine(
    join(work, 'loss.jsonl'),
    JSON.stringify({ step: state.step, loss: smooth, seconds: state.seconds }),
  );
  if (old !== undefined && old !== state.step)
    rmSync(join(work, `state-${old}`), { recursive: true, force: true });
}

/** The next documents, about `perStep` tokens; the loss is the mean over the weights of the batch. */
function nextBatch(tokenizer: Tokenizer): Datum[] {
  const sequences = [];
  let tokens = 0;
  let weight = 0;
  while (tokens < perStep) {
    const sequence = renderTraining(corpusDocument(world, rules, state.document), tokenizer);
    state = { ...state, document: state.document + 1 };
    if (sequence.input.length > NANO_CONTEXT) {
      state = { ...state, tooLong: state.tooLong + 1 };
      continue;
    }
    tokens += sequence.input.length;
    weight += sequence.trained.reduce((sum, on) => sum + (on ? 1 : PROMPT_WEIGHT), 0);
    sequences.push(sequence);
  }
  return sequences.map(({ input, targets, trained }) => ({
    input,
    targets,
    weights: Float32Array.from(trained, (on) => (on ? 1 : PROMPT_WEIGHT) / weight),
  }));
}
