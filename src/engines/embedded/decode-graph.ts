/** The decoder for generation: new tokens attend to themselves and to a cache of keys and values. */
import { Graph, type Value } from './graph.ts';
import { EMBEDDING, FINAL_NORM, HEAD, type LlamaConfig, layerName, parameters } from './llama-config.ts';
import { rotationTables } from './llama-graph.ts';

const MICROSOFT = { domain: 'com.microsoft' };

/** Names of a layer's cache among the inputs, and of the new keys and values among the outputs. */
export function cacheNames(layer: number) {
  return { key: `k${layer}`, value: `v${layer}`, newKey: `k${layer}:new`, newValue: `v${layer}:new` };
}

/**
 * B rows of S new tokens after P cached ones; next-token distributions for R chosen tokens.
 * Inputs: ids int32 [B, S]; positions int64 [B, S]; biasPast [B, 1, 1, P] and biasNew [S, S], 0 or -1e9; chosen
 * int32 [R], places among the B S tokens; inverseTemperature [R, 1]; per layer k, v [B, KV, P, size].
 * Outputs: logprobs [R, V] at temperature 1; probabilities [R, V] and entropy [R] at the temperature asked for;
 * per layer the new keys and values [B, KV, S, size]. The cache is an input only, because the runtime copies
 * every output: the caller appends.
 */
export function decodeGraph(config: LlamaConfig, tableLength: number): Graph {
  const graph = new Graph();
  const weights = new Map(parameters(config).map(({ name, shape }) => [name, graph.input(name, shape)]));
  const hidden = decoderTrunk(graph, config, weights, tableLength);
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
  return graph;
}

/** Final hidden states [B, S, width]. */
function decoderTrunk(
  graph: Graph,
  config: LlamaConfig,
  weights: ReadonlyMap<string, Value>,
  tableLength: number,
): Value {
  const { width, heads, keyValueHeads, feedForward, normEpsilon } = config;
  const size = width / heads;
  const attend = attention(graph, config, tableLength);
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

type Attend = (layer: number, q: Value, k: Value, v: Value) => Value;

function attention(graph: Graph, config: LlamaConfig, tableLength: number): Attend {
  const { width, heads, keyValueHeads } = config;
  const size = width / heads;
  const group = heads / keyValueHeads;
  const rotation = rotationTables(graph, config, tableLength, graph.input('positions', ['B', 'S'], 'int64'));
  const past = graph.input('biasPast', ['B', 1, 1, 'P']);
  const causal = graph.input('biasNew', ['S', 'S']);
  const bias = group === 1 ? causal : graph.concat(Array(group).fill(causal), 0, 'GS');
  const [cached] = graph.node('Shape', [past], [[1]], {
    attributes: { start: { int: 3 }, end: { int: 4 } },
    type: 'int64',
  });
  const one = (operator: string, inputs: Value[], options = {}) =>
    graph.node(operator, inputs, [['?', '?', '?', '?']], options)[0]!;
  const split = (x: Value, n: number) =>
    graph.transpose(one('Reshape', [x, graph.integers([0, 0, n, size])]), [0, 2, 1, 3]);
  const product = { attributes: { alpha: { float: size ** -0.5 }, transB: { int: 1 } }, ...MICROSOFT };
  return (layer, q, k, v) => {
    const names = cacheNames(layer);
    const shape = ['B', keyValueHeads, 'P', size];
    const [oldKeys, oldValues] = [graph.input(names.key, shape), graph.input(names.value, shape)];
    const keys = split(graph.rotate(k, rotation, rotation.sine, keyValueHeads), keyValueHeads);
    const values = split(v, keyValueHeads);
    graph.output(names.newKey, { ...keys, shape: ['B', keyValueHeads, 'S', size] });
    graph.output(names.newValue, { ...values, shape: ['B', keyValueHeads, 'S', size] });
    // query heads that share keys and values become rows of one product
    const queries = one('Reshape', [
      split(graph.rotate(q, rotation, rotation.sine, heads), heads),
      graph.integers([0, keyValueHeads, -1, size]),
    ]);
    const scores = one(
      'Concat',
      [
        one('Add', [one('FusedMatMul', [queries, oldKeys], product), past]),
        one('Add', [one('FusedMatMul', [queries, keys], product), bias]),
      ],
      { attributes: { axis: { int: 3 } } },
    );
    const attentionWeights = graph.softmax(scores);
    const slice = (from: Value, to: Value) => one('Slice', [attentionWeights, from, to, graph.integers([3])]);
    const mixed = one('Add', [
      one('MatMul', [slice(graph.integers([0]), cached!), oldValues]),
      one('MatMul', [slice(cached!, graph.integers([2 ** 30])), values]),
    ]);
    const perHead = one('Reshape', [mixed, graph.integers([0, heads, -1, size])]);
    return one('Reshape', [graph.transpose(perHead, [0, 2, 1, 3]), graph.integers([0, 0, width])]);
  };
}
