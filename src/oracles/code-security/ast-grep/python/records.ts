/** Classes that keep what they are made with under the names of their fields: dataclasses, named tuples, namespaces. */

import type { Expression, Statement } from './nodes.ts';
import type { LocalFunction } from './sightings.ts';
import { mergeTaint, unknown, type Value, withTaint } from './values.ts';

/** A class of the code. */
export interface LocalClass {
  /** Its own constructor, which says what becomes of the arguments. */
  readonly constructor: LocalFunction | undefined;
  /** Without a constructor and checks of its own: the annotated fields, in their order. */
  readonly fields: readonly string[] | undefined;
  /** What `self` holds, for all of its methods. */
  readonly attributes: Map<string, Value>;
}

/** Methods that look at the fields before anyone else does. */
const CHECKING = /^__(?:init|new|post_init|attrs_post_init)__$|valid|convert|clean/i;

/** The fields of a class that keeps its arguments as they come; undefined if it does something with them. */
export function fieldsOf(body: readonly Statement[], decoratorName: (node: Expression) => string) {
  const functions = body.filter((part) => part.kind === 'function');
  const checks = functions.some(
    ({ name, decorators }) =>
      CHECKING.test(name) || decorators.some((decorator) => CHECKING.test(decoratorName(decorator))),
  );
  return checks ? undefined : body.flatMap(annotatedName);
}

function annotatedName(part: Statement): string[] {
  const target =
    part.kind === 'expression' ? part.value : part.kind === 'assign' ? part.targets[0] : undefined;
  return target?.kind === 'name' ? [target.id] : [];
}

/** `namedtuple('Job', 'name size')`: the names. */
export function tupleFields(names: Value | undefined): readonly string[] {
  if (typeof names?.constant === 'string')
    return names.constant.split(/[\s,]+/).filter((name) => name !== '');
  return (names?.items ?? []).map(({ constant }) => (typeof constant === 'string' ? constant : ''));
}

/** An object with these fields. */
export function record(
  node: Expression,
  name: string,
  fields: readonly string[],
  { args, keywords }: { readonly args: readonly Value[]; readonly keywords: ReadonlyMap<string, Value> },
): Value {
  const entries = new Map(keywords);
  for (const [index, field] of fields.entries()) {
    const given = args[index];
    if (given !== undefined) entries.set(field, given);
  }
  return { ...unknown(node, `${name}()`), entries };
}

/** What an attribute holds whoever set it: the newest value, with the taint of all. */
export function keepAttribute(attributes: Map<string, Value>, path: string, value: Value): boolean {
  const before = attributes.get(path);
  const taint = mergeTaint([before?.taint, value.taint]);
  attributes.set(path, taint === value.taint ? value : withTaint(value, taint));
  return isNew(before, value);
}

/** Whether a value brings what an attacker writes to where there was none. */
export function isNew(before: Value | undefined, after: Value): boolean {
  const labels = new Set([...(before?.taint?.origins ?? [])].map(({ label }) => label));
  return [...(after.taint?.origins ?? [])].some(
    ({ label }) => (label === 'web' || label === 'input') && !labels.has(label),
  );
}
