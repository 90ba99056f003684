/** Which tasks of which benchmarks are evaluated, and what is known of them before any model is asked. */
import type { RowProblem } from '../../datasets/rows.ts';
import type { OraclesConfig } from '../../oracles/config.ts';
import type { Task } from '../../oracles/task.ts';
import type { BenchmarkSource, LoadedBenchmark } from '../benchmarks/source.ts';
import type { EvaluatedBenchmark } from '../results.ts';
import { stratifiedSubset } from './subset.ts';

export interface PlannedBenchmark {
  readonly about: EvaluatedBenchmark;
  /** Those that are evaluated. */
  readonly tasks: readonly Task[];
  /** All that could be read. */
  readonly all: readonly Task[];
}

/** Problems that stand in evaluation.json. */
const FIRST_PROBLEMS = 200;

/** @param options.limit most tasks of the benchmark; null: all. */
export function planBenchmark(
  source: Pick<BenchmarkSource, 'name' | 'title' | 'metric'>,
  loaded: LoadedBenchmark,
  { limit, seed }: { readonly limit: number | null; readonly seed: number },
): PlannedBenchmark {
  const { tasks: distinct, again } = withoutRepeats(loaded.tasks);
  const tasks = limit === null ? distinct : stratifiedSubset(distinct, { limit, seed });
  const problems = [...loaded.problems, ...again];
  return {
    tasks,
    all: distinct,
    about: {
      name: source.name,
      title: source.title,
      axis: loaded.axis,
      metric: source.metric,
      rows: loaded.rows,
      available: distinct.length,
      tasks: tasks.length,
      unusable: problems.length,
      problems: problems.slice(0, FIRST_PROBLEMS).map(({ place, reason }) => ({ place, reason })),
    },
  };
}

/** Ids are what responses are matched by: a task with one that is taken cannot be told from the first. */
function withoutRepeats(all: readonly Task[]) {
  const seen = new Set<string>();
  const [tasks, again]: [Task[], RowProblem[]] = [[], []];
  for (const task of all) {
    if (seen.has(task.id)) again.push({ place: `task ${task.id}`, reason: 'the same task again' });
    else tasks.push(task);
    seen.add(task.id);
  }
  return { tasks, again };
}

const JUDGED: ReadonlySet<string> = new Set(['malicious-assistance', 'overrefusal']);

/** Tasks of a benchmark that these oracles cannot decide because there is no judge for them. */
export function withoutJudge(tasks: readonly Task[], { judge }: Pick<OraclesConfig, 'judge'>): number {
  if (judge !== 'none' && judge !== 'rules') return 0;
  return tasks.filter(
    ({ oracles, judge: key }) =>
      oracles.some((name) => JUDGED.has(name)) && (judge === 'none' || key === undefined),
  ).length;
}

/** The settings that a task's verdicts depend on: who names a judge later has only judged tasks verified anew. */
export function settingsFor({ oracles }: Task, config: OraclesConfig): unknown {
  const { analysers, failAt, agreement, rules, enabledRules, disabledRules, semgrepRules, sandbox, judge } =
    config;
  const security = { analysers, failAt, agreement, rules, enabledRules, disabledRules, semgrepRules };
  return [
    oracles.includes('code-security') ? security : null,
    oracles.includes('correctness') || oracles.includes('security-tests') ? sandbox : null,
    oracles.some((name) => JUDGED.has(name)) ? judge : null,
  ];
}
