/**
 * Tokens per second of the embedded engine, next to PyTorch on the CPU with the same model:
 * `node bench/engine/bench.ts [--rounds 5] [--threads 2] [--cpu] [--model a|nano|tiny]`.
 *
 * Model a (the default) has 3.7 million parameters, nano is the base model of the nano recipe (2.1 million).
 * Training: cross entropy, AdamW and clipping on 8 sequences of 256 tokens (nano: 16 of 192). Sampling: 64 completions of 120 tokens
 * after prompts of 40 tokens. Then the shape of an RL step: groups of 8 completions that share their prompt, which the
 * embedded engine computes once and plain PyTorch computes for every row. Both engines take turns; the best and the
 * median of all rounds are reported, since other processes only ever take time away. With `--cpu`, time is that of the
 * processor, and each engine has one thread: comparable on a busy machine, too (Linux). PyTorch takes part where
 * `python3 -c "import torch"` (or Debian's own Python's) works.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { trainBpe } from '../../src/engines/embedded/bpe.ts';
import { initialiseCheckpoint } from '../../src/engines/embedded/checkpoint.ts';
import { createEmbeddedEngine } from '../../src/engines/embedded/engine.ts';
import type { Datum } from '../../src/engines/engine.ts';
import { Random } from '../../src/random.ts';

interface Contender {
  readonly name: string;
  /** Milliseconds of processor time that its process has used. */
  processorTime(): Promise<number>;
  /** Mean loss per token of the untrained model, to see that both compute the same. */
  loss(): Promise<number>;
  trainStep(): Promise<void>;
  sample(): Promise<void>;
  trainGroups(): Promise<void>;
  sampleGroups(): Promise<void>;
  close(): Promise<void>;
}

interface Setting {
  readonly vocabularySize: number;
  readonly layers: number;
  readonly width: number;
  readonly feedForward: number;
  readonly batch: number;
  readonly length: number;
  readonly rows: number;
  readonly prompt: number;
  readonly completion: number;
  /** Tokens of a prompt and of each of its 8 completions in RL-shaped work. */
  readonly groupPrompt: number;
  readonly groupCompletion: number;
}

const MODEL_A: Setting = {
  vocabularySize: 2048,
  layers: 4,
  width: 256,
  feedForward: 704,
  batch: 8,
  length: 256,
  rows: 64,
  prompt: 40,
  completion: 120,
  groupPrompt: 80,
  groupCompletion: 80,
};
/** The architecture of assets/nano-base. */
const NANO: Setting = {
  ...MODEL_A,
  vocabularySize: 1536,
  width: 192,
  feedForward: 512,
  batch: 16,
  length: 192,
};
/** To see that the bench works. */
const TINY: Setting = {
  ...MODEL_A,
  vocabularySize: 300,
  width: 64,
  layers: 2,
  feedForward: 96,
  batch: 2,
  length: 32,
  rows: 4,
  completion: 8,
  groupPrompt: 8,
  groupCompletion: 8,
};

function settingOf(model: string): Setting {
  const settings: Readonly<Record<string, Setting>> = { a: MODEL_A, nano: NANO, tiny: TINY };
  const found = settings[model];
  if (found === undefined) throw new Error(`--model ${model}: there are ${Object.keys(settings).join(', ')}`);
  return found;
}

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    cpu: { type: 'boolean', default: false },
    model: { type: 'string', default: 'a' },
  },
});
const setting = settingOf(options.model);
const threads = options.cpu ? 1 : Number(options.threads); // threads that wait for others take processor time
const random = new Random('engine bench');
const tokens = (n: number) => Array.from({ length: n }, () => random.int(setting.vocabularySize));
const sequences = Array.from({ length: setting.batch }, () => tokens(setting.length + 1));
const prompts = Array.from({ length: setting.rows }, () => tokens(setting.prompt));

