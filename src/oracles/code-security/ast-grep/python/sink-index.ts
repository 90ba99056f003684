/** Finds the sinks that a sighting may be about, without trying all of them. */
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

export type SinkIndex<R> = Map<string, Entry<R>[]>;

/** `*` at the beginning of a called name stands for what is before a dot; in an assigned name for anything. */
export function indexSinks<R>(rules: readonly { rule: R; flow: FlowRule }[]): SinkIndex<R> {
  const index: SinkIndex<R> = new Map();
  const add = (key: string, entry: Entry<R>) => {
    const entries = index.get(key);
    if (entries === undefined) index.set(key, [entry]);
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
      } else if ('check' in sink) add('check', entry);
      else add('return' in sink ? 'return' : 'divide' in sink ? 'divide' : 'compare', entry);
    }
  }
  return index;
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

export function candidates<R>(index: SinkIndex<R>, { kind, names }: Sighting): Entry<R>[] {
  const found: Entry<R>[] = [];
  if (kind === 'call' || kind === 'assign') {
    const wild = index.get(`${kind} *`);
    for (const name of names) {
      const own = index.get(`${kind} ${lastPart(name)}`);
      if (own !== undefined) for (const entry of own) if (entry.pattern!.test(name)) found.push(entry);
      if (wild !== undefined) for (const entry of wild) if (entry.pattern!.test(name)) found.push(entry);
    }
  } else found.push(...(index.get(kind) ?? []));
  found.push(...(index.get('check') ?? []));
  return found;
}

/** `headers[Location]` of `response.headers[Location]` is `[Location]`. */
function lastPart(name: string): string {
  const bracket = name.endsWith(']') ? name.lastIndexOf('[') : -1;
  return bracket >= 0 ? name.slice(bracket) : name.slice(name.lastIndexOf('.') + 1);
}
