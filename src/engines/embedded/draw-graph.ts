/**
 * Draws a token from each of R distributions inside the graph, so that the distributions, which are large, need not
 * leave it.
 */
import type { Graph, Value } from './graph.ts';

/** Instead of 1 / 0, for the most probable token: the others' probabilities underflow to 0. */
export const GREEDY = 1e30;

/** The largest uniform number: a float32 that stays below a sum of probabilities when multiplied by it. */
export const LARGEST_UNIFORM = 1 - 2 ** -22;

/**
 * Inputs: uniforms [R, 1], 0 ≤ u ≤ LARGEST_UNIFORM; inverseTemperature [R, 1], GREEDY (and u = 0) for temperature 0.
 * Outputs, each [R, 1]: tokens float32; logprobs at temperature 1; entropy at the temperature asked for (without
 * meaning when greedy). The token is the first at which the cumulated probability exceeds u times their sum.
 */
export function drawTokens(graph: Graph, logits: Value, vocabularySize: number): void {
  const last = { attributes: { axis: { int: -1 } } };
  const logprobs = graph.node('LogSoftmax', [logits], [logits.shape], last)[0]!;
  const tempered = graph.binary('Mul', logprobs, graph.input('inverseTemperature', ['R', 1]));
  const probabilities = graph.softmax(tempered);
  const token = inverseOfCumulated(graph, probabilities, vocabularySize);
  const at = (values: Value) => pickColumns(graph, values, token);
  graph.output('tokens', token);
  graph.output('logprobs', at(logprobs));
  // - sum p log p, with log p = tempered - log z and log z from the token drawn
  const logZ = graph.binary('Sub', at(tempered), graph.unary('Log', at(probabilities)));
  const mean = sumRows(graph, graph.binary('Mul', probabilities, tempered));
  graph.output('entropy', graph.binary('Sub', logZ, mean));
}

/**
 * In two steps, which find the block of the token and its place in the block; cumulated sums are products with a
 * triangle of ones.
 */
function inverseOfCumulated(graph: Graph, probabilities: Value, vocabularySize: number): Value {
  const block = 2 ** Math.ceil(Math.log2(Math.sqrt(vocabularySize)));
  const blocks = Math.ceil(vocabularySize / block);
  const padding = blocks * block - vocabularySize;
  const padded = padding === 0 ? probabilities : padColumns(graph, probabilities, padding);
  const table = graph.reshape({ ...padded, shape: ['R', blocks * block] }, ['R', blocks, block]);
  const sums = graph.reshape(sumRows(graph, table), ['R', blocks]);
  const until = graph.matrixProduct(sums, triangle(graph, blocks, 0));
  const before = graph.matrixProduct(sums, triangle(graph, blocks, 1));
  const wanted = graph.binary('Mul', graph.input('uniforms', ['R', 1]), lastColumn(graph, until, blocks));
  const which = countUpTo(graph, until, wanted); // [R, 1]
  const rest = graph.binary('Sub', wanted, pickColumns(graph, before, which));
  const start = graph.node('GatherND', [table, indices(graph, which)], [['R', block]], {
    attributes: { batch_dims: { int: 1 } },
  })[0]!;
  const inBlock = graph.matrixProduct(start, triangle(graph, block, 0));
  // the two sums of a block may differ in the last bit
  const most = graph.binary('Mul', lastColumn(graph, inBlock, block), graph.scalar(LARGEST_UNIFORM));
  const place = countUpTo(graph, inBlock, graph.binary('Min', rest, most));
  return graph.binary('Add', graph.binary('Mul', which, graph.scalar(block)), place);
}

/** Ones where row + offset <= column. */
function triangle(graph: Graph, size: number, offset: number): Value {
  const ones = Float32Array.from({ length: size * size }, (_, i) =>
    Number(Math.floor(i / size) + offset <= i % size),
  );
  return graph.constant(ones, [size, size]);
}

/** How many of each row's values are at most `limit` [R, 1]. */
function countUpTo(graph: Graph, values: Value, limit: Value): Value {
  const [lower] = graph.node('LessOrEqual', [values, limit], [values.shape], { type: 'bool' });
  const [ones] = graph.node('Cast', [lower!], [values.shape], { attributes: { to: { int: 1 } } });
  return sumRows(graph, ones!);
}

function sumRows(graph: Graph, values: Value): Value {
  return graph.node('ReduceSum', [values, graph.integers([-1])], [values.shape.with(-1, 1)], {
    attributes: { keepdims: { int: 1 } },
  })[0]!;
}

function indices(graph: Graph, values: Value): Value {
  return graph.node('Cast', [values], [values.shape], { attributes: { to: { int: 7 } }, type: 'int64' })[0]!;
}

function pickColumns(graph: Graph, values: Value, columns: Value): Value {
  return graph.node('GatherElements', [values, indices(graph, columns)], [['R', 1]], {
    attributes: { axis: { int: 1 } },
  })[0]!;
}

function lastColumn(graph: Graph, values: Value, columns: number): Value {
  return graph.node('Gather', [values, graph.integers([columns - 1])], [['R', 1]], {
    attributes: { axis: { int: 1 } },
  })[0]!;
}

function padColumns(graph: Graph, values: Value, count: number): Value {
  return graph.node('Pad', [values, graph.integers([0, 0, 0, count])], [['R', '?']])[0]!;
}
