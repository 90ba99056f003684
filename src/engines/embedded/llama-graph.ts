/** The decoder as a differentiable graph, with and without its backward pass. */
import { type AttentionLayout, Graph, type Rotation, type Value } from './graph.ts';
import { EMBEDDING, FINAL_NORM, HEAD, type LlamaConfig, layerName, parameters } from './llama-config.ts';

/** Names of the graph's inputs and outputs that are not parameters. */
export interface GraphIo {
  readonly graph: Graph;
  /** Outputs of the gradient rows, with the input that holds their row numbers. */
  readonly scatter: readonly {
    readonly rows: string;
    readonly ids: 'ids' | 'targets';
    readonly into: string;
  }[];
}

/** Name of a parameter's gradient among the outputs. */
export function gradientName(parameter: string): string {
  return `gradient:${parameter}`;
}

/**
 * Log-probabilities of chosen targets, M of N flat tokens. Inputs: ids int32 [N]; positions int64 [N, 1]; the
 * index tensors of `AttentionLayout`; picked int32 [M], the chosen tokens; placed int32 [N], the inverse of it (see
 * `pickRows`); targets int32 [M]. Output: logprobs [M].
 * @param tableLength more than any position.
 */
export function scoringGraph(config: LlamaConfig, tableLength: number): Graph {
  const graph = new Graph();
  const logprobs = targetLogProbabilities(graph, config, tableLength).logprobs;
  graph.output('logprobs', logprobs);
  return graph;
}

/**
 * `scoringGraph` with the gradients of the loss (engine.ts). Further inputs: weights, advantages, oldLogprobs, referenceLogprobs [M]; scalars crossEntropy (1 or 0), klCoefficient, clipLow,
 * clipHigh. Further outputs: the parameters' gradients and rows to scatter. For importance sampling the clip range
 * is [0, 1e30], for cross entropy the advantages are 0.
 */
export function trainingGraph(config: LlamaConfig, tableLength: number): GraphIo {
  const graph = new Graph();
  const { logprobs, weights } = targetLogProbabilities(graph, config, tableLength);
  const { dense, sparse } = graph.gradients(logprobs, lossGradient(graph, logprobs));
  graph.output('logprobs', logprobs);
  const scatter: GraphIo['scatter'][number][] = [];
  for (const [name, parameter] of weights) {
    const gradient = dense.get(parameter);
    if (gradient) graph.output(gradientName(name), gradient);
    (sparse.get(parameter) ?? []).forEach(({ ids, rows }) => {
      const output = `rows:${scatter.length}`;
      graph.output(output, rows);
      scatter.push({ rows: output, ids: ids.name as 'ids' | 'targets', into: name });
    });
  }
  return { graph, scatter };
}

/** d loss / d log p for all three losses at once. */
function lossGradient(graph: Graph, logprobs: Value): Value {
  const perToken = (name: string) => graph.input(name, ['M']);
  const weights = perToken('weights');
  const advantages = perToken('advantages');
  const old = perToken('oldLogprobs');
  const reference = perToken('referenceLogprobs');
  const crossEntropy = graph.input('crossEntropy', []);
  const klCoefficient = graph.input('klCoefficient', []);
  const [low, high] = [graph.input('clipLow', []), graph.input('clipHigh', [])];
  // log-ratios are kept within ±20, so that no infinity meets a weight of 0
  const exponential = (a: Value, b: Value) =>
    graph.unary('Exp', graph.clip(graph.binary('Sub', a, b), graph.scalar(-20), graph.scalar(20)));
  const ratio = exponential(logprobs, old);
  const gain = graph.binary('Mul', ratio, advantages); // d (ratio A) / d log p = ratio A
  const clipped = graph.binary('Mul', graph.clip(ratio, low, high), advantages);
  const policy = graph.keepLower(gain, clipped);
  const kl = graph.binary(
    'Mul',
    klCoefficient, // d (e^d - d - 1) / d log p = 1 - e^d
    graph.binary('Sub', graph.scalar(1), exponential(reference, logprobs)),
  );
  const terms = graph.binary('Sub', kl, graph.binary('Add', policy, crossEntropy));
  return graph.binary('Mul', weights, terms);
}

