/** The safetensors file format: an 8-byte header length, a JSON header, the tensors' bytes (little endian). */
import { EngineError, messageOf } from '../../errors.ts';

export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, NamedTensor>;
}

const BYTES = { F32: 4, F16: 2, BF16: 2 } as const;
type FloatType = keyof typeof BYTES;

interface Entry {
  readonly name: string;
  readonly dtype: FloatType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export function encodeSafetensors(
  tensors: readonly NamedTensor[],
  options: { dtype: 'F32' | 'F16'; metadata?: Readonly<Record<string, string>> },
): Uint8Array[] {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt', ...options.metadata } };
  let offset = 0;
  const bodies = tensors.map(({ name, shape, data }) => {
    const values = options.dtype === 'F16' ? new Float16Array(data) : data;
    header[name] = { dtype: options.dtype, shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  });
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ');
  padded.writeBigUInt64LE(BigInt(padded.length - 8));
  json.copy(padded, 8);
  return [padded, ...bodies];
}

/**
 * Reads F32, F16 and BF16 tensors as float32.
 * @param source the file's name, for errors.
 * @throws EngineError when the bytes are not a whole safetensors file.
 */
export function decodeSafetensors(bytes: Uint8Array<ArrayBuffer>, source: string): SafetensorsFile {
  const { metadata, entries, body } = readHeader(bytes, source);
  checkLayout(entries, body.byteLength, source);
  const tensors = new Map<string, NamedTensor>();
  for (const { name, dtype, shape, begin, end } of entries)
    tensors.set(name, { name, shape, data: toFloat32(body.slice(begin, end).buffer, dtype) });
  return { metadata, tensors };
}

function readHeader(bytes: Uint8Array<ArrayBuffer>, source: string) {
  if (bytes.byteLength < 8) throw new EngineError(`${source} is truncated: ${bytes.byteLength} bytes in all`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > bytes.byteLength - 8)
    throw new EngineError(
      `${source} is corrupt or truncated: a header of ${length} bytes in a file of ${bytes.byteLength}`,
    );
  let header: Record<string, unknown>;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length)));
  } catch (cause) {
    throw new EngineError(`${source} is corrupt: its header is not JSON (${messageOf(cause)})`, { cause });
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw new EngineError(`${source} is corrupt: its header is not an object`);
  const { __metadata__: metadata = {}, ...tensors } = header;
  return {
    metadata: metadata as Record<string, string>,
    entries: Object.entries(tensors).map(([name, value]) => parseEntry(name, value, source)),
    // not a Buffer, whose slice() would share memory
    body: new Uint8Array(bytes.buffer, bytes.byteOffset + 8 + length, bytes.byteLength - 8 - length),
  };
}

function parseEntry(name: string, value: unknown, source: string): Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  const naturals = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!naturals(shape) || !naturals(offsets) || offsets.length !== 2)
    throw new EngineError(`${source} is corrupt: tensor ${name} has no valid shape and offsets`);
  if (typeof dtype !== 'string' || !Object.hasOwn(BYTES, dtype))
    throw new EngineError(`${source}: tensor ${name} is of type ${dtype}, not F32, F16 or BF16`);
  const [begin, end] = offsets as [number, number];
  const expected = shape.reduce((product, size) => product * size, BYTES[dtype as FloatType]);
  if (end - begin !== expected)
    throw new EngineError(
      `${source} is corrupt: tensor ${name} [${shape}] of ${dtype} needs ${expected} bytes, has ${end - begin}`,
    );
  return { name, dtype: dtype as FloatType, shape, begin, end };
}

/** The tensors must cover the body without holes or overlaps. */
function checkLayout(entries: readonly Entry[], size: number, source: string): void {
  let at = 0;
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at)
      throw new EngineError(`${source} is corrupt: tensor ${name} starts at ${begin}, not ${at}`);
    at = end;
  }
  if (at !== size)
    throw new EngineError(
      `${source} is ${size < at ? 'truncated' : 'corrupt'}: tensors need ${at} bytes, the file has ${size}`,
    );
}

function toFloat32(buffer: ArrayBuffer, dtype: FloatType): Float32Array {
  if (dtype === 'F32') return new Float32Array(buffer);
  if (dtype === 'F16') return new Float32Array(new Float16Array(buffer));
  // bfloat16 is the upper half of a float32
  return new Float32Array(Uint32Array.from(new Uint16Array(buffer), (half) => half << 16).buffer);
}
