/**
 * A graph builder with reverse-mode differentiation. Every differentiable method appends ONNX nodes and puts its
 * vector-Jacobian product on a tape; `gradients` walks the tape backwards and appends more nodes, so that forward
 * and backward pass become one model and one call of the runtime. Shapes may be symbolic: one model serves
 * batches of every size.
 */
import {
  type Attribute,
  type Dimension,
  type ElementType,
  encodeModel,
  type OnnxConstant,
  type OnnxNode,
  type OnnxValue,
  type TensorData,
} from './onnx.ts';

export interface Value extends OnnxValue {
  /** Depends on a parameter. */
  differentiable: boolean;
}

type Shape = readonly Dimension[];

/** Collects what flows back into the inputs of a node. */
export interface GradientSink {
  /** `contribution` is only called if the input is differentiable. */
  add(input: Value, contribution: () => Value): void;
  /** Like `add`, for a contribution that can add the previous gradient itself (as the C of a Gemm). */
  fuse(input: Value, contribution: (previous: Value | undefined) => Value): void;
  /** Rows to be added to the table's rows `ids` by the caller. */
  scatter(table: Value, ids: Value, rows: Value): void;
}

type Backward = (gradient: Value, sink: GradientSink) => void;

export interface SparseGradient {
  readonly ids: Value;
  /** [number of ids, width] */
  readonly rows: Value;
}

interface GemmOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** Added to the product. */
  readonly plus?: Value | undefined;
  readonly alpha?: number;
}

const MICROSOFT = 'com.microsoft';

export class Graph {
  readonly #nodes: OnnxNode[] = [];
  readonly #inputs: Value[] = [];
  readonly #outputs: Value[] = [];
  readonly #constants: (OnnxConstant & Value)[] = [];
  readonly #shared = new Map<string, Value>();
  readonly #sizes = new Map<string, Value>();
  readonly #tape: { output: Value; backward: Backward }[] = [];
  #taping = true;
  #names = 0;

  // ---- values ---------------------------------------------------------------------------------------------

