/** The decoder as a differentiable graph, with and without its backward pass. */
import { Graph, type Rotation, type Value } from './graph.ts';
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
 * Log-probabilities of chosen targets. B rows of T tokens, N = B T, M chosen tokens.
 * Inputs: ids int32 [B, T]; positions int64 [B, T]; bias [B, 1, T, T], 0 where a token may look, else -1e9;
 * picked int32 [M], the chosen tokens' places among the N; placed int32 [N], the inverse of it (see `pickRows`);
 * targets int32 [M]. Output: logprobs [M].
 * @param tableLength more than any position, and at least T.
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
  graph.defineSize('N', placed, 0);
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
  const { width, heads, keyValueHeads, normEpsilon } = config;
  const size = width / heads;
  const group = heads / keyValueHeads;
  const positions = graph.input('positions', ['B', 'T'], 'int64');
  graph.defineSize('B', positions, 0);
  graph.defineSize('T', positions, 1);
  const rotation = rotationTables(graph, config, tableLength, positions);
  const mask = graph.input('bias', ['B', 1, 'T', 'T']);
  // Grouped-query attention: the query heads that share a key-value head are folded into the rows, so keys and
  // values are never repeated; the mask is.
  const rows = group === 1 ? 'T' : `${group}T`;
  const bias = group === 1 ? mask : graph.concat(Array(group).fill(mask), 2, rows);
  const split = (x: Value, n: number) => graph.transpose(graph.reshape(x, ['B', 'T', n, size]), [0, 2, 1, 3]);
  let x = graph.reshape(graph.embed(weights.get(EMBEDDING)!, graph.input('ids', ['B', 'T'], 'int32')), [
    'N',
    width,
  ]);
  for (let i = 0; i < config.layers; i++) {
    const weight = (part: string) => weights.get(layerName(i, part))!;
    const rotated = (a: Value, part: string, n: number) =>
      graph.rope(graph.reshape(graph.gemm(a, weight(part)), ['B', 'T', n * size]), rotation, n);
    const a = graph.rmsNorm(x, weight('input_layernorm'), normEpsilon);
    const q = graph.reshape(split(rotated(a, 'self_attn.q_proj', heads), heads), [
      'B',
      keyValueHeads,
      rows,
      size,
    ]);
    const k = split(rotated(a, 'self_attn.k_proj', keyValueHeads), keyValueHeads);
    const v = split(graph.gemm(a, weight('self_attn.v_proj')), keyValueHeads);
    const mixed = graph.reshape(graph.attention(q, k, v, bias, size ** -0.5), ['B', heads, 'T', size]);
    const merged = graph.reshape(graph.transpose(mixed, [0, 2, 1, 3]), ['N', width]);
    x = graph.gemm(merged, weight('self_attn.o_proj'), x);
    const f = graph.rmsNorm(x, weight('post_attention_layernorm'), normEpsilon);
    const inner = graph.swiglu(graph.gemm(f, weight('mlp.gate_proj')), graph.gemm(f, weight('mlp.up_proj')));
    x = graph.gemm(inner, weight('mlp.down_proj'), x);
  }
  return graph.rmsNorm(x, weights.get(FINAL_NORM)!, normEpsilon);
}

/** Cosines and sines of position × frequency, [tableLength, size / 2]. */
export function rotationTables(
  graph: Graph,
  config: LlamaConfig,
  tableLength: number,
  positions: Value,
): Rotation {
  const half = config.width / config.heads / 2;
  const angles = Float64Array.from(
    { length: tableLength * half },
    (_, i) => Math.floor(i / half) * config.ropeTheta ** (-(i % half) / half),
  );
  const table = (f: (angle: number) => number) =>
    graph.constant(Float32Array.from(angles, f), [tableLength, half]);
  return {
    positions,
    cosine: table(Math.cos),
    sine: table(Math.sin),
    negativeSine: table((angle) => -Math.sin(angle)),
  };
}
