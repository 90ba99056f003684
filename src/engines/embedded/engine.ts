/**
 * The embedded engine: a Llama-family decoder trained and sampled in this process, on onnxruntime. Numbers are
 * moved in one worker thread; the caller's thread checks what goes in and stays responsive.
 *
 * `forwardBackward` reports log-probability 0 for targets of weight 0: they are not computed.
 */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { EngineError, IoError } from '../../errors.ts';
import type { Engine, Sample, SamplingClient, Tokenizer, TrainingClient } from '../engine.ts';
import { checkBatch, checkRequests, checkSequences, type Limits } from './checks.ts';
import type { LlamaConfig } from './llama-config.ts';
import { parseLlamaConfig } from './llama-config.ts';
import { buffers, flatten, unflatten } from './sequences.ts';
import type { FlatSamples, Opened } from './service.ts';
import { loadTokenizer } from './tokenizer.ts';
import { WorkerClient } from './worker-client.ts';

export interface EmbeddedEngineOptions {
  /** Folder with `tokenizer.json`: a checkpoint, usually the base model. */
  readonly tokenizerFolder: string;
  /** Threads of the matrix products; 2 unless told, 1 on a machine with one. */
  readonly threads?: number;
  /** Longest sequence; what the tokenizer folder's model was made for unless told. */
  readonly maxContext?: number;
}

/** Where the tokenizer's folder holds no model to ask. */
const DEFAULT_CONTEXT = 512;

export async function createEmbeddedEngine(options: EmbeddedEngineOptions): Promise<Engine> {
  const tokenizer = await loadTokenizer(options.tokenizerFolder);
  const maxContext = options.maxContext ?? (await modelContext(options.tokenizerFolder));
  const threads = options.threads ?? Math.min(2, availableParallelism());
  const worker = new WorkerClient({ threads });
  return {
    capabilities: {
      lossReduction: 'sum',
      maxContext,
      losses: ['cross_entropy', 'importance_sampling', 'ppo'],
    },
    tokenizer,
    createTrainingClient: async (checkpoint) => {
      const opened = await worker.call('openTraining', [checkpoint]);
      return trainingClient(worker, opened.client, limits(opened.config, checkpoint));
    },
    createSamplingClient: async (checkpoint) => {
      const opened = await worker.call('openSampling', [checkpoint]);
      return samplingClient(worker, opened, limits(opened.config, checkpoint));
    },
    close: () => worker.close(),
  };

  function limits(config: LlamaConfig, checkpoint: string): Limits {
    checkVocabulary(tokenizer, config, checkpoint);
    return { vocabularySize: config.vocabularySize, maxContext: Math.min(maxContext, config.maxContext) };
  }
}

async function modelContext(folder: string): Promise<number> {
  const file = join(folder, 'config.json');
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined; // a folder that holds a tokenizer alone
    throw new IoError(`cannot read ${file}: ${cause.message}`, { cause, hint: 'check its permissions' });
  });
  return text === undefined ? DEFAULT_CONTEXT : parseLlamaConfig(text, file).maxContext;
}

function checkVocabulary(tokenizer: Tokenizer, config: LlamaConfig, checkpoint: string): void {
  if (tokenizer.vocabularySize > config.vocabularySize)
    throw new EngineError(
      `the tokenizer has ${tokenizer.vocabularySize} tokens, the model in ${checkpoint} only ${config.vocabularySize}`,
      { hint: 'create the engine with the tokenizer of this checkpoint' },
    );
}

// The methods below post their call before they first wait, so that calls made together keep their order.

function trainingClient(worker: WorkerClient, client: number, limits: Limits): TrainingClient {
  return {
    forwardBackward: async (batch, loss) => {
      checkBatch(batch, loss, limits);
      if (batch.length === 0) return { logprobs: [], metrics: { loss: 0 } };
      const sequences = flatten(batch);
      const offsets = sequences.offsets.slice();
      const { logprobs, metrics } = await worker.call(
        'forwardBackward',
        [client, sequences, loss],
        buffers(sequences),
      );
      return { logprobs: unflatten(logprobs, offsets), metrics };
    },
    optimStep: (adam) => worker.call('optimStep', [client, adam]),
    saveForSampling: async () =>
      samplingClient(worker, await worker.call('saveForSampling', [client]), limits),
    saveState: (folder) => worker.call('saveState', [client, folder]),
    loadState: (folder) => worker.call('loadState', [client, folder]),
    close: () => worker.call('close', [client]),
  };
}

function samplingClient(worker: WorkerClient, { client }: Opened, limits: Limits): SamplingClient {
  return {
    sample: async (requests) => {
      checkRequests(requests, limits);
      if (requests.length === 0) return [];
      const flat = await worker.call('sample', [client, requests, limits.maxContext]);
      return unflattenSamples(
        flat,
        requests.map(({ n }) => n),
      );
    },
    logprobs: async (sequences) => {
      checkSequences(sequences, limits);
      if (sequences.length === 0) return [];
      const flat = flatten(sequences.map(({ input, targets }) => ({ input, targets })));
      const offsets = flat.offsets.slice();
      const { logprobs } = await worker.call('logprobs', [client, flat], buffers(flat));
      return unflatten(logprobs, offsets);
    },
    close: () => worker.call('close', [client]),
  };
}

/** @param counts completions of each request. */
function unflattenSamples(flat: FlatSamples, counts: readonly number[]): Sample[][] {
  let at = 0;
  let index = 0;
  const next = (): Sample => {
    const end = at + flat.lengths[index]!;
    const sample: Sample = {
      tokens: [...flat.tokens.subarray(at, end)],
      logprobs: flat.logprobs.slice(at, end),
      entropy: flat.entropies[index]!,
      stopReason: flat.stopped[index] ? 'stop' : 'length',
    };
    at = end;
    index++;
    return sample;
  };
  return counts.map((n) => Array.from({ length: n }, next));
}
