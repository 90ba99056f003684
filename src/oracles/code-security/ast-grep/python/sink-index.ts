/** Finds the sinks that a sighting may be about, without trying all of them. */
import { kindsOfCheck } from './checks.ts';
import type { Sighting } from './evaluate.ts';
import type { Condition, FlowRule, Sink } from './flow-schema.ts';
import { expandBraces, glob } from './glob.ts';

/** A sink of a rule. */
export interface Entry<R> {
  readonly rule: R;
  readonly flow: FlowRule;
  readonly sink: Sink;
  /** `when`, its places apart. */
  readonly conditions: readonly (readonly [readonly string[], Condition])[];
  /** The places that must be tainted. */
  readonly argument: readonly string[];
  readonly pattern?: RegExp;
}

export interface SinkIndex<R> {
  /** By kind, for `call` and `assign` with the last part of the name, or `*`. */
  readonly sinks: ReadonlyMap<string, readonly Entry<R>[]>;
  /** Checks by the kind that they are about. */
  readonly checks: ReadonlyMap<string, readonly Entry<R>[]>;
  /** Names that were asked for before: the same ones come again and again. */
  readonly known: {
    readonly call: Map<string, readonly Entry<R>[]>;
    readonly assign: Map<string, readonly Entry<R>[]>;
  };
}

/** Hostile names must not fill the memory. */
const MAX_KNOWN = 5000;

/** `*` at the beginning of a called name stands for what is before a dot; in an assigned name for anything. */
export function indexSinks<R>(rules: readonly { rule: R; flow: FlowRule }[]): SinkIndex<R> {
  const sinks = new Map<string, Entry<R>[]>();
  const checks = new Map<string, Entry<R>[]>();
  const add = (key: string, entry: Entry<R>, to = sinks) => {
    const entries = to.get(key);
    if (entries === undefined) to.set(key, [entry]);
    else entries.push(entry);
  };
  for (const { rule, flow } of rules) {
    for (const sink of flow.sinks) {
      const entry: Entry<R> = {
        rule,
        flow,
        sink,
        conditions: Object.entries(sink.when ?? {}).map(([where, condition]) => [
          where.split('|'),
          condition,
        ]),
        argument: argumentOf(sink).split('|'),
      };
      if ('call' in sink || 'assign' in sink) {
        const kind = 'call' in sink ? 'call' : 'assign';
        const names = ('call' in sink ? sink.call : sink.assign).flatMap(expandBraces);
        for (const [key, group] of Map.groupBy(names, (name) => keyOf(kind, name))) {
          add(key, { ...entry, pattern: glob(`{${group.join(',')}}`) });
        }
      } else if ('check' in sink) {
        for (const kind of kindsOfCheck(sink.check)) add(kind, entry, checks);
      } else add('return' in sink ? 'return' : 'divide' in sink ? 'divide' : 'compare', entry);
    }
  }
  return { sinks, checks, known: { call: new Map(), assign: new Map() } };
}

function argumentOf(sink: Sink): string {
  if ('call' in sink) return sink.argument ?? '0';
  if ('compare' in sink) return 'any';
  return 'divide' in sink ? '1' : 'value';
}

function keyOf(kind: 'call' | 'assign', name: string): string {
  const last = lastPart(name);
  const fixed = kind === 'call' ? last.replace(/^\*+(?=\w)/, '') : last;
  return fixed.includes('*') ? `${kind} *` : `${kind} ${fixed}`;
}

export function candidates<R>(index: SinkIndex<R>, { kind, names }: Sighting): readonly Entry<R>[] {
  if (kind === 'call' || kind === 'assign') {
    if (names.length === 1) return named(index, kind, names[0]!);
    return names.flatMap((name) => named(index, kind, name));
  }
  return [...(index.sinks.get(kind) ?? []), ...(index.checks.get(kind) ?? [])];
}

function named<R>({ sinks, checks, known }: SinkIndex<R>, kind: 'call' | 'assign', name: string) {
  const before = known[kind].get(name);
  if (before !== undefined) return before;
  const all = [...(sinks.get(`${kind} ${lastPart(name)}`) ?? []), ...(sinks.get(`${kind} *`) ?? [])];
  const found = [...all.filter(({ pattern }) => pattern!.test(name)), ...(checks.get(kind) ?? [])];
  if (known[kind].size >= MAX_KNOWN) known[kind].clear();
  known[kind].set(name, found);
  return found;
}

/** `headers[Location]` of `response.headers[Location]` is `[Location]`. */
function lastPart(name: string): string {
  const bracket = name.endsWith(']') ? name.lastIndexOf('[') : -1;
  return bracket >= 0 ? name.slice(bracket) : name.slice(name.lastIndexOf('.') + 1);
}
