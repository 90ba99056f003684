/** Training and scoring of one model, in the thread that calls it. */
import type { InferenceSession } from 'onnxruntime-node';
import { EngineError } from '../../errors.ts';
import type { AdamParams, Loss } from '../engine.ts';
import { AdamW } from './adamw.ts';
import type { OptimizerState } from './checkpoint.ts';
import type { LlamaConfig } from './llama-config.ts';
import { gradientName, scoringGraph, trainingGraph } from './llama-graph.ts';
import { clipRange, lossMetrics } from './loss-metrics.ts';
import { type MicroBatchInput, microBatchInput } from './micro-batch.ts';
import { packSequences } from './packing.ts';
import { ParameterStore } from './parameter-store.ts';
import type { Sequences } from './sequences.ts';
import { createSession, type Feeds, floatOutput, floats, parameterFeeds, scalar } from './session.ts';

export interface PackingOptions {
  /** Tokens computed at once; the memory of a step grows with it. */
  readonly budget: number;
  /** Compute equal prompts once. */
  readonly share: boolean;
}

export const DEFAULT_PACKING: PackingOptions = { budget: 2048, share: true };

/** A compiled model, without weights; serves every batch size and row length. */
export interface TrainingModel {
  readonly session: InferenceSession;
  readonly scatter: readonly {
    readonly rows: string;
    readonly ids: 'ids' | 'targets';
    readonly into: string;
  }[];
}

export async function compileTraining(config: LlamaConfig, threads: number): Promise<TrainingModel> {
  const { graph, scatter } = trainingGraph(config, config.maxContext);
  return { session: await createSession(graph.encode(), threads, { memoryPattern: true }), scatter };
}

export function compileScoring(config: LlamaConfig, threads: number): Promise<InferenceSession> {
  return createSession(scoringGraph(config, config.maxContext).encode(), threads);
}

export class Trainer {
  readonly weights: ParameterStore;
  readonly #model: TrainingModel;
  readonly #packing: PackingOptions;
  readonly #adam: AdamW;
  readonly #gradient: ParameterStore;
  #pending = false;
  /** Whether `#gradient` holds anything: the first gradients replace what was there. */
  #accumulated = false;
  #failed = false;

  /** @param weights are taken over, not copied. */
  constructor(
    model: TrainingModel,
    weights: ParameterStore,
    options: { optimizer?: OptimizerState | undefined; packing?: PackingOptions } = {},
  ) {
    this.weights = weights;
    this.#model = model;
    this.#packing = options.packing ?? DEFAULT_PACKING;
    this.#adam = new AdamW(weights, options.optimizer);
    this.#gradient = new ParameterStore(weights.config);
  }

  /** Sum of the gradients since the last update. */
  get gradient(): ParameterStore {
    if (!this.#accumulated) this.#gradient.data.fill(0);
    return this.#gradient;
  }

  /** @throws EngineError when gradients are waiting for an update: they would be lost. */
  get optimizer(): OptimizerState {
    if (this.#pending)
      throw new EngineError('the state cannot be saved between forwardBackward and optimStep');
    return this.#adam;
  }

  /** Log-probabilities of the targets, flat; 0 where the weight is 0: those are not computed. */
  async forwardBackward(
    sequences: Sequences,
    loss: Loss,
  ): Promise<{ logprobs: Float32Array<ArrayBuffer>; metrics: Record<string, number> }> {
    this.#pending = true;
    try {
      return await this.#forwardBackward(sequences, loss);
    } catch (error) {
      this.#failed = true; // part of the gradient may be missing
      throw error;
    }
  }

  async #forwardBackward(sequences: Sequences, loss: Loss) {
    const logprobs = new Float32Array(sequences.input.length);
    const parameters = parameterFeeds(this.weights);
    const options = { config: this.weights.config, weights: sequences.weights };
    for (const batch of packSequences(sequences, this.#packing)) {
      const input = microBatchInput(batch, sequences, options);
      if (input.places.length === 0) continue;
      const results = await this.#model.session.run({
        ...parameters,
        ...input.feeds,
        ...lossFeeds(sequences, input, loss),
      });
      collect(results, input, logprobs);
      this.#accumulate(results, input);
    }
    return { logprobs, metrics: lossMetrics(sequences, logprobs, loss) };
  }

