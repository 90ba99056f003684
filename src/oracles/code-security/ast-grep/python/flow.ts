/** Tries the flow rules on everything that the evaluation of a module tells. */

import { runCheck } from './checks.ts';
import type { Sighting } from './evaluate.ts';
import type { Condition, FlowRule, Sink } from './flow-schema.ts';
import { runModule } from './run.ts';
import { readModule } from './statements.ts';
import { textPattern } from './text-pattern.ts';
import { deepTaint, NUMBER, type Taint, type Value } from './values.ts';

export interface Place {
  readonly start: number;
  readonly end: number;
}

export interface CompiledFlow<R> {
  /** @returns the rules that apply, with the place of each finding; no place twice. */
  run(code: string, active: ReadonlySet<R>): { rule: R; place: Place }[];
}

interface Entry<R> {
  readonly rule: R;
  readonly flow: FlowRule;
  readonly sink: Sink;
  readonly pattern?: RegExp;
}

/** Guards that end taint unless a rule names its own: those that leave an attacker no choice that matters. */
const DEFAULT_GUARDS: NonNullable<FlowRule['guards']> = [
  'member',
  'equal',
  'match',
  'type',
  'prefix',
  'relative',
  'custom',
];

export function compileFlows<R>(rules: readonly { rule: R; flow: FlowRule }[]): CompiledFlow<R> {
  const index = indexSinks(rules);
  return {
    run(code, active) {
      const found = new Map<string, { rule: R; place: Place }>();
      const texts = new Map<FlowRule, boolean>();
      const applies = (flow: FlowRule): boolean => {
        let known = texts.get(flow);
        if (known === undefined) {
          known =
            (flow.code === undefined || textPattern(flow.code).test(code)) &&
            (flow.codeLacks === undefined || !textPattern(flow.codeLacks).test(code));
          texts.set(flow, known);
        }
        return known;
      };
      const ids = new Map<R, number>();
      runModule(readModule(code), (sighting) => {
        for (const entry of candidates(index, sighting)) {
          if (!active.has(entry.rule) || !applies(entry.flow) || !matches(entry, sighting, code)) continue;
          const { start, end } = sighting.node;
          if (!ids.has(entry.rule)) ids.set(entry.rule, ids.size);
          const key = `${ids.get(entry.rule)} ${start}`;
          if (!found.has(key)) found.set(key, { rule: entry.rule, place: { start, end } });
        }
      });
      return [...found.values()].sort((a, b) => a.place.start - b.place.start);
    },
  };
}

interface SinkIndex<R> {
  /** By the last part of the name. */
  readonly byName: Map<string, Entry<R>[]>;
  readonly byKind: Map<string, Entry<R>[]>;
}

function indexSinks<R>(rules: readonly { rule: R; flow: FlowRule }[]): SinkIndex<R> {
  const index: SinkIndex<R> = { byName: new Map(), byKind: new Map() };
  const add = (map: Map<string, Entry<R>[]>, key: string, entry: Entry<R>) => {
    const entries = map.get(key);
    if (entries === undefined) map.set(key, [entry]);
    else entries.push(entry);
  };
  for (const { rule, flow } of rules) {
    for (const sink of flow.sinks) {
      if ('call' in sink || 'assign' in sink) {
        const kind = 'call' in sink ? 'call' : 'assign';
        for (const name of ('call' in sink ? sink.call : sink.assign).flatMap(expandBraces)) {
          const last = lastPart(name);
          add(index.byName, last.includes('*') ? `${kind} *` : `${kind} ${last}`, {
            rule,
            flow,
            sink,
            pattern: glob(name),
          });
        }
      } else if ('check' in sink) add(index.byKind, 'check', { rule, flow, sink });
      else {
        const kind = 'return' in sink ? 'return' : 'divide' in sink ? 'divide' : 'compare';
        add(index.byKind, kind, { rule, flow, sink });
      }
    }
  }
  return index;
}

