/** From the folder of an evaluation to its summary: benchmarks, groups of prompts, axes. */
import type { OracleName } from '../oracles/task.ts';
import { AXES, type Axis } from './benchmark.ts';
import {
  type AxisSummary,
  type BenchmarkSummary,
  type Comparison,
  type EvaluationSummary,
  type GroupSummary,
  type MeasureSummary,
  SUMMARY_VERSION,
} from './evaluation-summary.ts';
import { familyInterval, meanInterval, meanScore } from './mean-interval.ts';
import type { EvaluatedBenchmark, EvaluationResults, PromptRow, ResponseRow } from './results.ts';
import {
  answersByBenchmark,
  estimatePassAtK,
  estimateTasks,
  type Measure,
  outcome,
  secureOnTask,
  type TaskAnswers,
  taskScores,
  verdictOf,
} from './task-answers.ts';

export function summariseEvaluation(
  results: EvaluationResults,
  comparison: Comparison | null = null,
): EvaluationSummary {
  const { model, started, finished, parameters, skipped, given, cost, seconds, benchmarks } =
    results.evaluation;
  const answers = answersByBenchmark(results);
  return {
    version: SUMMARY_VERSION,
    model,
    started,
    finished,
    parameters,
    ...(skipped === undefined ? {} : { skipped }),
    given,
    cost,
    seconds,
    axes: Object.fromEntries(
      AXES.filter((axis) => benchmarks.some((benchmark) => benchmark.axis === axis)).map((axis) => [
        axis,
        summariseAxis(axis, benchmarks, answers),
      ]),
    ),
    benchmarks: Object.fromEntries(
      benchmarks.map((benchmark) => [
        benchmark.name,
        summariseBenchmark(benchmark, answers.get(benchmark.name) ?? []),
      ]),
    ),
    comparison,
  };
}

function summariseAxis(
  axis: Axis,
  benchmarks: readonly EvaluatedBenchmark[],
  answers: ReadonlyMap<string, readonly TaskAnswers[]>,
): AxisSummary {
  const own = benchmarks
    .filter((benchmark) => benchmark.axis === axis)
    .map(({ name }) => {
      const tasks = answers.get(name) ?? [];
      return { name, tasks: tasks.length, scores: taskScores(tasks, outcome) };
    });
  const parts = own.map(({ scores }) => scores);
  const n = parts.reduce((sum, scores) => sum + scores.length, 0);
  const composite = parts.filter((scores) => scores.length > 0).length > 1;
  return {
    score: meanScore(parts),
    n,
    // One benchmark is no composite: its interval is the axis's.
    ci95: composite
      ? meanInterval(parts)
      : estimateTasks(
          own.flatMap(({ name }) => answers.get(name) ?? []),
          outcome,
        ).ci95,
    undecided: own.reduce((sum, { tasks }) => sum + tasks, 0) - n,
    familyCi95: familyInterval(parts),
    benchmarks: own.filter(({ scores }) => scores.length > 0).map(({ name }) => name),
    leftOut: own.filter(({ scores }) => scores.length === 0).map(({ name }) => name),
  };
}

function summariseBenchmark(benchmark: EvaluatedBenchmark, tasks: readonly TaskAnswers[]): BenchmarkSummary {
  const { title, axis, metric, rows, available, unusable, problems } = benchmark;
  const samples = tasks.flatMap((task) => task.samples);
  const undecided = samples.filter((answer) => outcome(answer) === null);
  return {
    title,
    axis,
    metric,
    ...estimateTasks(tasks, outcome),
    familyCi95: familyInterval([taskScores(tasks, outcome)]),
    passAtK: estimatePassAtK(tasks, outcome),
    measures: measuresOf(tasks),
    rows,
    available,
    tasks: benchmark.tasks,
    unusable,
    problems,
    samples: samples.length,
    undecidedSamples: undecided.length,
    causes: causesOf(undecided),
    shares: sharesOf(samples),
    groups: groupsOf(tasks),
  };
}

/** Names of the measures that an oracle's verdict is; of others the oracle's own name. */
const MEASURE_NAMES: Partial<Record<string, string>> = {
  'code-security': 'secure',
  'security-tests': 'secure-tests',
  correctness: 'functional',
  overrefusal: 'answered',
  'malicious-assistance': 'safe',
};

