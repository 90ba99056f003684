/** Constants and assembled texts: what operators, methods and built-in functions make of them. */
import type { Expression } from './nodes.ts';
import { assembled, HOLE, literal, mergeValues, passed, textOf, unknown, type Value } from './values.ts';

/** Modes of stat.h that decide permissions, and sizes of blocks in bytes. */
const CONSTANTS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    'Crypto.Cipher.AES.block_size': 16,
    'AES.block_size': 16,
    'Crypto.Cipher.DES.block_size': 8,
    'stat.S_IRWXU': 0o700,
    'stat.S_IRUSR': 0o400,
    'stat.S_IWUSR': 0o200,
    'stat.S_IXUSR': 0o100,
    'stat.S_IRWXG': 0o070,
    'stat.S_IRGRP': 0o040,
    'stat.S_IWGRP': 0o020,
    'stat.S_IXGRP': 0o010,
    'stat.S_IRWXO': 0o007,
    'stat.S_IROTH': 0o004,
    'stat.S_IWOTH': 0o002,
    'stat.S_IXOTH': 0o001,
  }),
);

export function namedConstant(name: string): number | undefined {
  return CONSTANTS.get(name);
}

/** Longer texts are not put together. */
const MAX_REPEATED = 1000;

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '//': (a, b) => Math.floor(a / b),
  '**': (a, b) => a ** b,
  '|': (a, b) => a | b,
  '&': (a, b) => a & b,
  '^': (a, b) => a ^ b,
  '<<': (a, b) => (b < 31 ? a << b : a * 2 ** b),
  '>>': (a, b) => a >> b,
};

export function foldBinary(node: Expression, op: string, left: Value, right: Value): Value {
  const [a, b] = [left.constant, right.constant];
  const taint = mergeValues([left, right]);
  if (typeof a === 'number' && typeof b === 'number') {
    const result = ARITHMETIC[op]?.(a, b);
    return result === undefined ? unknown(node) : literal(node, result);
  }
  if (op === '+' && (isText(left) || isText(right))) {
    return assembled(node, textOf(left) + textOf(right), taint);
  }
  if (op === '+' && (left.items !== undefined || right.items !== undefined)) {
    const items = [...(left.items ?? [left]), ...(right.items ?? [right])].slice(0, 100);
    return { ...unknown(node, '', taint), items };
  }
  if (op === '*' && typeof (isText(left) ? b : a) === 'number' && isText(left) !== isText(right)) {
    const [text, count] = isText(left) ? [left.constant, b] : [right.constant, a];
    if (
      typeof text === 'string' &&
      typeof count === 'number' &&
      count >= 0 &&
      text.length * count <= MAX_REPEATED
    ) {
      return literal(node, text.repeat(count), left.bytes ?? right.bytes ?? false);
    }
    return unknown(node, '', taint);
  }
  if (op === '%' && isText(left)) {
    const items = right.items ?? [right];
    const all = mergeValues([left, right, ...items, ...(right.entries?.values() ?? [])]);
    return assembled(node, percent(textOf(left), items, right.entries), all);
  }
  if (op === '%' && (typeof a === 'number' || typeof b === 'number') && !isText(left)) {
    return unknown(node, '', taint);
  }
  // `base / name` of pathlib.
  if (op === '/') return unknown(node, left.name.endsWith('()') ? left.name : `${left.name}./()`, taint);
  if (op === '|' && left.entries !== undefined && right.entries !== undefined) {
    const entries = new Map([...left.entries, ...right.entries]);
    return { ...unknown(node, '', taint), entries };
  }
  return unknown(node, '', taint);
}

export function isText(value: Value): boolean {
  return value.text !== undefined || typeof value.constant === 'string';
}

