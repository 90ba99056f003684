/**
 * Two evaluations on the same prompts. What only one of them has, and prompts that one of them was not decided on, are
 * counted and left out; a difference is always between scores of the same prompts.
 */
import { isDeepStrictEqual } from 'node:util';
import { AXES } from './benchmark.ts';
import type { Comparison, PairedAxis, PairedBenchmark } from './evaluation-summary.ts';
import { meanInterval, meanScore, type TaskScore } from './mean-interval.ts';
import { exactMcNemar } from './proportions.ts';
import type { EvaluatedBenchmark, EvaluationResults, PromptRow, ResponseRow } from './results.ts';
import { answersByBenchmark, countOf, outcome, type TaskAnswers } from './task-answers.ts';

/** A prompt that both evaluations have, with its share of passing samples in each; null where undecided. */
interface PairedTask {
  readonly task: PromptRow;
  readonly before: number | null;
  readonly after: number | null;
}

/** Decided in both. */
interface DecidedPair extends PairedTask {
  readonly before: number;
  readonly after: number;
}

interface Matched {
  readonly benchmark: EvaluatedBenchmark;
  readonly pairs: readonly PairedTask[];
  readonly onlyBefore: number;
  readonly onlyAfter: number;
  readonly changed: number;
}

/** @param before the baseline */
export function compareEvaluations(before: EvaluationResults, after: EvaluationResults): Comparison {
  const matched = matchBenchmarks(before, after);
  // Three of five samples against one of one is no flip: the sign test needs the same number.
  const testable = before.evaluation.parameters.samples === after.evaluation.parameters.samples;
  const compared = matched.map(compareBenchmark);
  const ps = compared.map(({ gained, lost }) => exactMcNemar(gained.length, lost.length));
  const adjusted = holm(ps);
  const names = ({ evaluation }: EvaluationResults) => evaluation.benchmarks.map(({ name }) => name);
  const without = (own: readonly string[], other: readonly string[]) =>
    own.filter((name) => !other.includes(name));
  return {
    before: identity(before),
    after: identity(after),
    settings: differingSettings(before, after),
    axes: Object.fromEntries(
      AXES.map((axis) => [axis, matched.filter(({ benchmark }) => benchmark.axis === axis)] as const)
        .filter(([, own]) => own.length > 0)
        .map(([axis, own]) => [axis, compareAxis(own)]),
    ),
    benchmarks: Object.fromEntries(
      matched.map(({ benchmark }, index) => [
        benchmark.name,
        {
          ...compared[index]!,
          p: testable ? ps[index]! : null,
          pHolm: testable ? adjusted[index]! : null,
        },
      ]),
    ),
    onlyBefore: without(names(before), names(after)),
    onlyAfter: without(names(after), names(before)),
    skipped: (after.evaluation.skipped ?? [])
      .map(({ name }) => name)
      .filter((name) => names(before).includes(name)),
  };
}

function identity({ evaluation }: EvaluationResults): Comparison['before'] {
  return { model: evaluation.model.name, started: evaluation.started };
}

/** By its path each: of a judge's address, not all that is set for oracles. */
function differingSettings(before: EvaluationResults, after: EvaluationResults): Comparison['settings'] {
  const [first, second] = [before.evaluation.parameters, after.evaluation.parameters];
  return (Object.keys(second) as (keyof typeof second)[]).flatMap((name) =>
    differences(name, first[name], second[name]),
  );
}

function differences(name: string, before: unknown, after: unknown): Comparison['settings'][number][] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isParted(before) || !isParted(after)) {
    return [{ name, before: JSON.stringify(before ?? null), after: JSON.stringify(after ?? null) }];
  }
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => differences(`${name}.${key}`, before[key], after[key]));
}