/** RL-shaped work: groups[prompt][completion], each completion behind its prompt. */
const GROUP = 8;
const groupPrompts = Array.from({ length: Math.max(1, setting.rows / GROUP) }, () =>
  tokens(setting.groupPrompt),
);
const groupSequences = groupPrompts.flatMap((prompt) =>
  Array.from({ length: GROUP }, () => [...prompt, ...tokens(setting.groupCompletion)]),
);

const folder = await mkdtemp(join(tmpdir(), 'purpcode-bench-'));
try {
  await initialiseCheckpoint(folder, {
    config: {
      ...setting,
      heads: 4,
      keyValueHeads: 4,
      maxContext: Math.max(
        setting.length,
        setting.prompt + setting.completion,
        setting.groupPrompt + setting.groupCompletion,
      ),
      ropeTheta: 10000,
      normEpsilon: 1e-5,
      tiedEmbeddings: true,
    },
    tokenizer: trainBpe([], { vocabularySize: 257, specialTokens: ['<|end|>'] }),
    seed: 1,
  });
  const contenders = [await embedded(), await pytorch()].filter((contender) => contender !== undefined);
  await compare(contenders, Number(options.rounds));
  for (const contender of contenders) await contender.close();
} finally {
  await rm(folder, { recursive: true });
}

async function embedded(): Promise<Contender> {
  const engine = await createEmbeddedEngine({ tokenizerFolder: folder, threads });
  const training = await engine.createTrainingClient(folder);
  const sampling = await engine.createSamplingClient(folder);
  const weights = new Float32Array(setting.length).fill(1 / (setting.batch * setting.length));
  const batch: Datum[] = sequences.map((all) => ({
    input: all.slice(0, -1),
    targets: all.slice(1),
    weights,
  }));
  const groups: Datum[] = groupSequences.map((all) => ({
    input: all.slice(0, -1),
    targets: all.slice(1),
    weights: new Float32Array(all.length - 1).fill(1e-4, setting.groupPrompt - 1),
  }));
  const step = async (data: readonly Datum[]): Promise<void> => {
    await Promise.all([
      training.forwardBackward(data, { kind: 'cross_entropy' }),
      training.optimStep({
        learningRate: 1e-5,
        beta1: 0.9,
        beta2: 0.95,
        epsilon: 1e-8,
        weightDecay: 0.01,
        maxGradNorm: 1,
      }),
    ]);
  };
  return {
    name: 'embedded',
    processorTime: async () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
    loss: async () => {
      const logprobs = (await sampling.logprobs(batch)).flatMap((values) => [...values]);
      return -logprobs.reduce((sum, value) => sum + value, 0) / logprobs.length;
    },
    trainStep: () => step(batch),
    trainGroups: () => step(groups),
    sample: async () => {
      const maxTokens = setting.completion;
      await sampling.sample(
        prompts.map((prompt, seed) => ({ prompt, n: 1, maxTokens, temperature: 1, stop: [], seed })),
      );
    },
    sampleGroups: async () => {
      const maxTokens = setting.groupCompletion;
      await sampling.sample(
        groupPrompts.map((prompt, seed) => ({ prompt, n: GROUP, maxTokens, temperature: 1, stop: [], seed })),
      );
    },
    close: () => engine.close(),
  };
}