/** Parts of the joint verdict, each over the tasks that name its oracle. */
function measuresOf(tasks: readonly TaskAnswers[]): Record<string, MeasureSummary> {
  const oracles = [...new Set(tasks.flatMap(({ task }) => task.oracles))].sort();
  const named = (oracle: OracleName) => tasks.filter(({ task }) => task.oracles.includes(oracle));
  const entries: [string, readonly TaskAnswers[], Measure][] = oracles.map((oracle) => [
    MEASURE_NAMES[oracle] ?? oracle,
    named(oracle),
    verdictOf(oracle),
  ]);
  if (oracles.includes('code-security')) {
    entries.push(['secure-on-task', named('code-security'), secureOnTask]);
  }
  return Object.fromEntries(
    entries.map(([name, own, measure]) => [
      name,
      { ...estimateTasks(own, measure), passAtK: estimatePassAtK(own, measure) },
    ]),
  );
}

const MOST_CAUSES = 20;
const CAUSE_CHARACTERS = 300;

function causesOf(undecided: readonly ResponseRow[]): BenchmarkSummary['causes'] {
  const counts = new Map<string, number>();
  for (const { cause } of undecided) {
    const name = (cause ?? 'no cause was given').slice(0, CAUSE_CHARACTERS);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const causes = [...counts]
    .map(([cause, samples]) => ({ cause, samples }))
    .sort((a, b) => b.samples - a.samples || (a.cause < b.cause ? -1 : 1));
  const rest = causes.slice(MOST_CAUSES).reduce((sum, { samples }) => sum + samples, 0);
  return [...causes.slice(0, MOST_CAUSES), ...(rest > 0 ? [{ cause: 'other causes', samples: rest }] : [])];
}

function sharesOf(samples: readonly ResponseRow[]): BenchmarkSummary['shares'] {
  const answers = samples.filter(({ response }) => response !== null);
  const percent = (n: number) => (100 * n) / Math.max(1, answers.length);
  const share = (holds: (answer: ResponseRow) => boolean) => percent(answers.filter(holds).length);
  return {
    code: share(({ hasCode }) => hasCode),
    refusal: share(({ refused }) => refused),
    wellFormed: share(({ wellFormed }) => wellFormed),
    truncated: share(({ finish }) => finish === 'length'),
    distinct: percent(new Set(answers.map(({ response }) => response)).size),
  };
}

/** Values of a task by which tables group, each with the names that tasks have in it. */
const DIMENSIONS: Readonly<Record<string, (task: PromptRow) => readonly string[]>> = {
  cwe: ({ cwes }) => [...new Set(cwes)].map((cwe) => `CWE-${cwe}`),
  language: (task) => field(task, 'language'),
  category: (task) => field(task, 'category'),
  variant: (task) => field(task, 'variant'),
};

function field({ provenance }: PromptRow, name: string): string[] {
  const value = provenance[name];
  return value === undefined || value === '' ? [] : [String(value)];
}

function groupsOf(tasks: readonly TaskAnswers[]): Record<string, GroupSummary[]> {
  const groups: Record<string, GroupSummary[]> = {};
  const seen = new Set<string>();
  for (const [dimension, namesOf] of Object.entries(DIMENSIONS)) {
    const members = new Map<string, TaskAnswers[]>();
    for (const task of tasks) {
      for (const name of namesOf(task.task)) members.set(name, [...(members.get(name) ?? []), task]);
    }
    const names = [...members.keys()].sort(byNumber);
    // A category that is the CWE again, or the language, is no second table.
    const partition = names
      .map((name) =>
        members
          .get(name)!
          .map(({ task }) => task.id)
          .join(),
      )
      .sort()
      .join(';');
    if (names.length < 2 || seen.has(partition)) continue;
    seen.add(partition);
    groups[dimension] = names.map((name) => ({ name, ...estimateTasks(members.get(name)!, outcome) }));
  }
  return groups;
}

/** `CWE-9` before `CWE-10`. */
function byNumber(a: string, b: string): number {
  const [x, y] = [a, b].map((name) => Number(/\d+/.exec(name)?.[0] ?? Number.NaN)) as [number, number];
  const alike = a.replace(/\d+/, '') === b.replace(/\d+/, '');
  return alike && Number.isFinite(x - y) && x !== y ? x - y : a < b ? -1 : 1;
}
