/** What `purpcode eval` says before it begins, line by line. */
import { type EvaluationEstimate, USUAL_TOKENS } from '../evals/model-evaluation/estimate.ts';
import { type PlannedBenchmark, withoutJudge } from '../evals/model-evaluation/plan.ts';
import type { Evaluation } from '../evals/results.ts';
import type { OraclesConfig } from '../oracles/config.ts';
import { visibleLine } from '../report/evaluation/lines.ts';
import { estimateLines } from './estimate-lines.ts';

interface PlanFigures {
  readonly benchmarks: readonly PlannedBenchmark[];
  readonly skipped: NonNullable<Evaluation['skipped']>;
  readonly oracles: OraclesConfig;
}

export function planText({ benchmarks, skipped, oracles }: PlanFigures): string[] {
  return [
    ...benchmarks.map(({ about }) => benchmarkLine(about)),
    ...skipped.map(({ name, reason }) => `${name}: left out, ${reason}`),
    ...judgeLines(benchmarks, oracles),
  ];
}

function benchmarkLine({
  name,
  axis,
  rows,
  available,
  tasks,
  unusable,
  problems,
}: Evaluation['benchmarks'][number]) {
  const part = tasks === available ? `${tasks} tasks` : `${tasks} of ${available} tasks`;
  const [first] = problems;
  const lost =
    first === undefined
      ? ''
      : `; ${unusable} of ${rows} rows cannot be used, e.g. ${visibleLine(`${first.place}: ${first.reason}`)}`;
  return `${name} (${axis}): ${part}${lost}`;
}

function judgeLines(benchmarks: readonly PlannedBenchmark[], oracles: OraclesConfig): string[] {
  const counts = benchmarks.flatMap(({ about, tasks }) => {
    const count = withoutJudge(tasks, oracles);
    return count === 0 ? [] : [`${count} of ${about.name}`];
  });
  if (counts.length === 0) return [];
  return [
    `warning: there is no judge, so these tasks will be undecided: ${counts.join(', ')}`,
    '  name one in --models (role judge) or --oracles; responses are kept, and then only judged',
  ];
}

/** What of a file of responses did not match. */
export function givenText(
  { responses, unknown, missing }: NonNullable<Evaluation['given']>,
  file: string,
): string[] {
  const named = (ids: { readonly count: number; readonly first: readonly string[] }): string =>
    `${ids.first
      .slice(0, 5)
      .map((id) => visibleLine(id, 60))
      .join(', ')}${ids.count > 5 ? ', ...' : ''}`;
  return [
    `${responses} responses in ${file}`,
    ...(unknown.count === 0
      ? []
      : [`warning: task ids that no benchmark has (${unknown.count}): ${named(unknown)}`]),
    ...(missing.count === 0
      ? []
      : [`warning: tasks without a response (${missing.count}): ${named(missing)}`]),
  ];
}

export function estimateText(figures: EvaluationEstimate): string {
  const { answer, judgement } = USUAL_TOKENS;
  const usual = `with usual answers (${answer} tokens, judgements ${judgement})`;
  return estimateLines(figures, { usual }).join('\n');
}