  #value(shape: Shape, type: ElementType, name = `%${this.#names++}`): Value {
    return { name, shape, type, differentiable: false };
  }

  input(name: string, shape: Shape, type: ElementType = 'float32'): Value {
    const value = this.#value(shape, type, name);
    this.#inputs.push(value);
    return value;
  }

  parameter(name: string, shape: Shape): Value {
    const value = this.input(name, shape);
    value.differentiable = true;
    return value;
  }

  /** Gives a value a stable name (by an Identity, which the runtime removes). */
  output(name: string, value: Value): void {
    const output = this.#value(value.shape, value.type, name);
    this.#nodes.push({
      operator: 'Identity',
      domain: '',
      inputs: [value],
      outputs: [output],
      attributes: {},
    });
    this.#outputs.push(output);
  }

  constant(data: TensorData, shape: readonly number[]): Value {
    const type = data instanceof Float32Array ? 'float32' : data instanceof Int32Array ? 'int32' : 'int64';
    const value = { ...this.#value(shape, type), data };
    this.#constants.push(value);
    return value;
  }

  scalar(value: number): Value {
    return this.#once(`scalar ${value}`, () => this.constant(Float32Array.of(value), []));
  }

  /** A small int64 vector. */
  integers(list: readonly number[]): Value {
    return this.#once(`integers ${list}`, () =>
      this.constant(BigInt64Array.from(list, BigInt), [list.length]),
    );
  }

  #once(key: string, make: () => Value): Value {
    const known = this.#shared.get(key);
    if (known) return known;
    const value = make();
    this.#shared.set(key, value);
    return value;
  }

  /** Says where the size of a symbolic dimension can be read at run time. */
  defineSize(symbol: string, of: Value, axis: number): void {
    const [size] = this.node('Shape', [of], [[1]], {
      attributes: { start: { int: axis }, end: { int: axis + 1 } },
      type: 'int64',
    });
    this.#sizes.set(symbol, size!);
  }

  /** A shape as a run-time int64 vector; `-1` and `0` have Reshape's meaning. */
  #shapeTensor(shape: Shape): Value {
    if (shape.every((size) => typeof size === 'number')) return this.integers(shape as number[]);
    return this.#once(`shape ${shape}`, () => {
      const parts = shape.map((size) => {
        if (typeof size === 'number') return this.integers([size]);
        const known = this.#sizes.get(size);
        if (!known) throw new Error(`the size of dimension ${size} is not defined`);
        return known;
      });
      return this.node('Concat', parts, [[shape.length]], {
        attributes: { axis: { int: 0 } },
        type: 'int64',
      })[0]!;
    });
  }

  ones(shape: Shape): Value {
    return this.#once(`ones ${shape}`, () => {
      const one = this.constant(
        Float32Array.of(1),
        shape.map(() => 1),
      );
      return this.node('Expand', [one, this.#shapeTensor(shape)], [shape])[0]!;
    });
  }

  // ---- nodes ----------------------------------------------------------------------------------------------

  /** Appends a node that is not differentiated through; one output per shape, null for one that is left out. */
  node(
    operator: string,
    inputs: readonly Value[],
    shapes: readonly (Shape | null)[],
    options: { attributes?: Readonly<Record<string, Attribute>>; domain?: string; type?: ElementType } = {},
  ): Value[] {
    const outputs = shapes.map((shape) => shape && this.#value(shape, options.type ?? 'float32'));
    this.#nodes.push({
      operator,
      domain: options.domain ?? '',
      inputs,
      outputs,
      attributes: options.attributes ?? {},
    });
    return outputs as Value[];
  }

  #one(
    operator: string,
    inputs: readonly Value[],
    shape: Shape,
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = '',
  ): Value {
    return this.node(operator, inputs, [shape], { attributes, domain })[0]!;
  }

  /** Builds a node (or several) with a gradient of its own; what it tapes inside is dropped. */
  #differentiable(inputs: readonly (Value | undefined)[], forward: () => [Value, Backward]): Value {
    const taping = this.#taping;
    this.#taping = false;
    const [output, backward] = forward();
    this.#taping = taping;
    if (taping && inputs.some((input) => input?.differentiable)) {
      output.differentiable = true;
      this.#tape.push({ output, backward });
    }
    return output;
  }

  // ---- elementwise, without gradient ------------------------------------------------------------------------

  binary(operator: 'Add' | 'Sub' | 'Mul' | 'Max' | 'Min', a: Value, b: Value): Value {
    return this.#one(operator, [a, b], broadcast(a.shape, b.shape));
  }

  unary(operator: 'Neg' | 'Exp' | 'Log' | 'Sigmoid', x: Value): Value {
    return this.#one(operator, [x], x.shape);
  }

  clip(x: Value, low: Value, high: Value): Value {
    return this.#one('Clip', [x, low, high], x.shape);
  }

  /** a where a <= b, else 0. */
  keepLower(a: Value, b: Value): Value {
    const [lower] = this.node('LessOrEqual', [a, b], [broadcast(a.shape, b.shape)], { type: 'bool' });
    return this.#one('Where', [lower!, a, this.scalar(0)], lower!.shape);
  }

  softmax(x: Value): Value {
    return this.#one('Softmax', [x], x.shape, { axis: { int: -1 } });
  }

  concat(values: readonly Value[], axis: number, size: Dimension): Value {
    return this.#one('Concat', values, values[0]!.shape.with(axis, size), { axis: { int: axis } });
  }

  // ---- shape ------------------------------------------------------------------------------------------------

  reshape(x: Value, shape: Shape): Value {
    if (x.shape.join() === shape.join()) return x;
    return this.#differentiable([x], () => {
      let free = true;
      const target = shape.map((size, i) => {
        if (typeof size === 'number') return size;
        if (size === x.shape[i]) return 0;
        if (!free) return size;
        free = false;
        return -1;
      });
      const y = this.node('Reshape', [x, this.#shapeTensor(target)], [shape], { type: x.type })[0]!;
      return [y, (gradient, sink) => sink.add(x, () => this.reshape(gradient, x.shape))];
    });
  }

  transpose(x: Value, order: readonly number[]): Value {
    return this.#differentiable([x], () => {
      const shape = order.map((axis) => x.shape[axis]!);
      const y = this.#one('Transpose', [x], shape, { perm: { ints: order } });
      const inverse = order.map((_, i) => order.indexOf(i));
      return [y, (gradient, sink) => sink.add(x, () => this.transpose(gradient, inverse))];
    });
  }

  // ---- matrix products --------------------------------------------------------------------------------------

  /** a b (+ plus), two-dimensional. */
  gemm(a: Value, b: Value, plus?: Value): Value {
    return this.#differentiable([a, b, plus], () => {
      const y = this.gemmOnly(a, b, { plus });
      const backward: Backward = (gradient, sink) => {
        if (plus) sink.add(plus, () => gradient);
        sink.fuse(a, (previous) => this.gemmOnly(gradient, b, { transposeB: true, plus: previous }));
        sink.fuse(b, (previous) => this.gemmOnly(a, gradient, { transposeA: true, plus: previous }));
      };
      return [y, backward];
    });
  }

  /** Gemm without gradient. */
  gemmOnly(a: Value, b: Value, options: GemmOptions = {}): Value {
    const { transposeA = false, transposeB = false, plus, alpha } = options;
    const [rows, inner] = transposeA ? a.shape.toReversed() : a.shape;
    const [innerB, columns] = transposeB ? b.shape.toReversed() : b.shape;
    if (inner !== innerB) throw new Error(`gemm of [${a.shape}] and [${b.shape}]`);
    return this.#one('Gemm', plus ? [a, b, plus] : [a, b], [rows!, columns!], {
      transA: { int: Number(transposeA) },
      transB: { int: Number(transposeB) },
      ...(alpha !== undefined && { alpha: { float: alpha } }),
    });
  }

  /** a b for a [.., n] and b [n, m], without gradient. */
  matrixProduct(a: Value, b: Value): Value {
    return this.#one('MatMul', [a, b], [...a.shape.slice(0, -1), b.shape[1]!]);
  }

  /** Batched product over the last two axes, transposing while it reads. Without gradient. */
  batchedProduct(a: Value, b: Value, options: Omit<GemmOptions, 'plus'> = {}): Value {
    const { transposeA = false, transposeB = false, alpha = 1 } = options;
    const shape = [
      ...a.shape.slice(0, -2),
      a.shape.at(transposeA ? -1 : -2)!,
      b.shape.at(transposeB ? -2 : -1)!,
    ];
    const attributes = {
      transA: { int: Number(transposeA) },
      transB: { int: Number(transposeB) },
      alpha: { float: alpha },
    };
    return this.#one('FusedMatMul', [a, b], shape, attributes, MICROSOFT);
  }

  // ---- blocks of a transformer ------------------------------------------------------------------------------

  /** Rows of a table. The gradient stays sparse. */
  embed(table: Value, ids: Value): Value {
    return this.#differentiable([table], () => {
      const y = this.#one('Gather', [table, ids], [...ids.shape, table.shape[1]!], { axis: { int: 0 } });
      return [y, (gradient, sink) => sink.scatter(table, ids, gradient)];
    });
  }

  /**
   * Rows `picked` (distinct) of x.
   * @param placed for each row of x its place in `picked`, or the length of `picked` if it is not there.
   */
  pickRows(x: Value, picked: Value, placed: Value): Value {
    return this.#differentiable([x], () => {
      const width = x.shape[1]!;
      const y = this.#one('Gather', [x, picked], [picked.shape[0]!, width], { axis: { int: 0 } });
      const backward: Backward = (gradient, sink) =>
        sink.add(x, () => {
          const zero = this.#once(`zero row ${width}`, () =>
            this.constant(new Float32Array(Number(width)), [1, Number(width)]),
          );
          const padded = this.concat([gradient, zero], 0, '?');
          return this.#one('Gather', [padded, placed], x.shape, { axis: { int: 0 } });
        });
      return [y, backward];
    });
  }

  /** x / rms(x) * gain over the last axis of [rows, width]. */
  rmsNorm(x: Value, gain: Value, epsilon: number): Value {
    return this.#differentiable([x, gain], () => {
      const [rows, width] = x.shape as [Dimension, number];
      const [y, inverse] = this.node('SimplifiedLayerNormalization', [x, gain], [x.shape, [rows, 1]], {
        attributes: { axis: { int: -1 }, epsilon: { float: epsilon } },
      });
      const backward: Backward = (gradient, sink) => {
        // n = x inverse, t = gradient n: d gain = column sums of t, d x = inverse (gradient gain - n (t gain) / width)
        const normal = this.binary('Mul', x, inverse!);
        const t = this.binary('Mul', gradient, normal);
        sink.add(gain, () => this.reshape(this.gemmOnly(this.ones([1, rows]), t), [width]));
        sink.add(x, () => {
          const mean = this.gemmOnly(t, this.reshape(gain, [width, 1]), { alpha: 1 / width });
          const scaled = this.binary('Mul', gradient, gain);
          return this.binary('Mul', this.binary('Sub', scaled, this.binary('Mul', normal, mean)), inverse!);
        });
      };
      return [y!, backward];
    });
  }

  /** Rotary position embedding of [N, heads * size]; its transpose is the rotation by the negative angle. */
  rope(x: Value, rotation: Rotation, heads: number): Value {
    return this.#differentiable([x], () => [
      this.rotate(x, rotation, rotation.sine, heads),
      (gradient, sink) => sink.add(x, () => this.rotate(gradient, rotation, rotation.negativeSine, heads)),
    ]);
  }

  /** Rotation without gradient, of [N, heads * size] (each token a batch of its own) or [B, S, heads * size]. */
  rotate(x: Value, { positions, cosine }: Rotation, sine: Value, heads: number): Value {
    const [first, last] = [x.shape[0]!, x.shape.at(-1)!];
    const batched = this.reshape(x, x.shape.length === 2 ? [first, 1, last] : x.shape);
    const attributes = { num_heads: { int: heads } };
    const y = this.#one(
      'RotaryEmbedding',
      [batched, positions, cosine, sine],
      batched.shape,
      attributes,
      MICROSOFT,
    );
    return this.reshape(y, x.shape);
  }

  /**
   * softmax(scale q k' + bias) v per head, from flat tokens [N, heads * size] to flat tokens, over rows of queries
   * and keys that `layout` takes from them.
   *
   * The gradient uses that the row sums of dP P are those of dO O, and folds their subtraction into the product for
   * dP by one more column: [dO, -rowsum] [V, 1]'. So the backward pass has a single elementwise operation on scores.
   */
  attention(q: Value, k: Value, v: Value, layout: AttentionLayout): Value {
    const { size, heads, keyValueHeads, bias } = layout;
    const group = heads / keyValueHeads;
    // query heads that share keys and values become rows of one product
    const columns = group === 1 ? 'Q' : `${group}Q`;
    const toRows = (x: Value, n: number, tokens: Value, length: string) =>
      this.#one('Gather', [this.reshape(x, ['vectors', size]), tokens], ['R', n, length, size], {
        axis: { int: 0 },
      });
    const queryRows = (x: Value) =>
      this.reshape(toRows(x, heads, layout.queryTokens, 'Q'), ['R', keyValueHeads, columns, size]);
    const keyRows = (x: Value) => toRows(x, keyValueHeads, layout.keyTokens, 'K');
    const toTokens = (rows: Value, n: number, homes: Value) => {
      const vectors = this.reshape(rows, ['vectors', size]);
      return this.reshape(this.#one('Gather', [vectors, homes], ['N', n, size], { axis: { int: 0 } }), [
        'N',
        n * size,
      ]);
    };
    /** The gradient of a key is the sum over all its copies. */
    const fromCopies = (rows: Value) => {
      const vectors = this.reshape(rows, ['vectors', size]);
      const copies = this.#one('Gather', [vectors, layout.sharedKeys], ['J', 'S', keyValueHeads, size], {
        axis: { int: 0 },
      });
      const shape = ['S', keyValueHeads, size];
      const sums = this.#one('ReduceSum', [copies, this.integers([0])], shape, { keepdims: { int: 0 } });
      const width = keyValueHeads * size;
      const table = this.reshape(sums, ['S', width]);
      const further = this.#one('Gather', [table, layout.sharedOf], ['N', width], { axis: { int: 0 } });
      return this.binary('Add', toTokens(rows, keyValueHeads, layout.keyHome), further);
    };
    return this.#differentiable([q, k, v], () => {
      const [Q, K, V] = [queryRows(q), keyRows(k), keyRows(v)];
      const alpha = size ** -0.5;
      const scores = this.batchedProduct(Q, K, { transposeB: true, alpha });
      const weights = this.softmax(this.#one('Add', [scores, bias], scores.shape));
      const O = this.batchedProduct(weights, V);
      const backward: Backward = (gradient, sink) => {
        const dO = queryRows(gradient);
        sink.add(v, () => fromCopies(this.batchedProduct(weights, dO, { transposeA: true })));
        const product = this.binary('Mul', dO, O);
        const rowSum = this.#one('ReduceSum', [product, this.integers([-1])], Q.shape.with(3, 1), {
          keepdims: { int: 1 },
        });
        const left = this.concat([dO, this.unary('Neg', rowSum)], 3, size + 1);
        const right = this.concat([V, this.ones(V.shape.with(3, 1))], 3, size + 1);
        const dS = this.binary('Mul', weights, this.batchedProduct(left, right, { transposeB: true }));
        sink.add(q, () => toTokens(this.batchedProduct(dS, K, { alpha }), heads, layout.queryHome));
        sink.add(k, () => fromCopies(this.batchedProduct(dS, Q, { transposeA: true, alpha })));
      };
      return [toTokens(O, heads, layout.queryHome), backward];
    });
  }

  /** silu(gate) up */
  swiglu(gate: Value, up: Value): Value {
    return this.#differentiable([gate, up], () => {
      const sigmoid = this.unary('Sigmoid', gate);
      const silu = this.binary('Mul', gate, sigmoid);
      const backward: Backward = (gradient, sink) => {
        sink.add(up, () => this.binary('Mul', gradient, silu));
        sink.add(gate, () => {
          // silu' = sigmoid + silu - silu sigmoid
          const slope = this.binary(
            'Add',
            sigmoid,
            this.binary('Sub', silu, this.binary('Mul', silu, sigmoid)),
          );
          return this.binary('Mul', this.binary('Mul', gradient, up), slope);
        });
      };
      return [this.binary('Mul', silu, up), backward];
    });
  }

  /**
   * log p(target) where p = softmax(x head'), x [rows, width], head [vocabulary, width]. Neither one-hot targets
   * nor the gradient of the logits are formed: with c = dL / d log p,
   * dx = c (head[target] - p head) and d head = scatter(target, c x) - p' (c x).
   */
  targetLogProbability(x: Value, head: Value, targets: Value): Value {
    return this.#differentiable([x, head], () => {
      const rows = x.shape[0]!;
      const p = this.softmax(this.gemmOnly(x, head, { transposeB: true }));
      const indices = this.node('Reshape', [targets, this.integers([-1, 1])], [[rows, 1]], { type: 'int32' });
      const chosen = this.#one('GatherElements', [p, indices[0]!], [rows, 1], { axis: { int: 1 } });
      const logarithm = this.unary('Log', this.binary('Max', chosen, this.scalar(1e-37)));
      const backward: Backward = (gradient, sink) => {
        const c = this.reshape(gradient, [rows, 1]);
        const scaled = this.binary('Mul', x, c);
        sink.add(x, () => {
          const target = this.#one('Gather', [head, targets], x.shape, { axis: { int: 0 } });
          const minus = this.gemmOnly(p, head, { plus: this.unary('Neg', target) });
          return this.binary('Mul', minus, this.unary('Neg', c));
        });
        sink.fuse(head, (previous) =>
          this.gemmOnly(p, scaled, { transposeA: true, alpha: -1, plus: previous }),
        );
        sink.scatter(head, targets, scaled);
      };
      return [this.reshape(logarithm, [rows]), backward];
    });
  }

  // ---- reverse pass -----------------------------------------------------------------------------------------

  /**
   * Appends the backward pass, given the gradient of one value. Sparse rows must be added up by the caller:
   * onnxruntime's ScatterND with addition races on repeated ids (it was wrong in 36 of 60 runs).
   */
  gradients(of: Value, seed: Value): { dense: Map<Value, Value>; sparse: Map<Value, SparseGradient[]> } {
    this.#taping = false;
    const dense = new Map<Value, Value>([[of, seed]]);
    const sparse = new Map<Value, SparseGradient[]>();
    const sink: GradientSink = {
      add: (input, contribution) => {
        if (!input.differentiable) return;
        const previous = dense.get(input);
        dense.set(input, previous ? this.binary('Add', previous, contribution()) : contribution());
      },
      fuse: (input, contribution) => {
        if (input.differentiable) dense.set(input, contribution(dense.get(input)));
      },
      scatter: (table, ids, rows) => {
        if (!table.differentiable) return;
        sparse.set(table, [...(sparse.get(table) ?? []), { ids, rows }]);
      },
    };
    for (const { output, backward } of this.#tape.toReversed()) {
      const gradient = dense.get(output);
      if (gradient) backward(gradient, sink);
    }
    this.#taping = true;
    return { dense, sparse };
  }

  encode(): Uint8Array {
    return encodeModel({
      nodes: this.#nodes,
      inputs: this.#inputs,
      outputs: this.#outputs,
      constants: this.#constants,
    });
  }
}