function* candidates<R>(index: SinkIndex<R>, { kind, names }: Sighting): Iterable<Entry<R>> {
  if (kind === 'call' || kind === 'assign') {
    for (const name of names) {
      const lists = [index.byName.get(`${kind} ${lastPart(name)}`), index.byName.get(`${kind} *`)];
      for (const entry of lists.flatMap((list) => list ?? [])) if (entry.pattern!.test(name)) yield entry;
    }
  } else if (kind === 'return' || kind === 'compare' || kind === 'divide')
    yield* index.byKind.get(kind) ?? [];
  yield* index.byKind.get('check') ?? [];
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** `a.{b,c}` is `a.b` and `a.c`. */
export function expandBraces(name: string): string[] {
  const match = /^(.*?)\{([^{}]*)\}(.*)$/.exec(name);
  if (match === null) return [name];
  return match[2]!.split(',').flatMap((part) => expandBraces(match[1]! + part + match[3]!));
}

const globs = new Map<string, RegExp>();

/** `*` stands for anything. */
function glob(pattern: string): RegExp {
  let compiled = globs.get(pattern);
  if (compiled === undefined) {
    const body = expandBraces(pattern)
      .map((name) => name.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*'))
      .join('|');
    compiled = new RegExp(`^(?:${body})$`, 's');
    globs.set(pattern, compiled);
  }
  return compiled;
}

function matches<R>({ flow, sink }: Entry<R>, sighting: Sighting, code: string): boolean {
  const { scope, names } = sighting;
  if (sink.except?.some((name) => names.some((own) => glob(name).test(own)))) return false;
  if (sink.function !== undefined && !textPattern(sink.function).test(scope.fn?.name ?? '')) return false;
  if (sink.route !== undefined && (scope.entry === 'web') !== sink.route) return false;
  if ('check' in sink && !runCheck(sink.check, sighting, code)) return false;
  if ('divide' in sink && (scope.tries > 0 || sighting.args[0]?.text !== undefined)) return false;
  if ('compare' in sink && !sink.compare.includes(sighting.names[0]!)) return false;
  for (const [where, condition] of Object.entries(sink.when ?? {})) {
    const values = valuesAt(sighting, where);
    const uncertain =
      values.length === 0 && sighting.keywords.has('**') && !['value', 'receiver'].includes(where);
    if (uncertain) return false;
    const holds =
      values.length === 0
        ? holdsFor(condition, undefined, code)
        : values.some((value) => holdsFor(condition, value, code));
    if (!holds) return false;
  }
  if (flow.from === undefined || 'check' in sink) return true;
  const where =
    'call' in sink ? (sink.argument ?? '0') : 'compare' in sink ? 'any' : 'divide' in sink ? '1' : 'value';
  return valuesAt(sighting, where).some((value) => isTainted(deepTaint(value), flow));
}

function isTainted(
  taint: Taint | undefined,
  {
    from,
    cleanedBy = [],
    guards = DEFAULT_GUARDS,
    numbers,
  }: Pick<FlowRule, 'from' | 'cleanedBy' | 'guards' | 'numbers'>,
): boolean {
  if (taint === undefined) return false;
  const labels: readonly string[] = from ?? [];
  if (![...taint.origins].some(({ label }) => labels.includes(label))) return false;
  if (numbers !== true && taint.through.has(NUMBER)) return false;
  for (const step of taint.through) {
    if (step.startsWith('guard:')) {
      if (guards.some((guard) => step === `guard:${guard}`)) return false;
    } else if (cleanedBy.some((name) => glob(name).test(step))) return false;
  }
  return true;
}

function valuesAt(sighting: Sighting, where: string): Value[] {
  const { args, keywords, receiver, value } = sighting;
  return where.split('|').flatMap((part) => {
    if (part === 'value') return value === undefined ? [] : [value];
    if (part === 'receiver') return receiver === undefined ? [] : [receiver];
    if (part === 'any') return [...args, ...keywords.values()];
    if (part === 'rest') return args.slice(1);
    const own = /^\d+$/.test(part) ? args[Number(part)] : keywords.get(part);
    return own === undefined ? [] : [own];
  });
}

function holdsFor(condition: Condition, value: Value | undefined, code: string): boolean {
  const { not, any, absent } = condition;
  if (absent !== undefined && absent !== (value === undefined)) return false;
  if (not !== undefined && holdsFor(not, value, code)) return false;
  if (any?.some((inner) => holdsFor(inner, value, code)) === false) return false;
  const rest = Object.keys(condition).some((key) => !['not', 'any', 'absent'].includes(key));
  return !rest || (value !== undefined && valueHolds(condition, value, code));
}

function valueHolds(condition: Condition, value: Value, code: string): boolean {
  const {
    is,
    matches,
    has,
    below,
    atLeast,
    bits,
    constant,
    truthy,
    assembled,
    from,
    named,
    source,
    through,
  } = condition;
  const known = value.constant;
  if (is !== undefined && !is.some((item) => equals(item, value))) return false;
  if (matches !== undefined && !textMatches(matches, value)) return false;
  if (has !== undefined && !hasText(has, value)) return false;
  if (below !== undefined && !(typeof known === 'number' && known < below)) return false;
  if (atLeast !== undefined && !(typeof known === 'number' && known >= atLeast)) return false;
  if (bits !== undefined && !(typeof known === 'number' && (known & bits) !== 0)) return false;
  if (constant !== undefined && (known !== undefined) !== constant) return false;
  if (truthy !== undefined && (known === undefined || Boolean(known) !== truthy)) return false;
  if (assembled !== undefined && (value.text !== undefined) !== assembled) return false;
  if (
    from !== undefined &&
    !isTainted(deepTaint(value), { from: from as FlowRule['from'], guards: [], numbers: condition.numbers })
  )
    return false;
  if (through !== undefined && !wentThrough(value, through)) return false;
  const text = code.slice(value.node.start, value.node.end);
  if (source !== undefined && !textPattern(source).test(text)) return false;
  return named === undefined || textPattern(named).test(lastName(text));
}

function wentThrough(value: Value, steps: readonly string[]): boolean {
  const through = [...(deepTaint(value)?.through ?? [])];
  return steps.some((name) => through.some((step) => glob(name).test(step)));
}

function equals(item: string | number | boolean | null, value: Value): boolean {
  if (value.constant !== undefined && value.constant === item) return true;
  if (typeof item === 'boolean' && typeof value.constant === 'number') return value.constant === Number(item);
  return (
    typeof item === 'string' &&
    value.name !== '' &&
    [value.name, ...(value.also ?? [])].some((name) => glob(item).test(name))
  );
}

function textMatches(pattern: string, value: Value): boolean {
  const text = typeof value.constant === 'string' ? value.constant : value.text;
  return text !== undefined && textPattern(pattern).test(text);
}

function hasText(pattern: string, value: Value, depth = 0): boolean {
  if (textMatches(pattern, value)) return true;
  if (depth > 8) return false;
  const inner = [...(value.items ?? []), ...(value.entries?.values() ?? [])];
  return inner.some((item) => hasText(pattern, item, depth + 1));
}

/** `self.user.token`, `row["token"]`, `get_token()`: token. */
function lastName(source: string): string {
  return /(\w+)\W*$/.exec(source.slice(-200))?.[1] ?? '';
}
