/** Finds the sinks that a sighting may be about, without trying all of them. */
import { kindsOfCheck } from './checks.ts';
import type { Condition, FlowRule, Sink } from './flow-schema.ts';
import { expandBraces, glob } from './glob.ts';
import { remembered } from './names.ts';
import type { Sighting } from './sightings.ts';

/** A sink of a rule. */
export interface Entry<R> {
  readonly rule: R;
  /** Its rule's place among the rules. */
  readonly index: number;
  readonly flow: FlowRule;
  readonly sink: Sink;
  /** `when`, its places apart. */
  readonly conditions: readonly (readonly [readonly string[], Condition])[];
  /** The places that must be tainted. */
  readonly argument: readonly string[];
  readonly pattern?: RegExp;
}

export interface SinkIndex<R> {
  /** Sinks and checks of the kinds that have no names. */
  readonly unnamed: ReadonlyMap<string, readonly Entry<R>[]>;
  /** Those of the other two, of a name. */
  readonly call: (name: string) => readonly Entry<R>[];
  readonly assign: (name: string) => readonly Entry<R>[];
}

/** `*` at the beginning of a called name stands for what is before a dot; in an assigned name for anything. */
export function indexSinks<R>(rules: readonly { rule: R; flow: FlowRule }[]): SinkIndex<R> {
  const sinks = new Map<string, Entry<R>[]>();
  const checks = new Map<string, Entry<R>[]>();
  const add = (key: string, entry: Entry<R>, to = sinks) => {
    const entries = to.get(key);
    if (entries === undefined) to.set(key, [entry]);
    else entries.push(entry);
  };
  for (const [index, { rule, flow }] of rules.entries()) {
    for (const sink of flow.sinks) {
      const entry: Entry<R> = {
        rule,
        index,
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
  const kinds = new Set([...sinks.keys(), ...checks.keys()]);
  return {
    unnamed: new Map(
      [...kinds].map((kind) => [kind, [...(sinks.get(kind) ?? []), ...(checks.get(kind) ?? [])]]),
    ),
    call: remembered((name) => named({ sinks, checks }, 'call', name)),
    assign: remembered((name) => named({ sinks, checks }, 'assign', name)),
  };
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
  if (kind !== 'call' && kind !== 'assign') return index.unnamed.get(kind) ?? NOTHING;
  return names.length === 1 ? index[kind](names[0]!) : names.flatMap(index[kind]);
}

const NOTHING: readonly never[] = [];

interface Sinks<R> {
  /** By kind, for `call` and `assign` with the last part of the name, or `*`. */
  readonly sinks: ReadonlyMap<string, readonly Entry<R>[]>;
  /** Checks by the kind that they are about. */
  readonly checks: ReadonlyMap<string, readonly Entry<R>[]>;
}

function named<R>({ sinks, checks }: Sinks<R>, kind: 'call' | 'assign', name: string): Entry<R>[] {
  const all = [...(sinks.get(`${kind} ${lastPart(name)}`) ?? []), ...(sinks.get(`${kind} *`) ?? [])];
  return [...all.filter(({ pattern }) => pattern!.test(name)), ...(checks.get(kind) ?? [])];
}

/** `headers[Location]` of `response.headers[Location]` is `[Location]`. */
function lastPart(name: string): string {
  const bracket = name.endsWith(']') ? name.lastIndexOf('[') : -1;
  return bracket >= 0 ? name.slice(bracket) : name.slice(name.lastIndexOf('.') + 1);
}
