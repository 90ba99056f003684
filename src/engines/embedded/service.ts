/**
 * What the worker thread does: owns all models, compiles each architecture once, and serves one call after the
 * other. Clients are numbers here; engine.ts gives them the contract's shape.
 */
import type { InferenceSession } from 'onnxruntime-node';
import { EngineError } from '../../errors.ts';
import type { AdamParams, Loss, OptimMetrics, SampleRequest } from '../engine.ts';
import { type Checkpoint, readCheckpoint, type TokenizerFiles, writeCheckpoint } from './checkpoint.ts';
import type { LlamaConfig } from './llama-config.ts';
import type { ParameterStore } from './parameter-store.ts';
import { compileDecoder, type RawSample, sampleBatch } from './sampler.ts';
import type { Sequences } from './sequences.ts';
import { compileScoring, compileTraining, scoreSequences, Trainer, type TrainingModel } from './trainer.ts';

/** A client and what its model can take. */
export interface Opened {
  readonly client: number;
  readonly config: LlamaConfig;
}

/** Samples end to end, in the order of requests and completions. */
export interface FlatSamples {
  readonly lengths: Int32Array<ArrayBuffer>;
  readonly tokens: Int32Array<ArrayBuffer>;
  readonly logprobs: Float32Array<ArrayBuffer>;
  readonly entropies: Float64Array<ArrayBuffer>;
  /** 1 where a stop token ended the completion. */
  readonly stopped: Uint8Array<ArrayBuffer>;
}

interface Training {
  readonly kind: 'training';
  trainer: Trainer;
  readonly model: TrainingModel;
  tokenizer: TokenizerFiles;
}

interface Sampling {
  readonly kind: 'sampling';
  readonly weights: ParameterStore;
}

export class EngineService {
  readonly #threads: number;
  readonly #clients = new Map<number, Training | Sampling>();
  /** By kind and architecture. */
  readonly #compiled = new Map<string, Promise<unknown>>();
  #opened = 0;

  constructor(options: { threads: number }) {
    this.#threads = options.threads;
  }

  async openTraining(folder: string): Promise<Opened> {
    const checkpoint = await readCheckpoint(folder);
    const { config } = checkpoint.weights;
    const model = await this.#compile('training', config, compileTraining);
    return this.#open({ kind: 'training', model, ...fresh(model, checkpoint) });
  }

  async openSampling(folder: string): Promise<Opened> {
    const { weights } = await readCheckpoint(folder);
    return this.#open({ kind: 'sampling', weights });
  }

  async forwardBackward(
    client: number,
    sequences: Sequences,
    loss: Loss,
  ): Promise<{ logprobs: Float32Array<ArrayBuffer>; metrics: Record<string, number> }> {
    return this.#training(client).trainer.forwardBackward(sequences, loss);
  }

  optimStep(client: number, adam: AdamParams): OptimMetrics {
    return { gradNorm: this.#training(client).trainer.update(adam) };
  }

  saveForSampling(client: number): Opened {
    return this.#open({ kind: 'sampling', weights: this.#training(client).trainer.weights.copy() });
  }

  async saveState(client: number, folder: string): Promise<void> {
    const { trainer, tokenizer } = this.#training(client);
    await writeCheckpoint(folder, { weights: trainer.weights, optimizer: trainer.optimizer, tokenizer });
  }

  async loadState(client: number, folder: string): Promise<void> {
    const training = this.#training(client);
    const checkpoint = await readCheckpoint(folder);
    const [have, found] = [training.trainer.weights.config, checkpoint.weights.config];
    if (JSON.stringify(have) !== JSON.stringify(found))
      throw new EngineError(`${folder} holds another model than the one that is being trained`, {
        hint: `being trained: ${JSON.stringify(have)}, found: ${JSON.stringify(found)}`,
      });
    Object.assign(training, fresh(training.model, checkpoint));
  }

  async sample(client: number, requests: readonly SampleRequest[], maxContext: number): Promise<FlatSamples> {
    const { weights } = this.#sampling(client);
    const model = await this.#compile('decoder', weights.config, compileDecoder);
    return flattenSamples((await sampleBatch(model, weights, requests, { maxContext })).flat());
  }

  async logprobs(client: number, sequences: Sequences): Promise<{ logprobs: Float32Array<ArrayBuffer> }> {
    const { weights } = this.#sampling(client);
    const session: InferenceSession = await this.#compile('scoring', weights.config, compileScoring);
    return { logprobs: await scoreSequences(session, weights, sequences) };
  }

  close(client: number): void {
    this.#clients.delete(client);
  }

  #open(client: Training | Sampling): Opened {
    this.#clients.set(this.#opened, client);
    const { config } = client.kind === 'training' ? client.trainer.weights : client.weights;
    return { client: this.#opened++, config };
  }

  #compile<T>(
    kind: string,
    config: LlamaConfig,
    compile: (config: LlamaConfig, threads: number) => Promise<T>,
  ): Promise<T> {
    const key = `${kind} ${JSON.stringify(config)}`;
    const known = this.#compiled.get(key) as Promise<T> | undefined;
    const compiled = known ?? compile(config, this.#threads);
    this.#compiled.set(key, compiled);
    return compiled;
  }

  #training(client: number): Training {
    const found = this.#clients.get(client);
    if (found?.kind !== 'training') throw new EngineError('this training client is closed');
    return found;
  }

  #sampling(client: number): Sampling {
    const found = this.#clients.get(client);
    if (found?.kind !== 'sampling') throw new EngineError('this sampling client is closed');
    return found;
  }
}

function fresh(model: TrainingModel, { weights, optimizer, tokenizer }: Checkpoint) {
  return { trainer: new Trainer(model, weights, { optimizer }), tokenizer };
}

function flattenSamples(samples: readonly RawSample[]): FlatSamples {
  return {
    lengths: Int32Array.from(samples, ({ tokens }) => tokens.length),
    tokens: Int32Array.from(samples.flatMap(({ tokens }) => tokens)),
    logprobs: Float32Array.from(samples.flatMap(({ logprobs }) => logprobs)),
    entropies: Float64Array.from(samples, ({ entropy }) => entropy),
    stopped: Uint8Array.from(samples, ({ stopReason }) => Number(stopReason === 'stop')),
  };
}
