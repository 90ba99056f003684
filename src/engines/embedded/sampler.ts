/**
 * Batched generation with a cache of keys and values. Each distinct prompt is computed once, its cache is copied to
 * its completions; finished rows make room for waiting ones. A row's tokens depend on its own stream of random
 * numbers only, not on what else is in the batch (up to rounding).
 */
import type { InferenceSession } from 'onnxruntime-node';
import { Random } from '../../random.ts';
import type { SampleRequest } from '../engine.ts';
import { cacheNames, decodeGraph } from './decode-graph.ts';
import { KeyValueCache } from './key-value-cache.ts';
import type { LlamaConfig } from './llama-config.ts';
import type { ParameterStore } from './parameter-store.ts';
import { createSession, type Feeds, floatOutput, floats, int32s, int64s, parameterFeeds } from './session.ts';

export interface RawSample {
  readonly tokens: number[];
  readonly logprobs: number[];
  readonly entropy: number;
  readonly stopReason: 'stop' | 'length';
}

/** One completion in the making. */
interface Row {
  readonly request: SampleRequest;
  readonly completion: number;
  readonly random: Random;
  readonly stop: ReadonlySet<number>;
  /** Most tokens: what was asked for, or what the context leaves. */
  readonly limit: number;
  readonly into: RawSample[];
  readonly tokens: number[];
  readonly logprobs: number[];
  entropy: number;
  /** Tokens in the cache. */
  cached: number;
}

const MOST_ROWS = 128;
const CACHE_BYTES = 256 * 2 ** 20;
/** Tokens of prompts computed at once, padding included. */
const PREFILL_TOKENS = 4096;
const HIDDEN = -1e9;

export function compileDecoder(config: LlamaConfig, threads: number): Promise<InferenceSession> {
  return createSession(decodeGraph(config, config.maxContext + 1).encode(), threads);
}

/** @param options.maxContext prompts must be shorter (checked by the caller). */
export async function sampleBatch(
  session: InferenceSession,
  weights: ParameterStore,
  requests: readonly SampleRequest[],
  options: { maxContext: number },
): Promise<RawSample[][]> {
  const samples: RawSample[][] = requests.map(() => []);
  const waiting = requests
    .flatMap((request, i) => newRows(request, samples[i]!, options.maxContext))
    .sort((a, b) => a.request.prompt.length - b.request.prompt.length);
  const longest = waiting.reduce((most, row) => Math.max(most, row.request.prompt.length + row.limit), 0);
  const fitting = Math.floor(CACHE_BYTES / KeyValueCache.rowBytes(weights.config, longest));
  const decoder = new Decoder(session, weights, Math.max(1, Math.min(MOST_ROWS, fitting)));
  while (waiting.length > 0 || decoder.active > 0) {
    // refilling in portions keeps the prompts' products large
    if (waiting.length > 0 && decoder.free >= Math.min(waiting.length, decoder.capacity / 4))
      await decoder.admit(waiting.splice(0, decoder.free));
    else await decoder.step();
  }
  return samples;
}

function newRows(request: SampleRequest, into: RawSample[], maxContext: number): Row[] {
  const limit = Math.min(request.maxTokens, maxContext - request.prompt.length);
  return Array.from({ length: request.n }, (_, completion) => ({
    request,
    completion,
    random: new Random(request.seed, completion),
    stop: new Set(request.stop),
    limit,
    into,
    tokens: [],
    logprobs: [],
    entropy: 0,
    cached: 0,
  }));
}

class Decoder {
  readonly #session: InferenceSession;
  readonly #config: LlamaConfig;
  readonly #parameters: Feeds;
  readonly #cache: KeyValueCache;
  /** Row i has row i of the cache. */
  readonly #rows: Row[] = [];
  readonly capacity: number;

  constructor(session: InferenceSession, weights: ParameterStore, capacity: number) {
    this.#session = session;
    this.#config = weights.config;
    this.#parameters = parameterFeeds(weights);
    this.#cache = new KeyValueCache(weights.config);
    this.capacity = capacity;
  }

  get active(): number {
    return this.#rows.length;
  }

  get free(): number {
    return this.capacity - this.#rows.length;
  }

  /** Computes the prompts of new rows and draws their first tokens. */
  async admit(rows: readonly Row[]): Promise<void> {
    const key = ({ request }: Row) => `${request.temperature} ${request.prompt}`;
    const byPrompt = [...Map.groupBy(rows, key).values()];
    byPrompt.sort((a, b) => promptLength(a) - promptLength(b));
    const longest = Math.max(
      ...rows.map((row) => row.request.prompt.length),
      ...this.#rows.map((row) => row.cached),
    );
    this.#cache.resize(this.active + rows.length, longest + 1, this.active);
    let portion: Row[][] = [];
    for (const group of byPrompt) {
      if (portion.length > 0 && (portion.length + 1) * promptLength(group) > PREFILL_TOKENS) {
        await this.#prefill(portion);
        portion = [];
      }
      portion.push(group);
    }
    await this.#prefill(portion);
    this.#dropFinished();
  }