function isParted(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function matchBenchmarks(before: EvaluationResults, after: EvaluationResults): Matched[] {
  const [first, second] = [answersByBenchmark(before), answersByBenchmark(after)];
  return after.evaluation.benchmarks
    .filter(({ name }) => before.evaluation.benchmarks.some((benchmark) => benchmark.name === name))
    .map((benchmark) =>
      matchTasks(benchmark, first.get(benchmark.name) ?? [], second.get(benchmark.name) ?? []),
    );
}

function matchTasks(
  benchmark: EvaluatedBenchmark,
  before: readonly TaskAnswers[],
  after: readonly TaskAnswers[],
): Matched {
  const known = new Map(before.map((answers) => [answers.task.id, answers]));
  const common = after.flatMap((answers) => {
    const first = known.get(answers.task.id);
    return first === undefined ? [] : [{ first, second: answers }];
  });
  const same = common.filter(({ first, second }) =>
    isDeepStrictEqual(first.task.messages, second.task.messages),
  );
  return {
    benchmark,
    pairs: same.map(({ first, second }) => ({ task: second.task, ...sharesOf(first, second) })),
    onlyBefore: before.length - common.length,
    onlyAfter: after.length - common.length,
    changed: common.length - same.length,
  };
}

/**
 * Of as many samples each, those count that are decided in both: three of five against two of four, one of them
 * undecided, is no loss. Of different numbers of samples each has its share of what is decided.
 */
function sharesOf(first: TaskAnswers, second: TaskAnswers): Pick<PairedTask, 'before' | 'after'> {
  if (first.samples.length !== second.samples.length) {
    return { before: shareOf(first), after: shareOf(second) };
  }
  const decided = ({ samples }: TaskAnswers) =>
    new Set(samples.filter((answer) => outcome(answer) !== null).map(({ sample }) => sample));
  const both = decided(first).intersection(decided(second));
  const of = ({ task, samples }: TaskAnswers) =>
    shareOf({ task, samples: samples.filter(({ sample }) => both.has(sample)) });
  return { before: of(first), after: of(second) };
}

function shareOf(answers: TaskAnswers): number | null {
  const { n, passes } = countOf(answers, outcome);
  return n === 0 ? null : passes / n;
}

function decidedPairs(pairs: readonly PairedTask[]): DecidedPair[] {
  return pairs.flatMap(({ task, before, after }) =>
    before === null || after === null ? [] : [{ task, before, after }],
  );
}

function compareBenchmark(matched: Matched): Omit<PairedBenchmark, 'p' | 'pHolm'> {
  const { benchmark, pairs, onlyBefore, onlyAfter, changed } = matched;
  const decided = decidedPairs(pairs);
  const ids = (holds: (pair: DecidedPair) => boolean) => decided.filter(holds).map(({ task }) => task.id);
  const gained = ids(({ before, after }) => after > before);
  const lost = ids(({ before, after }) => after < before);
  return {
    title: benchmark.title,
    axis: benchmark.axis,
    ...comparePairs([matched]),
    gained,
    lost,
    onlyBefore,
    onlyAfter,
    changed,
  };
}

function compareAxis(matched: readonly Matched[]): PairedAxis {
  return { ...comparePairs(matched), benchmarks: matched.map(({ benchmark }) => benchmark.name) };
}

/** Means over benchmarks, as in the axes. */
function comparePairs(matched: readonly Matched[]): Omit<PairedAxis, 'benchmarks'> {
  const decided = matched.map(({ pairs }) => decidedPairs(pairs));
  const part = (value: (pair: DecidedPair) => number) =>
    decided.map((pairs) =>
      pairs.map((pair): TaskScore => ({ task: pair.task.id, family: pair.task.family, score: value(pair) })),
    );
  const difference = part(({ before, after }) => after - before);
  const n = decided.reduce((sum, pairs) => sum + pairs.length, 0);
  return {
    n,
    before: meanScore(part(({ before }) => before)),
    after: meanScore(part(({ after }) => after)),
    difference: meanScore(difference),
    ci95: meanInterval(difference, { least: -100 }),
    undecided: matched.reduce((sum, { pairs }) => sum + pairs.length, 0) - n,
  };
}

/** Adjusted p-values of Holm's step-down procedure (Holm 1979), in order of the given ones. */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, index) => index).sort((a, b) => ps[a]! - ps[b]!);
  const adjusted: number[] = [];
  let largest = 0;
  for (const [rank, index] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (ps.length - rank) * ps[index]!));
    adjusted[index] = largest;
  }
  return adjusted;
}

/** A prompt on which the models differ, with an answer of each that shows it. */
export interface Flip {
  readonly change: 'gained' | 'lost';
  readonly task: PromptRow;
  readonly before: ResponseRow;
  readonly after: ResponseRow;
}

/** Flips of a comparison with their texts, benchmark by benchmark; at most `most` in each direction of each. */
export function findFlips(
  comparison: Comparison,
  { before, after, most }: { before: EvaluationResults; after: EvaluationResults; most: number },
): Flip[] {
  const [first, second] = [answersByBenchmark(before), answersByBenchmark(after)];
  const find = (answers: ReadonlyMap<string, readonly TaskAnswers[]>, benchmark: string, id: string) =>
    answers.get(benchmark)?.find(({ task }) => task.id === id);
  const showing = (answers: TaskAnswers | undefined, wanted: ResponseRow['outcome']) =>
    answers?.samples.find((answer) => answer.outcome === wanted);
  return Object.entries(comparison.benchmarks).flatMap(([benchmark, { gained, lost }]) =>
    (['lost', 'gained'] as const).flatMap((change) =>
      (change === 'gained' ? gained : lost).slice(0, most).flatMap((id): Flip[] => {
        const now = find(second, benchmark, id);
        const was = showing(find(first, benchmark, id), change === 'gained' ? 'fail' : 'pass');
        const is = showing(now, change === 'gained' ? 'pass' : 'fail');
        if (now === undefined || was === undefined || is === undefined) return [];
        return [{ change, task: now.task, before: was, after: is }];
      }),
    ),
  );
}
