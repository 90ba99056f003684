/** Calls of functions of the code: what they are given, and what they make of it. */
import { CLEANING } from './known-functions.ts';
import type { Call } from './nodes.ts';
import type { LocalFunction } from './sightings.ts';
import { deepTaint, mergeTaint, type Taint, unknown, type Value, withTaint } from './values.ts';

/** Remembers the taint of the arguments by the names of the parameters. */
export function give(
  local: LocalFunction,
  args: readonly Value[],
  keywords: ReadonlyMap<string, Value>,
): void {
  const parameters = local.node.parameters.filter(({ name }) => name !== 'self' && name !== 'cls');
  for (const [index, { name, star }] of parameters.entries()) {
    const own = keywords.get(name) ?? args[index] ?? keywords.get('**');
    const values =
      star === '*' ? args.slice(index) : star === '**' ? [...keywords.values()] : own ? [own] : [];
    const taint = mergeTaint(values.map(deepTaint));
    if (taint !== undefined) local.given.set(name, mergeTaint([local.given.get(name), taint])!);
  }
}

/** What a call gives back: what the function made of its parameters, it makes of what it is given here. */
export function returned(
  node: Call,
  local: LocalFunction,
  args: readonly Value[],
  keywords: ReadonlyMap<string, Value>,
): Value {
  if (local.returns === undefined) return unknown(node, `${local.node.name}()`);
  const value = { ...local.returns, node };
  const { taint } = value;
  if (taint === undefined) return value;
  const theirs = new Set([...local.given.values()].flatMap(({ origins }) => [...origins]));
  const own = [...taint.origins].filter((origin) => origin.label !== 'parameter' && !theirs.has(origin));
  if (own.length === taint.origins.size) return value;
  const given = mergeTaint([...args, ...keywords.values()].map(deepTaint));
  const steps = new Set([...taint.through, ...(given?.through ?? [])]);
  if (changes(taint) && CLEANING.test(local.node.name)) steps.add('guard:custom');
  const kept: Taint | undefined =
    own.length === 0 ? undefined : { origins: new Set(own), through: taint.through, byLabel: undefined };
  const passing =
    given === undefined ? undefined : { origins: given.origins, through: steps, byLabel: undefined };
  return withTaint(value, mergeTaint([kept, passing]));
}

/** What leaves every dangerous character in its place: a function that does nothing else cleans nothing. */
const KEEPING =
  /(?:^|\.)(?:l?strip|rstrip|lower|upper|title|casefold|encode|decode|str|format|join|split|\[\])$/;

function changes({ through }: Taint): boolean {
  return [...through].some((step) => !KEEPING.test(step));
}
