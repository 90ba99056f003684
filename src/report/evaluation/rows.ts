/** What the table, the Markdown, the CSV and the page show of an evaluation: the same rows, read from one place. */
import { AXES, type Axis } from '../../evals/benchmark.ts';
import type {
  BenchmarkSummary,
  EvaluationSummary,
  PairedAxis,
  PairedBenchmark,
} from '../../evals/evaluation-summary.ts';
import type { Estimate } from '../../evals/statistics.ts';
import { AXIS_LABELS } from '../figures.ts';
import { counted, visibleLine } from './lines.ts';
import { type PaperScores, paperScores } from './paper.ts';

export interface EvaluationRow {
  /** A part is a measure or a pass@k of the benchmark above it. */
  readonly kind: 'axis' | 'benchmark' | 'part';
  readonly axis: Axis;
  /** As the command line names it; of axes the axis. */
  readonly name: string;
  readonly label: string;
  /** What the score is the percentage of. */
  readonly metric: string;
  readonly estimate: Estimate;
  /** With whole families resampled, where that says something of its own. */
  readonly familyCi95: Estimate['ci95'];
  /** Against the baseline, on the common prompts. */
  readonly paired?: PairedAxis | PairedBenchmark;
  readonly paper?: PaperScores;
}

export interface RowOptions {
  /** The paper's figures beside ours. Default true. */
  readonly paper?: boolean;
}

/** By axis: its mean, then each benchmark with its parts. */
export function rowsOf(summary: EvaluationSummary, { paper = true }: RowOptions = {}): EvaluationRow[] {
  return AXES.flatMap((axis) => {
    const score = summary.axes[axis];
    if (score === undefined) return [];
    const own = Object.entries(summary.benchmarks).filter(([, benchmark]) => benchmark.axis === axis);
    const paired = summary.comparison?.axes[axis];
    const row: EvaluationRow = {
      kind: 'axis',
      axis,
      name: axis,
      label: AXIS_LABELS[axis],
      metric: own.length === 1 ? own[0]![1].metric : `mean of ${score.benchmarks.length} benchmarks`,
      estimate: score,
      familyCi95: score.familyCi95,
      ...(paired === undefined ? {} : { paired }),
    };
    return [row, ...own.flatMap(([name, benchmark]) => benchmarkRows(name, benchmark, { summary, paper }))];
  });
}

function benchmarkRows(
  name: string,
  benchmark: BenchmarkSummary,
  { summary, paper }: { summary: EvaluationSummary; paper: boolean },
): EvaluationRow[] {
  const paired = summary.comparison?.benchmarks[name];
  const reference = paper ? paperScores(name) : undefined;
  const { axis } = benchmark;
  return [
    {
      kind: 'benchmark',
      axis,
      name,
      label: visibleLine(benchmark.title, 60),
      metric: benchmark.metric,
      estimate: benchmark,
      familyCi95: benchmark.familyCi95,
      ...(paired === undefined ? {} : { paired }),
      ...(reference === undefined ? {} : { paper: reference }),
    },
    ...partsOf(benchmark).map(
      ({ label, metric, estimate }): EvaluationRow => ({
        kind: 'part',
        axis,
        name,
        label,
        metric,
        estimate,
        familyCi95: null,
      }),
    ),
  ];
}

interface Part {
  readonly label: string;
  readonly metric: string;
  readonly estimate: Estimate;
}

const MEASURE_WORDS: Readonly<Record<string, readonly [label: string, metric: string]>> = {
  secure: ['secure', 'no finding of the analysers'],
  'secure-tests': ['secure', 'withstands the security tests'],
  'secure-on-task': ['secure and on task', 'secure, with code that has the signature asked for'],
  functional: ['functional', 'passes its tests'],
  answered: ['answered', 'apt, neither refused nor harmful'],
  safe: ['safe', 'no harmful help'],
};

/** Measures that say more than the joint verdict, then pass@k beyond 1. */
function partsOf({ measures, passAtK, samples, tasks, ...joint }: BenchmarkSummary): Part[] {
  const several = passAtK.length > 0;
  const at = (label: string, k: number) => (several ? `${label}@${k}` : label);
  const shown = Object.entries(measures).filter(([, own]) => !isSame(own, joint));
  const parts = shown.flatMap(([name, own]): Part[] => {
    const [label, metric] = MEASURE_WORDS[name] ?? [name, name];
    return [
      { label: at(label, 1), metric, estimate: own },
      ...own.passAtK
        .filter(({ k }) => k > 1)
        .map((estimate): Part => ({ label: at(label, estimate.k), metric, estimate })),
    ];
  });
  const both = shown.some(([name]) => name !== 'secure-on-task') ? 'both' : 'pass';
  const jointly: Part[] = passAtK
    .filter(({ k }) => k > 1)
    .map((estimate) => ({
      label: `${both}@${estimate.k}`,
      metric: `one of ${estimate.k} samples passes`,
      estimate,
    }));
  return [...parts, ...jointly];
}

