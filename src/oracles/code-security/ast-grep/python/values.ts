/** What is known of a Python value without running the code. */
import type { Expression, Literal } from './nodes.ts';

/** Where untrusted or sensitive data comes from. */
export const LABELS = [
  /** A web request, or what a socket received. */
  'web',
  /** Command line, standard input. */
  'input',
  /** A parameter of the function. */
  'parameter',
  'environment',
  /** Content of a file or of another server's response. */
  'content',
  /** Passwords and the like, by the name that holds them. */
  'secret',
  /** A caught exception or its traceback. */
  'exception',
  /** The random module: predictable. */
  'random',
  /** Names of an archive's members. */
  'archive',
] as const;
export type Label = (typeof LABELS)[number];

/** One place where such data comes in. Compared by identity. */
export interface Origin {
  readonly label: Label;
}

export interface Taint {
  readonly origins: ReadonlySet<Origin>;
  /** Calls that all of it went through, and the guards that it passed: `shlex.quote`, `guard:member`. */
  readonly through: ReadonlySet<string>;
  /** The same of each kind of source by itself, where they differ. */
  readonly byLabel: ReadonlyMap<Label, ReadonlySet<string>> | undefined;
}

/** Every value has every field: objects of one shape are made and copied several times as fast. */
export interface Value {
  /** Dotted path of what it is: `os.system`, `flask.request.args.get()`; empty when unknown. */
  readonly name: string;
  readonly node: Expression;
  readonly taint: Taint | undefined;
  /** Other things that it may be, by the way that was taken. */
  readonly also: readonly string[] | undefined;
  /** Undefined when it is not known. */
  readonly constant: Literal | undefined;
  readonly bytes: true | undefined;
  /** Text with `{}` for each part that is not constant. */
  readonly text: string | undefined;
  readonly items: readonly Value[] | undefined;
  /** Of dictionaries: entries by constant key; `**` when there may be more. */
  readonly entries: ReadonlyMap<string, Value> | undefined;
  /** What was asked to get this truth value. */
  readonly question: Expression | undefined;
}

/** Hostile code must not make values grow. */
const MAX_NAME = 200;
const MAX_TEXT = 20_000;
const MAX_ORIGINS = 16;
const MAX_ALTERNATIVES = 4;

export function unknown(node: Expression, name = '', taint?: Taint): Value {
  return {
    name: shorten(name),
    node,
    taint,
    also: undefined,
    constant: undefined,
    bytes: undefined,
    text: undefined,
    items: undefined,
    entries: undefined,
    question: undefined,
  };
}

export function literal(node: Expression, constant: Literal, bytes = false): Value {
  return { ...unknown(node), constant, bytes: bytes ? true : undefined };
}

export function assembled(node: Expression, text: string, taint: Taint | undefined): Value {
  const known = text.length <= MAX_TEXT;
  if (!text.includes(HOLE) && known && taint === undefined) return literal(node, withoutHoles(text));
  return { ...unknown(node, '', taint), text: known ? withoutHoles(text) : undefined };
}

/** Stands for a part that is not constant while text is put together. */
export const HOLE = '\u{F0000}';

function withoutHoles(text: string): string {
  return text.replaceAll(HOLE, '{}');
}

/** Text of a value for putting together: its own, or a hole. */
export function textOf(value: Value): string {
  if (value.text !== undefined) return value.text.replaceAll('{}', HOLE);
  const { constant } = value;
  if (typeof constant === 'string' || typeof constant === 'number') return String(constant);
  return HOLE;
}

function shorten(name: string): string {
  return name.length > MAX_NAME ? `…${name.slice(-MAX_NAME)}` : name;
}

/** Step of a value that was made a number. */
export const NUMBER = 'number';

const NO_STEPS: ReadonlySet<string> = new Set();

export function taintOf(label: Label): Taint {
  return { origins: new Set([{ label }]), through: NO_STEPS, byLabel: undefined };
}

/** Through what all of it went: what any part did not pass, the whole did not pass. */
export function mergeTaint(taints: readonly (Taint | undefined)[]): Taint | undefined {
  let merged: Taint | undefined;
  for (const taint of taints) {
    if (taint === undefined || taint === merged) continue;
    if (merged === undefined) merged = taint;
    else {
      const origins = new Set([...merged.origins, ...taint.origins].slice(0, MAX_ORIGINS));
      const through = merged.through.intersection(taint.through);
      merged = { origins, through, byLabel: stepsByLabel(merged, taint) };
    }
  }
  return merged;
}

/** Steps that what has this label went through. */
export function stepsOf({ through, byLabel }: Taint, label: Label): ReadonlySet<string> {
  return byLabel?.get(label) ?? through;
}

/** `join(folder, basename(name))`: the name lost its folders, though the folder did not. */
function stepsByLabel(a: Taint, b: Taint): Taint['byLabel'] {
  if (a.byLabel === undefined && b.byLabel === undefined && a.through.size === 0 && b.through.size === 0)
    return undefined;
  const byLabel = new Map<Label, ReadonlySet<string>>();
  for (const { label } of a.origins) byLabel.set(label, stepsOf(a, label));
  for (const label of new Set([...b.origins].map((origin) => origin.label))) {
    const own = stepsOf(b, label);
    const other = byLabel.get(label);
    byLabel.set(label, other === undefined ? own : other.intersection(own));
  }
  return byLabel.size < 2 ? undefined : byLabel;
}

export function mergeValues(values: readonly (Value | undefined)[]): Taint | undefined {
  return mergeTaint(values.map((value) => value?.taint));
}

/** Everything inside a value: of containers the elements too. */
export function deepTaint(value: Value): Taint | undefined {
  const { taint, items, entries } = value;
  if (items === undefined && entries === undefined) return taint;
  const inner = [...(items ?? []), ...(entries?.values() ?? [])];
  return mergeTaint([taint, ...inner.map((item) => item.taint)]);
}

export function passed(taint: Taint | undefined, step: string): Taint | undefined {
  if (taint === undefined || step === '' || taint.through.has(step) || taint.through.size > 32) return taint;
  const through = new Set(taint.through).add(step);
  if (taint.byLabel === undefined) return { origins: taint.origins, through, byLabel: undefined };
  const byLabel = new Map([...taint.byLabel].map(([label, steps]) => [label, new Set(steps).add(step)]));
  return { origins: taint.origins, through, byLabel };
}

export function withTaint(value: Value, taint: Taint | undefined): Value {
  return { ...value, taint };
}

/** What a variable may be after two branches. */
export function joinValues(a: Value, b: Value): Value {
  if (a === b) return a;
  const taint = mergeTaint([a.taint, b.taint]);
  return {
    ...a,
    ...namesOfEither(a, b),
    taint,
    constant: b.constant === a.constant ? a.constant : undefined,
    text: a.text ?? (a.constant === undefined ? b.text : undefined),
  };
}

function namesOfEither(a: Value, b: Value): Pick<Value, 'name' | 'also'> {
  if (a.also === undefined && b.also === undefined && a.name === b.name)
    return { name: a.name, also: undefined };
  const names = new Set([a.name, b.name, ...(a.also ?? []), ...(b.also ?? [])].filter((name) => name !== ''));
  const [name = '', ...also] = [...names].slice(0, MAX_ALTERNATIVES);
  return { name, also: also.length > 0 ? also : undefined };
}

/** What a loop takes out of a value. */
export function elementOf(value: Value, node: Expression): Value {
  const [first, ...rest] = value.items ?? [];
  if (first !== undefined) return rest.slice(0, 20).reduce(joinValues, first);
  return unknown(node, value.name === '' ? '' : `${value.name}[]`, value.taint);
}
