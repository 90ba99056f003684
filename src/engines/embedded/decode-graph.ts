/**
 * The decoder for generation: one graph computes prompts, one computes and draws the next token of many rows. Rows
 * that continue the same prompt read its keys and values from one place, because decoding is bound by memory.
 */
import { drawTokens } from './draw-graph.ts';
import { Graph, type Rotation, type Value } from './graph.ts';
import { EMBEDDING, FINAL_NORM, HEAD, type LlamaConfig, layerName, parameters } from './llama-config.ts';
import { rotationTables } from './llama-graph.ts';

const MICROSOFT = { domain: 'com.microsoft' };

export interface CacheNames {
  readonly key: string;
  readonly value: string;
}

/** Where the keys and values of earlier tokens are. */
export type CacheKind = 'prompt' | 'own';

/** Names of a layer's caches among the inputs, and of the new keys and values among the outputs. */
export function cacheNames(layer: number): { prompt: CacheNames; own: CacheNames; fresh: CacheNames } {
  const names = (kind: string) => ({ key: `${kind}:k${layer}`, value: `${kind}:v${layer}` });
  return { prompt: names('prompt'), own: names('own'), fresh: names('fresh') };
}

/**
 * B prompts of S tokens, padded at the end. Inputs: ids int32 [B, S]; positions int64 [B, S]; causal [S, S], 0 or
 * -1e9; chosen int32 [R], places among the B S tokens; and what `drawTokens` needs for these R. Outputs: those of
 * `drawTokens`; per layer keys and values [B, KV, S, size].
 */
export function prefillGraph(config: LlamaConfig, tableLength: number): Graph {
  const graph = new Graph();
  const { keyValueHeads } = config;
  const group = config.heads / keyValueHeads;
  const causal = graph.input('causal', ['S', 'S']);
  const bias = group === 1 ? causal : graph.concat(Array(group).fill(causal), 0, 'GS');
  const { anonymous, size, product } = tools(graph, config);
  const split = (x: Value, n: number) =>
    graph.transpose(anonymous('Reshape', [x, graph.integers([0, 0, n, size])]), [0, 2, 1, 3]);
  const attend: Attend = (layer, q, k, v) => {
    const [keys, values] = [split(k, keyValueHeads), split(v, keyValueHeads)];
    outputFresh(graph, config, layer, keys, values);
    // query heads that share keys and values become rows of one product
    const queries = anonymous('Reshape', [
      split(q, config.heads),
      graph.integers([0, keyValueHeads, -1, size]),
    ]);
    const weights = graph.softmax(anonymous('Add', [product(queries, keys), bias]));
    const mixed = anonymous('MatMul', [weights, values]);
    const perHead = anonymous('Reshape', [mixed, graph.integers([0, config.heads, -1, size])]);
    return anonymous('Reshape', [
      graph.transpose(perHead, [0, 2, 1, 3]),
      graph.integers([0, 0, config.width]),
    ]);
  };
  finish(graph, config, tableLength, attend);
  return graph;
}

/**
 * One new token for each of B rows. Inputs and outputs as for the prompts with S = 1 and without `causal`; further
 * inputs: ownBias [B, 1, 1, C], 0 or -1e9; per layer the rows' keys and values [B, KV, C, size]. Caches are inputs
 * only, because the runtime copies every output: the caller appends.
 */
export function decodeGraph(config: LlamaConfig, tableLength: number): Graph {
  const graph = new Graph();
  finish(graph, config, tableLength, ownAttention(graph, config));
  return graph;
}

/**
 * `decodeGraph` for rows that belong to G prompts, at most M to one; row b has place homes[b] among the G M places.
 * The own caches hold what comes after the prompts. Further inputs: members int32 [G, M], the row at each place (any
 * row where there is none); homes int32 [B]; promptBias [G, 1, 1, P], 0 or -1e9; per layer the prompts' keys and
 * values [G, KV, P, size].
 */
export function sharedDecodeGraph(config: LlamaConfig, tableLength: number): Graph {
  const graph = new Graph();
  finish(graph, config, tableLength, sharedAttention(graph, config));
  return graph;
}

function ownAttention(graph: Graph, config: LlamaConfig): Attend {
  const { tokenHeads, anonymous, product, concatWeights, cache, sizeOf } = tools(graph, config);
  const ownBias = graph.input('ownBias', ['B', 1, 1, 'C']);
  const ownEnd = sizeOf(ownBias);
  return (layer, q, k, v) => {
    const own = cache(cacheNames(layer).own, 'B', 'C');
    const [queries, keys, values] = [tokenHeads(q), tokenHeads(k), tokenHeads(v)];
    outputFresh(graph, config, layer, keys, values);
    const [earlier, fresh] = concatWeights(
      [anonymous('Add', [product(queries, own.keys), ownBias]), product(queries, keys)],
      [ownEnd],
    );
    const mixed = anonymous('Add', [
      anonymous('MatMul', [earlier!, own.values]),
      anonymous('MatMul', [fresh!, values]),
    ]);
    return anonymous('Reshape', [mixed, graph.integers([0, 1, config.width])]);
  };
}