  #accumulate(results: InferenceSession.OnnxValueMapType, input: MicroBatchInput): void {
    for (const slot of this.#gradient.slots) {
      const name = gradientName(slot.name);
      const sum = this.#gradient.view(slot);
      if (!results[name]) sum.fill(0, 0, this.#accumulated ? 0 : sum.length);
      else if (this.#accumulated) addTo(sum, floatOutput(results, name));
      else sum.set(floatOutput(results, name));
    }
    this.#accumulated = true;
    for (const { rows, ids, into } of this.#model.scatter) {
      const slot = this.#gradient.slots.find(({ name }) => name === into)!;
      scatterAdd(this.#gradient.view(slot), input[ids], floatOutput(results, rows));
    }
  }

  /**
   * Whatever comes of it, the gradient starts anew.
   * @returns the global gradient norm before clipping.
   */
  update(adam: AdamParams): number {
    try {
      if (this.#failed) throw new EngineError('a forwardBackward since the last optimStep has failed');
      return this.#adam.update(this.gradient.data, adam);
    } finally {
      this.#accumulated = false;
      this.#pending = false;
      this.#failed = false;
    }
  }
}

/** Log-probabilities of all targets, flat. */
export async function scoreSequences(
  session: InferenceSession,
  weights: ParameterStore,
  sequences: Sequences,
  packing: PackingOptions = DEFAULT_PACKING,
): Promise<Float32Array<ArrayBuffer>> {
  const logprobs = new Float32Array(sequences.input.length);
  const parameters = parameterFeeds(weights);
  const { weights: _unused, ...unweighted } = sequences;
  for (const batch of packSequences(unweighted, packing)) {
    const input = microBatchInput(batch, unweighted, { config: weights.config, weights: undefined });
    collect(await session.run({ ...parameters, ...input.feeds }), input, logprobs);
  }
  return logprobs;
}

function lossFeeds(sequences: Sequences, input: MicroBatchInput, loss: Loss): Feeds {
  const { places } = input;
  const chosen = (values: Float32Array | undefined) =>
    floats(values ? Float32Array.from(places, (place) => values[place]!) : new Float32Array(places.length));
  const policy = loss.kind !== 'cross_entropy';
  const { low, high } = clipRange(loss);
  return {
    weights: chosen(sequences.weights),
    advantages: chosen(policy ? sequences.advantages : undefined),
    oldLogprobs: chosen(policy ? sequences.logprobs : undefined),
    referenceLogprobs: chosen(policy ? sequences.referenceLogprobs : undefined),
    crossEntropy: scalar(policy ? 0 : 1),
    klCoefficient: scalar((policy && loss.klCoefficient) || 0),
    clipLow: scalar(low),
    clipHigh: scalar(high),
  };
}

function collect(
  results: InferenceSession.OnnxValueMapType,
  { places, copies }: MicroBatchInput,
  into: Float32Array,
): void {
  const values = floatOutput(results, 'logprobs');
  places.forEach((place, i) => {
    into[place] = values[i]!;
  });
  for (const [place, i] of copies) into[place] = values[i]!;
}

function addTo(sum: Float32Array, values: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += values[i]!;
}

function scatterAdd(table: Float32Array, ids: Int32Array, rows: Float32Array): void {
  const width = rows.length / ids.length;
  for (let n = 0, i = 0; n < ids.length; n++) {
    const end = (ids[n]! + 1) * width;
    for (let at = ids[n]! * width; at < end; at++, i++) table[at]! += rows[i]!;
  }
}
