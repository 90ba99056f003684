/**
 * Batched generation with a cache of keys and values. Each distinct prompt is computed and kept once for all its
 * completions; finished rows make room for waiting ones. A row's tokens depend on its own stream of random numbers
 * only, not on what else is in the batch (up to rounding).
 */
import type { InferenceSession } from 'onnxruntime-node';
import { Random } from '../../random.ts';
import type { SampleRequest } from '../engine.ts';
import { cacheNames, decodeGraph, prefillGraph } from './decode-graph.ts';
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
}

/** A prompt with its rows that are not finished. */
interface Prompt {
  readonly length: number;
  readonly rows: Set<Row>;
}

const MOST_ROWS = 128;
const CACHE_BYTES = 384 * 2 ** 20;
/** Tokens of prompts computed at once, padding included. */
const PREFILL_TOKENS = 4096;
const HIDDEN = -1e9;

/** The two graphs of generation, without weights. */
export interface SamplingModel {
  readonly prefill: InferenceSession;
  readonly decode: InferenceSession;
}

export async function compileDecoder(config: LlamaConfig, threads: number): Promise<SamplingModel> {
  const compile = (graph: typeof decodeGraph) =>
    createSession(graph(config, config.maxContext + 1).encode(), threads);
  return { prefill: await compile(prefillGraph), decode: await compile(decodeGraph) };
}

/** @param options.maxContext prompts must be shorter (checked by the caller). */
export async function sampleBatch(
  model: SamplingModel,
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
  const decoder = new Decoder(model, weights, Math.max(1, Math.min(MOST_ROWS, fitting)));
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
  }));
}

class Decoder {
  readonly #model: SamplingModel;
  readonly #config: LlamaConfig;
  readonly #parameters: Feeds;
  /** Prompt i has row i of its cache, row i has row i of its own. */
  readonly #prompts: Prompt[] = [];
  readonly #promptCache: KeyValueCache;
  readonly #rows: Row[] = [];
  readonly #ownCache: KeyValueCache;
  readonly capacity: number;

  constructor(model: SamplingModel, weights: ParameterStore, capacity: number) {
    this.#model = model;
    this.#config = weights.config;
    this.#parameters = parameterFeeds(weights);
    this.#promptCache = new KeyValueCache(weights.config);
    this.#ownCache = new KeyValueCache(weights.config);
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
    const longest = Math.max(promptLength(byPrompt.at(-1)!), ...this.#prompts.map(({ length }) => length));
    const prompts = this.#prompts.length;
    this.#promptCache.resize(prompts + byPrompt.length, longest, prompts);
    this.#ownCache.resize(this.active + rows.length, this.#longestOwn() + 1, this.active);
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
    const causal = Float32Array.from({ length: length * length }, (_, i) =>
      i % length > Math.floor(i / length) ? HIDDEN : 0,
    );
    const results = await this.#model.prefill.run({
      ...this.#parameters,
      ids: int32s(ids, [count, length]),
      positions: int64s(
        BigInt64Array.from(ids, (_, i) => BigInt(i % length)),
        [count, length],
      ),
      causal: floats(causal, [length, length]),
      chosen: int32s(Int32Array.from(groups, (group, b) => b * length + promptLength(group) - 1)),
      inverseTemperature: inverseTemperatures(groups.map((group) => group[0]!)),
    });
    const fresh = this.#fresh(results);
    groups.forEach((group, b) => {
      fresh.forEach((layer, i) => {
        const source = { ...layer, from: b, stride: length };
        this.#promptCache.write(this.#prompts.length, 0, i, source, promptLength(group));
      });
      this.#prompts.push({ length: promptLength(group), rows: new Set(group) });
      this.#rows.push(...group);
      for (const row of group) draw(row, results, b, this.#config.vocabularySize);
    });
  }

  /** Feeds every row's last token and draws the next. */
  async step(): Promise<void> {
    const rows = this.#rows;
    const count = rows.length;
    const longest = this.#longestOwn();
    if (longest >= this.#ownCache.length) this.#ownCache.resize(count, longest + 1, count);
    const places = this.#places();
    const results = await this.#model.decode.run({
      ...this.#parameters,
      ...this.#promptCache.feeds(this.#prompts.length, 'prompt'),
      ...this.#ownCache.feeds(count, 'own'),
      ...places,
      ids: int32s(
        Int32Array.from(rows, (row) => row.tokens.at(-1)!),
        [count, 1],
      ),
      positions: int64s(
        BigInt64Array.from(rows, (row) => BigInt(row.request.prompt.length + cached(row))),
        [count, 1],
      ),
      promptBias: visible(
        this.#prompts.map(({ length }) => length),
        this.#promptCache.length,
      ),
      ownBias: visible(rows.map(cached), this.#ownCache.length),
      chosen: int32s(Int32Array.from(rows, (_, b) => b)),
      inverseTemperature: inverseTemperatures(rows),
    });
    const fresh = this.#fresh(results);
    rows.forEach((row, b) => {
      fresh.forEach((layer, i) => {
        this.#ownCache.write(b, cached(row), i, { ...layer, from: b, stride: 1 }, 1);
      });
      draw(row, results, b, this.#config.vocabularySize);
    });
    this.#dropFinished();
  }

  #longestOwn(): number {
    return this.#rows.reduce((most, row) => Math.max(most, cached(row)), 0);
  }

  /** Which rows belong to which prompt. */
  #places(): Feeds {
    const most = this.#prompts.reduce((size, { rows }) => Math.max(size, rows.size), 0);
    const members = new Int32Array(this.#prompts.length * most);
    const homes = new Int32Array(this.#rows.length);
    const indices = new Map(this.#rows.map((row, b) => [row, b]));
    this.#prompts.forEach((prompt, g) => {
      let place = g * most;
      for (const row of prompt.rows) {
        const b = indices.get(row)!;
        members[place] = b;
        homes[b] = place++;
      }
    });
    return { members: int32s(members, [this.#prompts.length, most]), homes: int32s(homes) };
  }

  /** New keys and values of every layer. */
  #fresh(results: InferenceSession.OnnxValueMapType): { key: Float32Array; value: Float32Array }[] {
    return Array.from({ length: this.#config.layers }, (_, i) => {
      const { fresh } = cacheNames(i);
      return { key: floatOutput(results, fresh.key), value: floatOutput(results, fresh.value) };
    });
  }

  #dropFinished(): void {
    const finished = new Set<Row>();
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
      finished.add(row);
      drop(this.#rows, this.#ownCache, i);
    }
    for (let i = this.#prompts.length - 1; finished.size > 0 && i >= 0; i--) {
      const { rows } = this.#prompts[i]!;
      for (const row of rows) if (finished.has(row)) rows.delete(row);
      if (rows.size === 0) drop(this.#prompts, this.#promptCache, i);
    }
  }
}

/** The last one takes the place of the one that is dropped. */
function drop<T>(list: T[], cache: KeyValueCache, index: number): void {
  const last = list.pop()!;
  if (index === list.length) return;
  cache.copyRow(list.length, index);
  list[index] = last;
}

/** Tokens of its own that a row has in the cache: all but the last, which is still to be fed. */
function cached(row: Row): number {
  return row.tokens.length - 1;
}

/** Shows the first lengths[i] places of row i: [rows, 1, 1, columns]. */
function visible(lengths: readonly number[], columns: number) {
  const bias = new Float32Array(lengths.length * columns).fill(HIDDEN);
  lengths.forEach((length, i) => {
    bias.fill(0, i * columns, i * columns + length);
  });
  return floats(bias, [lengths.length, 1, 1, columns]);
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