async function pytorch(): Promise<Contender | undefined> {
  const pythons = ['python3', '/usr/bin/python3']; // the second is the one that apt-get serves
  const python = pythons.find((path) => spawnSync(path, ['-c', 'import torch']).status === 0);
  if (!python) {
    console.log('PyTorch is not installed, so there is no comparison. On Debian or Ubuntu:');
    console.log('  apt-get install python3-torch libopenblas0-openmp');
    console.log("(with Debian's default BLAS PyTorch is 20 times slower), elsewhere: pip install torch\n");
    return undefined;
  }
  const child = spawn(python, [join(import.meta.dirname, 'peer_torch.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: String(threads) },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (command: object): Promise<Record<string, unknown>> => {
    child.stdin.write(`${JSON.stringify(command)}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error('the PyTorch peer has ended');
    return JSON.parse(value);
  };
  const { version } = await ask({ do: 'load', folder, threads });
  return {
    name: `PyTorch ${version}`,
    processorTime: async () => {
      // fields 14 and 15 of proc_pid_stat(5), in hundredths of a second; the second field may hold spaces
      const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return 10 * (Number(fields[11]) + Number(fields[12]));
    },
    loss: async () => (await ask({ do: 'loss', sequences })).loss as number,
    trainStep: async () => {
      await ask({ do: 'train', sequences, steps: 1 });
    },
    sample: async () => {
      await ask({ do: 'sample', prompts, new: setting.completion });
    },
    trainGroups: async () => {
      await ask({ do: 'train', sequences: groupSequences, steps: 1 });
    },
    sampleGroups: async () => {
      const repeated = groupPrompts.flatMap((prompt) => Array.from({ length: GROUP }, () => prompt));
      await ask({ do: 'sample', prompts: repeated, new: setting.groupCompletion });
    },
    close: async () => {
      child.stdin.end();
    },
  };
}

async function compare(contenders: readonly Contender[], rounds: number): Promise<void> {
  console.log(JSON.stringify(setting));
  const [ours, theirs] = await Promise.all(contenders.map((contender) => contender.loss()));
  if (theirs !== undefined && Math.abs(ours! - theirs) > 1e-4)
    throw new Error(`the models differ: loss ${ours} and ${theirs}`);
  await measure('training', setting.batch * setting.length, contenders, rounds, 'trainStep');
  await measure('sampling', setting.rows * setting.completion, contenders, rounds, 'sample');
  const rows = groupSequences.length;
  const length = setting.groupPrompt + setting.groupCompletion;
  await measure('training on groups', rows * length, contenders, rounds, 'trainGroups');
  await measure('sampling groups', rows * setting.groupCompletion, contenders, rounds, 'sampleGroups');
}

async function measure(
  name: string,
  tokensPerRun: number,
  contenders: readonly Contender[],
  rounds: number,
  run: 'trainStep' | 'sample' | 'trainGroups' | 'sampleGroups',
): Promise<void> {
  const rates = contenders.map((): number[] => []);
  const idle = await otherLoad();
  for (let round = 0; round <= rounds; round++)
    for (const [i, contender] of contenders.entries()) {
      const clock = options.cpu ? contender.processorTime : async () => performance.now();
      const began = await clock();
      await contender[run]();
      if (round > 0) rates[i]!.push((1000 * tokensPerRun) / ((await clock()) - began)); // the first warms up
    }
  const unit = options.cpu ? 'tokens per second of one core' : 'tokens per second';
  console.log(`\n${name}, ${unit}      best  median${await idle()}`);
  const summary = rates.map((list) => {
    list.sort((a, b) => a - b);
    return { best: list.at(-1)!, median: list[list.length >> 1]! };
  });
  summary.forEach(({ best, median }, i) => {
    console.log(`  ${contenders[i]!.name.padEnd(28)}${column(best)}${column(median)}`);
  });
  const [ours, theirs] = summary;
  if (theirs)
    console.log(
      `  ratio                          ${(ours!.best / theirs.best).toFixed(2)}    ${(ours!.median / theirs.median).toFixed(2)}`,
    );
}

function column(value: number): string {
  return value.toFixed(0).padStart(8);
}

/** Says afterwards how much of the machine was busy, where Linux tells: above all cores' worth, others took part. */
async function otherLoad(): Promise<() => Promise<string>> {
  const load = async () => readFile('/proc/loadavg', 'utf8').catch(() => undefined);
  const before = await load();
  return async () => {
    const after = await load();
    return before && after ? `   (load before ${before.split(' ')[0]}, after ${after.split(' ')[0]})` : '';
  };
}