  /** @param groups rows with the same prompt and temperature. */
  async #prefill(groups: readonly Row[][]): Promise<void> {
    const count = groups.length;
    const length = Math.max(...groups.map(promptLength));
    const ids = new Int32Array(count * length);
    groups.forEach((group, b) => {
      ids.set(group[0]!.request.prompt, b * length);
    });
    const results = await this.#session.run({
      ...this.#parameters,
      ...this.#cache.emptyFeeds(count),
      ids: int32s(ids, [count, length]),
      positions: int64s(
        BigInt64Array.from(ids, (_, i) => BigInt(i % length)),
        [count, length],
      ),
      biasPast: floats(new Float32Array(count).fill(HIDDEN), [count, 1, 1, 1]),
      biasNew: floats(
        Float32Array.from({ length: length * length }, (_, i) =>
          i % length > Math.floor(i / length) ? HIDDEN : 0,
        ),
        [length, length],
      ),
      chosen: int32s(Int32Array.from(groups, (group, b) => b * length + promptLength(group) - 1)),
      inverseTemperature: inverseTemperatures(groups.map((group) => group[0]!)),
    });
    groups.forEach((group, b) => {
      const first = this.#rows.length;
      this.#store(results, b, length, first, 0, promptLength(group));
      for (const row of group) {
        this.#cache.copyRow(first, this.#rows.length);
        row.cached = promptLength(group);
        this.#rows.push(row);
        draw(row, results, b, this.#config.vocabularySize);
      }
    });
  }

  /** Feeds every row's last token and draws the next. */
  async step(): Promise<void> {
    const rows = this.#rows;
    const count = rows.length;
    const longest = rows.reduce((most, row) => Math.max(most, row.cached), 0);
    if (longest >= this.#cache.length) this.#cache.resize(count, longest + 1, count);
    const length = this.#cache.length;
    const bias = new Float32Array(count * length).fill(HIDDEN);
    rows.forEach((row, b) => {
      bias.fill(0, b * length, b * length + row.cached);
    });
    const results = await this.#session.run({
      ...this.#parameters,
      ...this.#cache.feeds(count),
      ids: int32s(
        Int32Array.from(rows, (row) => row.tokens.at(-1)!),
        [count, 1],
      ),
      positions: int64s(
        BigInt64Array.from(rows, (row) => BigInt(row.cached)),
        [count, 1],
      ),
      biasPast: floats(bias, [count, 1, 1, length]),
      biasNew: floats(new Float32Array(1), [1, 1]),
      chosen: int32s(Int32Array.from(rows, (_, b) => b)),
      inverseTemperature: inverseTemperatures(rows),
    });
    rows.forEach((row, b) => {
      this.#store(results, b, 1, b, row.cached, 1);
      row.cached++;
      draw(row, results, b, this.#config.vocabularySize);
    });
    this.#dropFinished();
  }

  #store(
    results: InferenceSession.OnnxValueMapType,
    from: number,
    stride: number,
    row: number,
    at: number,
    count: number,
  ): void {
    for (let layer = 0; layer < this.#config.layers; layer++) {
      const { newKey, newValue } = cacheNames(layer);
      const source = {
        key: floatOutput(results, newKey),
        value: floatOutput(results, newValue),
        from,
        stride,
      };
      this.#cache.write(row, at, layer, source, count);
    }
  }

  /** The last row takes the place of a finished one. */
  #dropFinished(): void {
    for (let i = this.#rows.length - 1; i >= 0; i--) {
      const row = this.#rows[i]!;
      const stopped = row.stop.has(row.tokens.at(-1)!);
      if (!stopped && row.tokens.length < row.limit) continue;
      row.into[row.completion] = {
        tokens: row.tokens,
        logprobs: row.logprobs,
        entropy: row.entropy / row.tokens.length,
        stopReason: stopped ? 'stop' : 'length',
      };
      const last = this.#rows.pop()!;
      if (last === row) continue;
      this.#cache.copyRow(this.#rows.length, i);
      this.#rows[i] = last;
    }
  }
}

function promptLength(group: readonly Row[]): number {
  return group[0]!.request.prompt.length;
}

function inverseTemperatures(rows: readonly Row[]) {
  const values = Float32Array.from(rows, ({ request }) => 1 / (request.temperature || 1));
  return floats(values, [rows.length, 1]);
}

/** Draws the row's next token from distribution `index` of the results. */
function draw(row: Row, results: InferenceSession.OnnxValueMapType, index: number, vocabulary: number): void {
  const of = (name: string) =>
    floatOutput(results, name).subarray(index * vocabulary, (index + 1) * vocabulary);
  const logprobs = of('logprobs');
  const greedy = row.request.temperature === 0;
  const token = greedy ? highest(logprobs) : drawFrom(of('probabilities'), row.random.float());
  if (!greedy) row.entropy += floatOutput(results, 'entropy')[index]!;
  row.tokens.push(token);
  row.logprobs.push(logprobs[token]!);
}

function highest(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

function drawFrom(probabilities: Float32Array, uniform: number): number {
  let left = uniform;
  for (let i = 0; i < probabilities.length; i++) {
    left -= probabilities[i]!;
    if (left < 0) return i;
  }
  return highest(probabilities); // rounding left a little over
}