export interface Rotation {
  /** int64 [N, 1] or [B, S] */
  readonly positions: Value;
  /** [positions, size / 2] */
  readonly cosine: Value;
  readonly sine: Value;
  readonly negativeSine: Value;
}

/**
 * How N flat tokens become R rows of Q queries and K keys, and how rows become tokens. Every token is a query once
 * and a key once (at home); keys of shared prefixes have S copies, at most J each. Padding is a token, too.
 */
export interface AttentionLayout {
  readonly size: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  /** [R, 1, Q, K], Q repeated for each query head that shares keys; 0 where a query sees a key, else -1e9. */
  readonly bias: Value;
  /** int32 [R, heads, Q]: rows of [N heads, size]. */
  readonly queryTokens: Value;
  /** int32 [R, keyValueHeads, K]: rows of [N keyValueHeads, size]. */
  readonly keyTokens: Value;
  /** int32 [N, heads]: rows of [R heads Q, size]. */
  readonly queryHome: Value;
  /** int32 [N, keyValueHeads]: rows of [R keyValueHeads K, size]. */
  readonly keyHome: Value;
  /** int32 [J, S, keyValueHeads]: rows of [R keyValueHeads K, size]; padding where there are fewer than J. */
  readonly sharedKeys: Value;
  /** int32 [N]: which of the S entries are this token's further copies. */
  readonly sharedOf: Value;
}

function broadcast(a: Shape, b: Shape): Shape {
  const length = Math.max(a.length, b.length);
  return Array.from({ length }, (_, i) => {
    const x = a[a.length - length + i] ?? 1;
    const y = b[b.length - length + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw new Error(`broadcast of [${a}] and [${b}]`);
    return x === 1 ? y : x;
  });
}
