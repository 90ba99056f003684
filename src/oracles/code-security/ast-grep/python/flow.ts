/** Tries the flow rules on everything that the evaluation of a module tells. */
import { runCheck } from './checks.ts';
import { holdsFor, isTainted } from './conditions.ts';
import type { FlowRule } from './flow-schema.ts';
import { glob } from './glob.ts';
import { runModule } from './run.ts';
import type { Sighting } from './sightings.ts';
import { candidates, type Entry, indexSinks } from './sink-index.ts';
import { readModule } from './statements.ts';
import { textPattern } from './text-pattern.ts';
import { deepTaint, type Value } from './values.ts';

export interface Place {
  readonly start: number;
  readonly end: number;
}

export interface CompiledFlow<R> {
  /**
   * @param isTried whether a rule is to be tried on the code; asked once a rule, of those that have a sink in it
   * @returns the rules that apply, with the place of each finding; no place twice
   */
  run(code: string, isTried: (rule: R) => boolean): { rule: R; place: Place }[];
}

export function compileFlows<R>(rules: readonly { rule: R; flow: FlowRule }[]): CompiledFlow<R> {
  const index = indexSinks(rules);
  return {
    run(code, isTried) {
      const found = new Map<R, Map<number, Place>>();
      const tried = oncePerRule(rules.length, ({ rule }: Entry<R>) => isTried(rule));
      const applies = oncePerRule(rules.length, ({ flow }: Entry<R>) => codeMatches(flow, code));
      runModule(readModule(code), (sighting) => {
        for (const entry of candidates(index, sighting)) {
          if (!tried(entry) || !matches(entry, sighting, code) || !applies(entry)) continue;
          const { start, end } = sighting.node;
          const places = found.get(entry.rule) ?? new Map<number, Place>();
          if (!places.has(start)) places.set(start, { start, end });
          found.set(entry.rule, places);
        }
      });
      const findings = [...found].flatMap(([rule, places]) =>
        [...places.values()].map((place) => ({ rule, place })),
      );
      return findings.sort((a, b) => a.place.start - b.place.start);
    },
  };
}

/** The same answer for all entries of a rule. */
function oncePerRule<R>(rules: number, ask: (entry: Entry<R>) => boolean): (entry: Entry<R>) => boolean {
  const answers = new Array<boolean | undefined>(rules).fill(undefined);
  return (entry) => {
    const known = answers[entry.index] ?? ask(entry);
    answers[entry.index] = known;
    return known;
  };
}

function codeMatches({ code, codeLacks }: FlowRule, text: string): boolean {
  return (
    (code === undefined || textPattern(code).test(text)) &&
    (codeLacks === undefined || !textPattern(codeLacks).test(text))
  );
}

function matches<R>(
  { flow, sink, conditions, argument }: Entry<R>,
  sighting: Sighting,
  code: string,
): boolean {
  const { scope, names } = sighting;
  if (sink.function !== undefined && !textPattern(sink.function).test(scope.fn?.name ?? '')) return false;
  if (sink.route !== undefined && (scope.entry === 'web') !== sink.route) return false;
  if ('check' in sink && !runCheck(sink.check, sighting, code)) return false;
  if ('divide' in sink && (scope.tries > 0 || sighting.args[0]?.text !== undefined)) return false;
  if ('compare' in sink && !sink.compare.includes(sighting.names[0]!)) return false;
  for (const [where, condition] of conditions) {
    const values = valuesAt(sighting, where);
    const uncertain = values.length === 0 && sighting.keywords.has('**') && where[0] !== 'value';
    if (uncertain) return false;
    const holds =
      values.length === 0
        ? holdsFor(condition, undefined, code)
        : values.some((value) => holdsFor(condition, value, code));
    if (!holds) return false;
  }
  if (sink.except?.some((name) => names.some((own) => glob(name).test(own)))) return false;
  if (flow.from === undefined || 'check' in sink) return true;
  return valuesAt(sighting, argument).some((value) => isTainted(deepTaint(value), flow));
}

const NOTHING: readonly Value[] = [];

/** The values in the places that are named. */
function valuesAt(sighting: Sighting, where: readonly string[]): readonly Value[] {
  if (where.length === 1) return valuesAtOne(sighting, where[0]!);
  return where.flatMap((place) => valuesAtOne(sighting, place));
}

function valuesAtOne({ args, keywords, receiver, value }: Sighting, place: string): readonly Value[] {
  switch (place) {
    case 'value':
      return value === undefined ? NOTHING : [value];
    case 'receiver':
      return receiver === undefined ? NOTHING : [receiver];
    case 'any':
      return [...args, ...keywords.values()];
    case 'rest':
      return args.slice(1);
    default: {
      const index = Number(place);
      const own = Number.isNaN(index) ? keywords.get(place) : args[index];
      return own === undefined ? NOTHING : [own];
    }
  }
}
