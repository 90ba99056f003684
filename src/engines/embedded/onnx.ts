/**
 * Writes ONNX models: the part of onnx.proto3 that a compute graph needs, in protobuf's wire format. Field
 * numbers are those of onnx.proto3 (IR version 10).
 */
export type ElementType = 'float32' | 'int32' | 'int64' | 'bool';
export type TensorData = Float32Array | Int32Array | BigInt64Array;
/** Symbolic dimensions are strings: their size is known only at run time. */
export type Dimension = number | string;

export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly Dimension[];
}

export interface OnnxConstant extends OnnxValue {
  readonly data: TensorData;
}

/** Integer and float attributes are told apart by the key: `{ int: 1 }`, `{ float: 1 }`. */
export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] };

export interface OnnxNode {
  readonly operator: string;
  /** Empty for the standard operators. */
  readonly domain: string;
  /** null for an optional input or output that is left out. */
  readonly inputs: readonly (OnnxValue | null)[];
  readonly outputs: readonly (OnnxValue | null)[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly constants: readonly OnnxConstant[];
}

const ELEMENT_TYPES: Readonly<Record<ElementType, number>> = { float32: 1, int32: 6, int64: 7, bool: 9 };
const IR_VERSION = 10;
const OPSET = 21;

export function encodeModel(graph: OnnxGraph): Uint8Array {
  const model = new Message();
  model.int(1, IR_VERSION).text(2, 'purpcode');
  model.message(7, (body) => {
    graph.nodes.forEach((node, i) => {
      body.message(1, (message) => writeNode(message, node, `${node.operator}_${i}`));
    });
    body.text(2, 'main');
    for (const constant of graph.constants) body.message(5, (message) => writeTensor(message, constant));
    for (const value of graph.inputs) body.message(11, (message) => writeValue(message, value));
    for (const value of graph.outputs) body.message(12, (message) => writeValue(message, value));
  });
  model.message(8, (opset) => opset.text(1, '').int(2, OPSET));
  model.message(8, (opset) => opset.text(1, 'com.microsoft').int(2, 1));
  return model.finish();
}

function writeNode(message: Message, node: OnnxNode, name: string): void {
  for (const input of node.inputs) message.text(1, input?.name ?? '');
  for (const output of node.outputs) message.text(2, output?.name ?? '');
  message.text(3, name).text(4, node.operator);
  for (const [key, value] of Object.entries(node.attributes))
    message.message(5, (attribute) => {
      attribute.text(1, key);
      if ('float' in value) attribute.float(2, value.float).int(20, 1);
      else if ('int' in value) attribute.int(3, value.int).int(20, 2);
      else {
        for (const item of value.ints) attribute.int(8, item);
        attribute.int(20, 7);
      }
    });
  if (node.domain) message.text(7, node.domain);
}

function writeTensor(message: Message, { name, type, shape, data }: OnnxConstant): void {
  for (const size of shape) message.int(1, Number(size));
  message.int(2, ELEMENT_TYPES[type]).text(8, name);
  message.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeValue(message: Message, { name, type, shape }: OnnxValue): void {
  message.text(1, name).message(2, (typeMessage) => {
    typeMessage.message(1, (tensor) => {
      tensor.int(1, ELEMENT_TYPES[type]).message(2, (shapeMessage) => {
        for (const size of shape)
          shapeMessage.message(1, (dimension) => {
            if (typeof size === 'string') dimension.text(2, size);
            else dimension.int(1, size);
          });
      });
    });
  });
}

/** A protobuf message being written. */
class Message {
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  int(field: number, value: number): this {
    return this.#varint(field * 8).#varint(value);
  }

  float(field: number, value: number): this {
    return this.#varint(field * 8 + 5).#append(new Uint8Array(Float32Array.of(value).buffer));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#varint(field * 8 + 2)
      .#varint(value.length)
      .#append(value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value));
  }

  message(field: number, write: (inner: Message) => void): this {
    const inner = new Message();
    write(inner);
    this.#varint(field * 8 + 2).#varint(inner.#size);
    for (const chunk of inner.#chunks) this.#append(chunk);
    return this;
  }

  finish(): Uint8Array {
    return Buffer.concat(this.#chunks, this.#size);
  }

  /** Negative numbers are written as 64-bit two's complement. */
  #varint(value: number): this {
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 127n) {
      bytes.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    return this.#append(Uint8Array.from(bytes));
  }

  #append(chunk: Uint8Array): this {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    return this;
  }
}
