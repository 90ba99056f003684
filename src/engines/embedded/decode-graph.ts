/**
 * The decoder for generation, as two graphs: one computes prompts, one computes the next token of many rows. Rows
 * that continue the same prompt read its keys and values from one place, because decoding is bound by memory.
 */
import { Graph, type Value } from './graph.ts';
import { EMBEDDING, FINAL_NORM, HEAD, type LlamaConfig, layerName, parameters } from './llama-config.ts';
import { rotationTables } from './llama-graph.ts';

const MICROSOFT = { domain: 'com.microsoft' };

export interface CacheNames {
  readonly key: string;
  readonly value: string;
}

/** Names of a layer's caches among the inputs, and of the new keys and values among the outputs. */
export function cacheNames(layer: number): { prompt: CacheNames; own: CacheNames; fresh: CacheNames } {
  const names = (kind: string) => ({ key: `${kind}:k${layer}`, value: `${kind}:v${layer}` });
  return { prompt: names('prompt'), own: names('own'), fresh: names('fresh') };
}

/**
 * B prompts of S tokens, padded at the end. Inputs: ids int32 [B, S]; positions int64 [B, S]; causal [S, S], 0 or
 * -1e9; chosen int32 [R], places among the B S tokens; inverseTemperature [R, 1]. Outputs: logprobs [R, V] at
 * temperature 1; probabilities [R, V] and entropy [R] at the temperature asked for; per layer keys and values
 * [B, KV, S, size].
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
 * One new token for each of B rows. The rows belong to G prompts, at most M to one; row b has place homes[b] among
 * the G M places. Inputs and outputs as for the prompts with S = 1 and without `causal`; further inputs: members
 * int32 [G, M], the row at each place (any row where there is none); homes int32 [B]; promptBias [G, 1, 1, P] and
 * ownBias [B, 1, 1, C], 0 or -1e9; per layer the prompts' keys and values [G, KV, P, size] and the rows' own
 * [B, KV, C, size]. Caches are inputs only, because the runtime copies every output: the caller appends.
 */
export function decodeGraph(config: LlamaConfig, tableLength: number): Graph {
  const graph = new Graph();
  finish(graph, config, tableLength, cachedAttention(graph, config));
  return graph;
}

function cachedAttention(graph: Graph, config: LlamaConfig): Attend {
  const { keyValueHeads, width } = config;
  const group = config.heads / keyValueHeads;
  const { anonymous, size, product } = tools(graph, config);
  const members = graph.input('members', ['G', 'M'], 'int32');
  const homes = graph.input('homes', ['B'], 'int32');
  const promptBias = graph.input('promptBias', ['G', 1, 1, 'P']);
  const ownBias = graph.input('ownBias', ['B', 1, 1, 'C']);
  graph.defineSize('M', members, 1);
  graph.defineSize('P', promptBias, 3);
  const sizeOf = (value: Value) =>
    graph.node('Shape', [value], [[1]], {
      attributes: { start: { int: 3 }, end: { int: 4 } },
      type: 'int64',
    })[0]!;
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
    const { prompt, own } = cacheNames(layer);
    const cache = (name: string, rows: string, length: string) =>
      graph.input(name, [rows, keyValueHeads, length, size]);
    const [promptKeys, promptValues] = [cache(prompt.key, 'G', 'P'), cache(prompt.value, 'G', 'P')];
    const [ownKeys, ownValues] = [cache(own.key, 'B', 'C'), cache(own.value, 'B', 'C')];
    // with one token per row, splitting into heads needs no transposition
    const split = (x: Value) => anonymous('Reshape', [x, graph.integers([0, keyValueHeads, -1, size])]);
    const [queries, keys, values] = [split(q), split(k), split(v)];
    outputFresh(graph, config, layer, keys, values);
    const perPrompt = toPrompts(queries, size);
    const promptScores = anonymous('Add', [product(perPrompt, promptKeys), promptBias]);
    const weights = graph.softmax(
      anonymous(
        'Concat',
        [
          toRows({ ...promptScores, shape: ['G', keyValueHeads, 'MG', 'P'] }, 'P'),
          anonymous('Add', [product(queries, ownKeys), ownBias]),
          product(queries, keys),
        ],
        { attributes: { axis: { int: 3 } } },
      ),
    );
    const slice = (from: Value, to: Value) => anonymous('Slice', [weights, from, to, graph.integers([3])]);
    const fromPrompt = anonymous('MatMul', [
      toPrompts(slice(graph.integers([0]), promptEnd), 'P'),
      promptValues,
    ]);
    const mixed = [
      toRows({ ...fromPrompt, shape: ['G', keyValueHeads, 'MG', size] }, size),
      anonymous('MatMul', [slice(promptEnd, ownEnd), ownValues]),
      anonymous('MatMul', [slice(ownEnd, graph.integers([2 ** 30])), values]),
    ].reduce((sum, part) => anonymous('Add', [sum, part]));
    return anonymous('Reshape', [mixed, graph.integers([0, 1, width])]);
  };
}