/** `%d` makes a number of what it is given. */
function percent(text: string, items: readonly Value[], entries: Value['entries']): string {
  let next = 0;
  return text.replace(
    /%(?:\((\w+)\))?[-+ #0]*(?:\d+|\*)?(?:\.\d+)?([sdrifxXeEgGcoa%])/g,
    (_whole, key, type) => {
      if (type === '%') return '%';
      const value = key === undefined ? items[next++] : entries?.get(key);
      return value === undefined ? HOLE : textOf(value);
    },
  );
}

/** Taint that a method of a text leaves: `%d` and the like take it away (CWE-20). */
export function formatText(
  text: string,
  args: readonly Value[],
  keywords: ReadonlyMap<string, Value>,
): string {
  let next = 0;
  return text.replace(/\{\{|\}\}|\{([^{}:!]*)[^{}]*\}/g, (whole, field: string | undefined) => {
    if (whole === '{{' || whole === '}}') return whole[0]!;
    const key = field ?? '';
    const value = key === '' ? args[next++] : (args[Number(key)] ?? keywords.get(key));
    return value === undefined ? HOLE : textOf(value);
  });
}

/** Results of methods on texts that are known. Undefined if there is nothing to know. */
export function foldMethod(
  node: Expression,
  method: string,
  receiver: Value,
  args: readonly Value[],
  keywords: ReadonlyMap<string, Value>,
): Value | undefined {
  if (!isText(receiver)) return undefined;
  const inputs = [receiver, ...args, ...keywords.values(), ...args.flatMap((arg) => arg.items ?? [])];
  const taint = mergeValues(inputs);
  const { constant } = receiver;
  switch (method) {
    case 'format':
      return assembled(node, formatText(rawText(receiver), args, keywords), taint);
    case 'format_map': {
      const entries = args[0]?.entries;
      const all = mergeValues([...inputs, ...(entries?.values() ?? [])]);
      return assembled(node, formatText(rawText(receiver), [], entries ?? new Map()), all);
    }
    case 'substitute':
    case 'safe_substitute': {
      const entries = args[0]?.entries;
      const all = mergeValues([...inputs, ...(entries?.values() ?? [])]);
      return assembled(node, substituted(rawText(receiver), entries ?? keywords), all);
    }
    case 'join': {
      const items = args[0]?.items;
      const text = items === undefined ? HOLE : items.map(textOf).join(textOf(receiver));
      return assembled(node, text, taint);
    }
    case 'encode':
    case 'decode':
    case 'strip':
    case 'rstrip':
    case 'lstrip':
    case 'lower':
    case 'casefold':
    case 'upper':
    case 'title':
      if (typeof constant === 'string')
        return literal(node, changeCase(constant, method), method === 'encode');
      return { ...receiver, node };
    case 'replace': {
      const [from, to] = [args[0]?.constant, args[1]?.constant];
      if (typeof constant === 'string' && typeof from === 'string' && typeof to === 'string') {
        return literal(node, from === '' ? constant : constant.split(from).join(to).slice(0, 20_000));
      }
      if (typeof from === 'string' && from !== '' && args[1] !== undefined) {
        return assembled(node, textOf(receiver).split(from).join(textOf(args[1])), taint);
      }
      return { ...receiver, node, taint: taint ?? receiver.taint };
    }
    default:
      return undefined;
  }
}

/** Text of string.Template: `$name`, `${name}`. */
function substituted(text: string, values: ReadonlyMap<string, Value>): string {
  return text.replace(/\$(?:\$|(\w+)|\{(\w+)\})/g, (whole, bare?: string, braced?: string) => {
    if (whole === '$$') return '$';
    const value = values.get(bare ?? braced ?? '');
    return value === undefined ? HOLE : textOf(value);
  });
}

/** A template's own text: `{}` in it is a field. */
function rawText(value: Value): string {
  return typeof value.constant === 'string' ? value.constant : (value.text ?? '');
}

function changeCase(text: string, method: string): string {
  if (method === 'lower' || method === 'casefold') return text.toLowerCase();
  if (method === 'upper') return text.toUpperCase();
  return method === 'strip' ? text.trim() : text;
}

/** Built-in functions on what is known. */
export function foldCall(node: Expression, name: string, args: readonly Value[]): Value | undefined {
  const [first] = args;
  const constant = first?.constant;
  switch (name) {
    case 'chr':
      return typeof constant === 'number' && constant >= 0 && constant <= 0x10ffff
        ? literal(node, String.fromCodePoint(constant))
        : undefined;
    case 'str':
    case 'bytes':
    case 'bytearray':
    case 'repr':
      if (first === undefined) return undefined;
      if (name !== 'str' && typeof constant === 'number') {
        return constant >= 0 && constant <= MAX_REPEATED
          ? literal(node, '\0'.repeat(constant), true)
          : undefined;
      }
      return constant !== undefined && constant !== null ? literal(node, String(constant)) : undefined;
    case 'int':
      return typeof constant === 'number' ? literal(node, constant) : undefined;
    case 'bool':
      return constant === undefined ? undefined : literal(node, truth(constant));
    case 'string.Template':
      return typeof constant === 'string'
        ? { ...literal(node, constant), name: 'string.Template()' }
        : undefined;
    case 'operator.add':
    case 'operator.concat':
    case 'operator.iadd':
    case 'operator.mod':
      if (first === undefined || args[1] === undefined) return undefined;
      return foldBinary(node, name === 'operator.mod' ? '%' : '+', first, args[1]);
    case 'os.path.splitext': {
      if (first?.taint === undefined) return undefined;
      const stem = unknown(node, '', passed(first.taint, name));
      const extension = unknown(node, '', passed(first.taint, '.suffix'));
      return { ...unknown(node, 'os.path.splitext()', passed(first.taint, name)), items: [stem, extension] };
    }
    case 'bytes.fromhex':
      return typeof constant === 'string' && /^(?:[\da-f]{2})*$/i.test(constant)
        ? literal(node, Buffer.from(constant, 'hex').toString('latin1'), true)
        : undefined;
    case 'base64.b64decode':
      return typeof constant === 'string' && constant.length < 10_000
        ? literal(node, Buffer.from(constant, 'base64').toString('latin1'), true)
        : undefined;
    default:
      return undefined;
  }
}

export function truth(constant: NonNullable<Value['constant']> | null): boolean {
  return Boolean(constant);
}

/** What `object[a:b]` is. */
export function sliced(node: Extract<Expression, { kind: 'subscript' }>, object: Value): Value {
  const { constant } = object;
  const parts = node.index.kind === 'slice' ? node.index.parts : [];
  const step = parts[0];
  const reversed =
    parts.length === 1 &&
    step?.kind === 'unary' &&
    step.op === '-' &&
    step.operand.kind === 'literal' &&
    step.operand.value === 1;
  if (typeof constant === 'string' && reversed) return literal(node, [...constant].reverse().join(''));
  if (isText(object)) return { ...object, node };
  return unknown(node, object.name === '' ? '' : `${object.name}[]`, object.taint);
}