function targetLogProbabilities(graph: Graph, config: LlamaConfig, tableLength: number) {
  const weights = new Map(
    parameters(config).map(({ name, shape }) => [name, graph.parameter(name, shape)] as const),
  );
  const placed = graph.input('placed', ['N'], 'int32');
  const hidden = trunk(graph, config, weights, tableLength);
  const picked = graph.pickRows(hidden, graph.input('picked', ['M'], 'int32'), placed);
  const head = weights.get(config.tiedEmbeddings ? EMBEDDING : HEAD)!;
  return {
    logprobs: graph.targetLogProbability(picked, head, graph.input('targets', ['M'], 'int32')),
    weights,
  };
}

/** Final hidden states [N, width]. */
function trunk(
  graph: Graph,
  config: LlamaConfig,
  weights: ReadonlyMap<string, Value>,
  tableLength: number,
): Value {
  const { heads, keyValueHeads, normEpsilon } = config;
  const ids = graph.input('ids', ['N'], 'int32');
  graph.defineSize('N', ids, 0);
  const positions = graph.input('positions', ['N', 1], 'int64');
  const rotation = rotationTables(graph, config, tableLength, positions);
  const layout = attentionLayout(graph, config);
  let x = graph.embed(weights.get(EMBEDDING)!, ids);
  for (let i = 0; i < config.layers; i++) {
    const weight = (part: string) => weights.get(layerName(i, part))!;
    const a = graph.rmsNorm(x, weight('input_layernorm'), normEpsilon);
    const q = graph.rope(graph.gemm(a, weight('self_attn.q_proj')), rotation, heads);
    const k = graph.rope(graph.gemm(a, weight('self_attn.k_proj')), rotation, keyValueHeads);
    const v = graph.gemm(a, weight('self_attn.v_proj'));
    x = graph.gemm(graph.attention(q, k, v, layout), weight('self_attn.o_proj'), x);
    const f = graph.rmsNorm(x, weight('post_attention_layernorm'), normEpsilon);
    const inner = graph.swiglu(graph.gemm(f, weight('mlp.gate_proj')), graph.gemm(f, weight('mlp.up_proj')));
    x = graph.gemm(inner, weight('mlp.down_proj'), x);
  }
  return graph.rmsNorm(x, weights.get(FINAL_NORM)!, normEpsilon);
}

function attentionLayout(graph: Graph, config: LlamaConfig): AttentionLayout {
  const { width, heads, keyValueHeads } = config;
  const group = heads / keyValueHeads;
  const mask = graph.input('bias', ['R', 1, 'Q', 'K']);
  graph.defineSize('R', mask, 0);
  graph.defineSize('K', mask, 3);
  const index = (name: string, shape: readonly (number | string)[]) => graph.input(name, shape, 'int32');
  return {
    size: width / heads,
    heads,
    keyValueHeads,
    bias: group === 1 ? mask : graph.concat(Array(group).fill(mask), 2, `${group}Q`),
    queryTokens: index('queryTokens', ['R', heads, 'Q']),
    keyTokens: index('keyTokens', ['R', keyValueHeads, 'K']),
    queryHome: index('queryHome', ['N', heads]),
    keyHome: index('keyHome', ['N', keyValueHeads]),
    sharedKeys: index('sharedKeys', ['J', 'S', keyValueHeads]),
    sharedOf: index('sharedOf', ['N']),
  };
}

/** Cosines and sines of position × frequency, [tableLength, size / 2], times `scale`. */
export function rotationTables(
  graph: Graph,
  config: LlamaConfig,
  tableLength: number,
  positions: Value,
  scale = 1,
): Rotation {
  const half = config.width / config.heads / 2;
  const angles = Float64Array.from(
    { length: tableLength * half },
    (_, i) => Math.floor(i / half) * config.ropeTheta ** (-(i % half) / half),
  );
  const table = (f: (angle: number) => number) =>
    graph.constant(
      Float32Array.from(angles, (angle) => scale * f(angle)),
      [tableLength, half],
    );
  return {
    positions,
    cosine: table(Math.cos),
    sine: table(Math.sin),
    negativeSine: table((angle) => -Math.sin(angle)),
  };
}