/** Rotated queries and keys and plain values, [B, S, heads size], to [B, S, width]. */
type Attend = (layer: number, q: Value, k: Value, v: Value) => Value;

function tools(graph: Graph, config: LlamaConfig) {
  const size = config.width / config.heads;
  const attributes = { alpha: { float: size ** -0.5 }, transB: { int: 1 } };
  /** A node of four axes whose sizes the runtime finds out. */
  const anonymous = (operator: string, inputs: Value[], options = {}) =>
    graph.node(operator, inputs, [['?', '?', '?', '?']], options)[0]!;
  const product = (q: Value, k: Value) => anonymous('FusedMatMul', [q, k], { attributes, ...MICROSOFT });
  return { anonymous, size, product };
}

function outputFresh(graph: Graph, config: LlamaConfig, layer: number, keys: Value, values: Value): void {
  const shape = ['B', config.keyValueHeads, 'S', config.width / config.heads];
  const { fresh } = cacheNames(layer);
  graph.output(fresh.key, { ...keys, shape });
  graph.output(fresh.value, { ...values, shape });
}

/** The whole decoder around an attention, and its distributions. */
function finish(graph: Graph, config: LlamaConfig, tableLength: number, attend: Attend): void {
  const weights = new Map(parameters(config).map(({ name, shape }) => [name, graph.input(name, shape)]));
  const hidden = decoderTrunk(graph, config, weights, rotated(graph, config, tableLength, attend));
  const flat = graph.reshape(hidden, ['N', config.width]);
  const [rows] = graph.node('Gather', [flat, graph.input('chosen', ['R'], 'int32')], [['R', config.width]], {
    attributes: { axis: { int: 0 } },
  });
  const head = weights.get(config.tiedEmbeddings ? EMBEDDING : HEAD)!;
  const logits = graph.gemmOnly(rows!, head, { transposeB: true });
  const logSoftmax = (x: Value) =>
    graph.node('LogSoftmax', [x], [x.shape], { attributes: { axis: { int: -1 } } })[0]!;
  graph.output('logprobs', logSoftmax(logits));
  const tempered = logSoftmax(graph.binary('Mul', logits, graph.input('inverseTemperature', ['R', 1])));
  const probabilities = graph.unary('Exp', tempered);
  graph.output('probabilities', probabilities);
  const [sum] = graph.node(
    'ReduceSum',
    [graph.binary('Mul', probabilities, tempered), graph.integers([-1])],
    [['R']],
    { attributes: { keepdims: { int: 0 } } },
  );
  graph.output('entropy', graph.unary('Neg', sum!));
}

function rotated(graph: Graph, config: LlamaConfig, tableLength: number, attend: Attend): Attend {
  const rotation = rotationTables(graph, config, tableLength, graph.input('positions', ['B', 'S'], 'int64'));
  const rotate = (x: Value, heads: number) => graph.rotate(x, rotation, rotation.sine, heads);
  return (layer, q, k, v) => attend(layer, rotate(q, config.heads), rotate(k, config.keyValueHeads), v);
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