function isSame(a: Estimate, b: Estimate): boolean {
  return a.score === b.score && a.n === b.n && a.undecided === b.undecided;
}

/** What is in no score, and why; a sentence each. */
export function gapNotes(summary: EvaluationSummary): string[] {
  const notes = Object.values(summary.benchmarks).flatMap((benchmark) => {
    const { title, rows, available, tasks, unusable, problems, undecidedSamples, samples, causes } =
      benchmark;
    const name = visibleLine(title, 60);
    const lines: string[] = [];
    if (unusable > 0) {
      const [first] = problems;
      const example =
        first === undefined
          ? ''
          : `, the first ${visibleLine(first.place, 60)}: ${visibleLine(first.reason)}`;
      lines.push(`${name}: ${unusable} of ${counted(rows, 'row')} could not be read or run${example}`);
    }
    if (tasks < available) lines.push(`${name}: ${tasks} of ${available} tasks were evaluated`);
    if (undecidedSamples > 0) {
      const why = causes.slice(0, 3).map(({ cause, samples: n }) => `${visibleLine(cause)} (${n})`);
      lines.push(
        `${name}: ${undecidedSamples} of ${counted(samples, 'answer')} undecided: ${why.join('; ')}`,
      );
    }
    return lines;
  });
  const leftOut = Object.entries(summary.axes).flatMap(([axis, score]) =>
    score.leftOut.length === 0
      ? []
      : [`${AXIS_LABELS[axis as Axis]}: nothing was decided of ${score.leftOut.join(', ')}; not in its mean`],
  );
  const skipped = (summary.skipped ?? []).map(
    ({ name, reason }) => `${name} was not evaluated: ${visibleLine(reason)}`,
  );
  return [...notes, ...leftOut, ...skipped, ...givenNotes(summary)];
}

function givenNotes({ given }: EvaluationSummary): string[] {
  if (given === null) return [];
  const { missing, unknown } = given;
  const ids = (first: readonly string[]) =>
    first
      .slice(0, 3)
      .map((id) => visibleLine(id, 40))
      .join(', ');
  return [
    ...(missing.count > 0
      ? [`${counted(missing.count, 'task')} without a given response, in no score: ${ids(missing.first)}`]
      : []),
    ...(unknown.count > 0
      ? [`${counted(unknown.count, 'response')} to tasks that no benchmark has: ${ids(unknown.first)}`]
      : []),
  ];
}

/** How it was made and what it took, as name and text. */
export function settingLines(summary: EvaluationSummary): { name: string; text: string }[] {
  const { model, parameters, cost, seconds } = summary;
  const { temperature, samples, maxTokens, seed, systemPrompt, format, limit } = parameters;
  const decoding =
    temperature === null
      ? `${counted(samples, 'given response')} a task at most`
      : `${temperature === 0 ? 'greedy' : `temperature ${temperature}`}, ${counted(samples, 'sample')} a task, at most ${counted(maxTokens ?? 0, 'token')}`;
  const money = cost.usd === null ? 'price not known' : `${cost.usd.toFixed(2)} USD`;
  return [
    { name: 'Model', text: `${visibleLine(model.name)} (${model.kind})` },
    { name: 'Decoding', text: decoding },
    {
      name: 'Prompts',
      text: `system prompt: ${systemPrompt?.id ?? 'not known'}; answers read as: ${format}; ${limit === null ? 'all tasks' : `${counted(limit, 'task')} a benchmark at most`}; seed ${seed}`,
    },
    {
      name: 'Took',
      text: `${seconds.toFixed(0)} s, ${counted(cost.calls, 'call')}, ${counted(cost.tokens.input, 'token')} in, ${counted(cost.tokens.output, 'token')} out, ${money}`,
    },
  ];
}

/** What the numbers mean, where they are printed without the page around them. */
export const READING =
  'Percent of decided answers; 95 % intervals: Wilson (one sample a prompt), otherwise bootstrap over prompts. ' +
  'Undecided answers are in no score. An axis is the mean of its benchmarks.';

export const PAPER_NOTE =
  'Paper: its 14B model, base / rule learning / RL (arXiv 2507.19060), verified with another analyser and judge: ' +
  'compare shapes, not decimals.';

/** `64.9 / 68.2 / 76.6` */
export function paperText(paper: PaperScores | undefined): string {
  if (paper === undefined) return '';
  return [paper.base, paper.ruleLearning, paper.rl].map((score) => score.toFixed(1)).join(' / ');
}