function sharedAttention(graph: Graph, config: LlamaConfig): Attend {
  const { keyValueHeads, width } = config;
  const group = config.heads / keyValueHeads;
  const { tokenHeads, anonymous, size, product, concatWeights, cache, sizeOf } = tools(graph, config);
  const members = graph.input('members', ['G', 'M'], 'int32');
  const homes = graph.input('homes', ['B'], 'int32');
  const promptBias = graph.input('promptBias', ['G', 1, 1, 'P']);
  const ownBias = graph.input('ownBias', ['B', 1, 1, 'C']);
  graph.defineSize('M', members, 1);
  graph.defineSize('P', promptBias, 3);
  const promptEnd = sizeOf(promptBias);
  const ownEnd = graph.node('Add', [promptEnd, sizeOf(ownBias)], [[1]], { type: 'int64' })[0]!;
  const gather = (x: Value, indices: Value, shape: readonly (string | number)[]) =>
    graph.node('Gather', [x, indices], [shape], { attributes: { axis: { int: 0 } } })[0]!;
  /** [B, KV, group, last] to [G, KV, M group, last] */
  const toPrompts = (x: Value, last: number | 'P') => {
    const rows = gather(x, members, ['G', 'M', keyValueHeads, group, last]);
    return graph.reshape(graph.transpose(rows, [0, 2, 1, 3, 4]), ['G', keyValueHeads, 'MG', last]);
  };
  const toRows = (x: Value, last: number | 'P') => {
    const places = graph.reshape(x, ['G', keyValueHeads, 'M', group, last]);
    const flat = graph.reshape(graph.transpose(places, [0, 2, 1, 3, 4]), [
      'places',
      keyValueHeads,
      group,
      last,
    ]);
    return gather(flat, homes, ['B', keyValueHeads, group, last]);
  };
  return (layer, q, k, v) => {
    const names = cacheNames(layer);
    const prompt = cache(names.prompt, 'G', 'P');
    const own = cache(names.own, 'B', 'C');
    const [queries, keys, values] = [tokenHeads(q), tokenHeads(k), tokenHeads(v)];
    outputFresh(graph, config, layer, keys, values);
    const promptScores = anonymous('Add', [product(toPrompts(queries, size), prompt.keys), promptBias]);
    const [ofPrompt, earlier, fresh] = concatWeights(
      [
        toRows({ ...promptScores, shape: ['G', keyValueHeads, 'MG', 'P'] }, 'P'),
        anonymous('Add', [product(queries, own.keys), ownBias]),
        product(queries, keys),
      ],
      [promptEnd, ownEnd],
    );
    const fromPrompt = anonymous('MatMul', [toPrompts(ofPrompt!, 'P'), prompt.values]);
    const mixed = [
      toRows({ ...fromPrompt, shape: ['G', keyValueHeads, 'MG', size] }, size),
      anonymous('MatMul', [earlier!, own.values]),
      anonymous('MatMul', [fresh!, values]),
    ].reduce((sum, part) => anonymous('Add', [sum, part]));
    return anonymous('Reshape', [mixed, graph.integers([0, 1, width])]);
  };
}

/** Rotated queries and keys and plain values, [B, S, heads size], to [B, S, width]. */
type Attend = (layer: number, q: Value, k: Value, v: Value) => Value;

function tools(graph: Graph, config: LlamaConfig) {
  const { keyValueHeads } = config;
  const size = config.width / config.heads;
  /** A node of four axes whose sizes the runtime finds out. */
  const anonymous = (operator: string, inputs: Value[], options = {}) =>
    graph.node(operator, inputs, [['?', '?', '?', '?']], options)[0]!;
  // without a factor: the runtime has a faster kernel for single rows then (queries are scaled, see `rotated`)
  const product = (q: Value, k: Value) =>
    anonymous('FusedMatMul', [q, k], { attributes: { transB: { int: 1 } }, ...MICROSOFT });
  /** With one token per row, splitting into heads needs no transposition. */
  const tokenHeads = (x: Value) => anonymous('Reshape', [x, graph.integers([0, keyValueHeads, -1, size])]);
  const cache = (names: CacheNames, rows: string, length: string) => {
    const shape = [rows, keyValueHeads, length, size];
    return { keys: graph.input(names.key, shape), values: graph.input(names.value, shape) };
  };
  /** Softmax over all scores side by side, cut again where the parts (but the last) end. */
  const concatWeights = (scores: Value[], ends: readonly Value[]) => {
    const weights = graph.softmax(anonymous('Concat', scores, { attributes: { axis: { int: 3 } } }));
    const from = [graph.integers([0]), ...ends];
    const to = [...ends, graph.integers([2 ** 30])];
    return from.map((start, i) => anonymous('Slice', [weights, start, to[i]!, graph.integers([3])]));
  };
  const sizeOf = (value: Value) =>
    graph.node('Shape', [value], [[1]], {
      attributes: { start: { int: 3 }, end: { int: 4 } },
      type: 'int64',
    })[0]!;
  return { anonymous, size, product, tokenHeads, cache, concatWeights, sizeOf };
}

