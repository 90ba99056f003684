/**
 * Batched generation with a cache of keys and values. Each distinct prompt is computed once, and kept once for all its
 * completions if there are several; finished rows make room for waiting ones. A row's tokens depend on its own stream of random numbers
 * only, not on what else is in the batch (up to rounding).
 */
import type { InferenceSession } from 'onnxruntime-node';
import { Random } from '../../random.ts';
import type { SampleRequest } from '../engine.ts';
import { cacheNames, decodeGraph, prefillGraph, sharedDecodeGraph } from './decode-graph.ts';
import { GREEDY, LARGEST_UNIFORM } from './draw-graph.ts';
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
/** Rows per prompt from which on prompts are kept apart; looking in two places takes time, too. */
const WORTH_SHARING = 1.5;

/** The graphs of generation, without weights. */
export interface SamplingModel {
  readonly prefill: InferenceSession;
  /** For rows with a prompt each. */
  readonly decode: InferenceSession;
  /** For rows of which several have the same prompt. */
  readonly sharedDecode: InferenceSession;
}

export async function compileDecoder(config: LlamaConfig, threads: number): Promise<SamplingModel> {
  const compile = (graph: typeof decodeGraph) =>
    createSession(graph(config, config.maxContext + 1).encode(), threads);
  return {
    prefill: await compile(prefillGraph),
    decode: await compile(decodeGraph),
    sharedDecode: await compile(sharedDecodeGraph),
  };
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
  const longest = most(waiting, ({ request, limit }) => request.prompt.length + limit);
  const fitting = Math.floor(CACHE_BYTES / KeyValueCache.rowBytes(weights.config, longest));
  const decoder = new Decoder(model, weights, {
    capacity: Math.max(1, Math.min(MOST_ROWS, fitting, waiting.length)),
    shared: waiting.length >= WORTH_SHARING * new Set(waiting.map(promptKey)).size,
    longestPrompt: most(waiting, ({ request }) => request.prompt.length),
    longestCompletion: most(waiting, ({ limit }) => limit),
  });
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
  /** Whether prompts are kept apart from the rows; otherwise each row begins with its prompt. */
  readonly #shared: boolean;
  /** Prompt i (if they are kept apart) has row i of its cache, row i has row i of its own. */
  readonly #prompts: Prompt[] = [];
  readonly #promptCache: KeyValueCache;
  readonly #rows: Row[] = [];
  readonly #ownCache: KeyValueCache;
  readonly capacity: number;

  constructor(
    model: SamplingModel,
    weights: ParameterStore,
    options: { capacity: number; shared: boolean; longestPrompt: number; longestCompletion: number },
  ) {
    const { capacity, shared, longestPrompt, longestCompletion } = options;
    this.#model = model;
    this.#config = weights.config;
    this.#parameters = parameterFeeds(weights);
    this.#shared = shared;
    this.#promptCache = new KeyValueCache(weights.config, shared ? capacity : 0, longestPrompt);
    const longestOwn = shared ? longestCompletion : longestPrompt + longestCompletion;
    this.#ownCache = new KeyValueCache(weights.config, capacity, longestOwn);
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
    const byPrompt = [...Map.groupBy(rows, promptKey).values()];
    byPrompt.sort((a, b) => promptLength(a) - promptLength(b));
    const longest = promptLength(byPrompt.at(-1)!);
    if (this.#shared) {
      const kept = most(this.#prompts, ({ length }) => length);
      this.#promptCache.resize(Math.max(longest, kept), this.#prompts.length);
    }
    this.#ownCache.resize(Math.max(this.#longestOwn(), this.#shared ? 0 : longest) + 1, this.active);
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

  /** @param groups rows with the same prompt. */
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
      chosen: int32s(
        Int32Array.from(groups.flatMap((group, b) => group.map(() => b * length + promptLength(group) - 1))),
      ),
      ...drawFeeds(groups.flat()),
    });
    const fresh = this.#fresh(results);
    groups.forEach((group, b) => {
      const write = (cache: KeyValueCache, row: number) =>
        fresh.forEach((layer, i) => {
          cache.write(row, 0, i, { ...layer, from: b, stride: length }, promptLength(group));
        });
      if (this.#shared) {
        write(this.#promptCache, this.#prompts.length);
        this.#prompts.push({ length: promptLength(group), rows: new Set(group) });
      }
      for (const row of group) {
        if (!this.#shared) write(this.#ownCache, this.#rows.length);
        this.#rows.push(row);
      }
    });
    takeTokens(groups.flat(), results);
  }

  /** Feeds every row's last token and draws the next. */
  async step(): Promise<void> {
    const rows = this.#rows;
    const count = rows.length;
    const longest = this.#longestOwn();
    if (longest >= this.#ownCache.length) this.#ownCache.resize(longest + 1, count);
    const results = await (this.#shared ? this.#model.sharedDecode : this.#model.decode).run({
      ...this.#parameters,
      ...(this.#shared && this.#promptFeeds()),
      ...this.#ownCache.feeds(count, 'own'),
      ids: int32s(
        Int32Array.from(rows, (row) => row.tokens.at(-1)!),
        [count, 1],
      ),
      positions: int64s(
        BigInt64Array.from(rows, (row) => BigInt(position(row))),
        [count, 1],
      ),
      ownBias: visible(
        rows.map((row) => this.#cached(row)),
        this.#ownCache.length,
      ),
      chosen: int32s(Int32Array.from(rows, (_, b) => b)),
      ...drawFeeds(rows),
    });
    const fresh = this.#fresh(results);
    rows.forEach((row, b) => {
      fresh.forEach((layer, i) => {
        this.#ownCache.write(b, this.#cached(row), i, { ...layer, from: b, stride: 1 }, 1);
      });
    });
    takeTokens(rows, results);
    this.#dropFinished();
  }

  #longestOwn(): number {
    return most(this.#rows, (row) => this.#cached(row));
  }

  /** Tokens that a row has in its own cache: all but the last, which is still to be fed. */
  #cached(row: Row): number {
    return position(row) - (this.#shared ? row.request.prompt.length : 0);
  }

  /** The prompts' caches, and which rows belong to which prompt. */
  #promptFeeds(): Feeds {
    const size = most(this.#prompts, ({ rows }) => rows.size);
    const members = new Int32Array(this.#prompts.length * size);
    const homes = new Int32Array(this.#rows.length);
    const indices = new Map(this.#rows.map((row, b) => [row, b]));
    this.#prompts.forEach((prompt, g) => {
      let place = g * size;
      for (const row of prompt.rows) {
        const b = indices.get(row)!;
        members[place] = b;
        homes[b] = place++;
      }
    });
    return {
      ...this.#promptCache.feeds(this.#prompts.length, 'prompt'),
      promptBias: visible(
        this.#prompts.map(({ length }) => length),
        this.#promptCache.length,
      ),
      members: int32s(members, [this.#prompts.length, size]),
      homes: int32s(homes),
    };
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

/** Of the last token. */
function position({ request, tokens }: Row): number {
  return request.prompt.length + tokens.length - 1;
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

function most<T>(list: readonly T[], of: (item: T) => number): number {
  return list.reduce((largest, item) => Math.max(largest, of(item)), 0);
}

function promptKey({ request }: Row): string {
  return request.prompt.join();
}

/** See `drawTokens`. */
function drawFeeds(rows: readonly Row[]): Feeds {
  const inverse = (temperature: number) => (temperature === 0 ? GREEDY : Math.min(1 / temperature, GREEDY));
  const uniform = ({ request, random }: Row) =>
    request.temperature === 0 ? 0 : Math.min(random.float(), LARGEST_UNIFORM);
  return {
    inverseTemperature: floats(
      Float32Array.from(rows, ({ request }) => inverse(request.temperature)),
      [rows.length, 1],
    ),
    uniforms: floats(Float32Array.from(rows, uniform), [rows.length, 1]),
  };
}

function takeTokens(rows: readonly Row[], results: InferenceSession.OnnxValueMapType): void {
  const [tokens, logprobs, entropy] = ['tokens', 'logprobs', 'entropy'].map((name) =>
    floatOutput(results, name),
  );
  rows.forEach((row, i) => {
    row.tokens.push(tokens![i]!);
    row.logprobs.push(logprobs![i]!);
    if (row.request.temperature > 0) row.entropy += entropy![i]!;
  });
}