function outputFresh(graph: Graph, config: LlamaConfig, layer: number, keys: Value, values: Value): void {
  const shape = ['B', config.keyValueHeads, 'S', config.width / config.heads];
  const { fresh } = cacheNames(layer);
  graph.output(fresh.key, { ...keys, shape });
  graph.output(fresh.value, { ...values, shape });
}

/** The whole decoder around an attention, and the draw. */
function finish(graph: Graph, config: LlamaConfig, tableLength: number, attend: Attend): void {
  const weights = new Map(parameters(config).map(({ name, shape }) => [name, graph.input(name, shape)]));
  const hidden = decoderTrunk(graph, config, weights, rotated(graph, config, tableLength, attend));
  const flat = graph.reshape(hidden, ['N', config.width]);
  const [rows] = graph.node('Gather', [flat, graph.input('chosen', ['R'], 'int32')], [['R', config.width]], {
    attributes: { axis: { int: 0 } },
  });
  const head = weights.get(config.tiedEmbeddings ? EMBEDDING : HEAD)!;
  drawTokens(graph, graph.gemmOnly(rows!, head, { transposeB: true }), config.vocabularySize);
}

/** Queries are also divided by the root of the head's size. */
function rotated(graph: Graph, config: LlamaConfig, tableLength: number, attend: Attend): Attend {
  const positions = graph.input('positions', ['B', 'S'], 'int64');
  const keys = rotationTables(graph, config, tableLength, positions);
  const queries = rotationTables(
    graph,
    config,
    tableLength,
    positions,
    (config.width / config.heads) ** -0.5,
  );
  const rotate = (x: Value, rotation: Rotation, heads: number) =>
    graph.rotate(x, rotation, rotation.sine, heads);
  return (layer, q, k, v) =>
    attend(layer, rotate(q, queries, config.heads), rotate(k, keys, config.keyValueHeads), v);
}

/** Final hidden states [B, S, width]. */
function decoderTrunk(
  graph: Graph,
  config: LlamaConfig,
  weights: ReadonlyMap<string, Value>,
  attend: Attend,
): Value {
  const { width, heads, keyValueHeads, feedForward, normEpsilon } = config;
  const size = width / heads;
  const ids = graph.input('ids', ['B', 'S'], 'int32');
  const one = (operator: string, inputs: Value[], last: number, options = {}) =>
    graph.node(operator, inputs, [['B', 'S', last]], options)[0]!;
  let x = one('Gather', [weights.get(EMBEDDING)!, ids], width, { attributes: { axis: { int: 0 } } });
  let delta: Value | undefined;
  /** Adds what the last block gave and normalises, in one kernel. */
  const addAndNormalise = (gain: Value): Value => {
    const epsilon = { epsilon: { float: normEpsilon } };
    if (!delta)
      return one('SimplifiedLayerNormalization', [x, gain], width, {
        attributes: { axis: { int: -1 }, ...epsilon },
      });
    const shape = ['B', 'S', width];
    const outputs = graph.node(
      'SkipSimplifiedLayerNormalization',
      [x, delta, gain],
      [shape, null, null, shape],
      {
        attributes: epsilon,
        ...MICROSOFT,
      },
    );
    x = outputs[3]!;
    return outputs[0]!;
  };
  for (let i = 0; i < config.layers; i++) {
    const linear = (input: Value, part: string, last: number) =>
      one('MatMul', [input, weights.get(layerName(i, part))!], last);
    const a = addAndNormalise(weights.get(layerName(i, 'input_layernorm'))!);
    const mixed = attend(
      i,
      linear(a, 'self_attn.q_proj', width),
      linear(a, 'self_attn.k_proj', keyValueHeads * size),
      linear(a, 'self_attn.v_proj', keyValueHeads * size),
    );
    delta = linear(mixed, 'self_attn.o_proj', width);
    const f = addAndNormalise(weights.get(layerName(i, 'post_attention_layernorm'))!);
    // QuickGelu with alpha 1 is SiLU
    const silu = one('QuickGelu', [linear(f, 'mlp.gate_proj', feedForward)], feedForward, {
      attributes: { alpha: { float: 1 } },
      ...MICROSOFT,
    });
    const inner = graph.binary('Mul', silu, linear(f, 'mlp.up_proj', feedForward));
    delta = linear(inner, 'mlp.down_proj', width);
  }
  return addAndNormalise(weights.get(FINAL_NORM)!);
}
