/** A comparison in words: what was compared, and what was not. */
import type { Axis } from '../../evals/benchmark.ts';
import type { Comparison, PairedAxis, PairedBenchmark } from '../../evals/evaluation-summary.ts';
import { AXIS_LABELS } from '../figures.ts';
import { counted, pText, signed, signedInterval, visibleLine } from './lines.ts';

export interface ComparisonRow {
  readonly kind: 'axis' | 'benchmark';
  readonly label: string;
  readonly paired: PairedAxis | PairedBenchmark;
  /** n, before, after, change, 95 % interval, gained, lost, p, Holm's p; '' where there is none. */
  readonly cells: readonly string[];
}

export const COMPARISON_COLUMNS = [
  'n',
  'before',
  'after',
  'change',
  '95 % interval',
  'gained',
  'lost',
  'p',
  'p (Holm)',
];

/** Each axis, then its benchmarks. */
export function comparisonRows(comparison: Comparison): ComparisonRow[] {
  return Object.entries(comparison.axes).flatMap(([axis, paired]) => [
    {
      kind: 'axis' as const,
      label: AXIS_LABELS[axis as Axis],
      paired,
      cells: [...pairedCells(paired), '', '', '', ''],
    },
    ...paired.benchmarks.map((name): ComparisonRow => {
      const own = comparison.benchmarks[name]!;
      const tests = [String(own.gained.length), String(own.lost.length), pText(own.p), pText(own.pHolm)];
      return {
        kind: 'benchmark',
        label: visibleLine(own.title, 60),
        paired: own,
        cells: [...pairedCells(own), ...(own.n === 0 ? ['', '', '', ''] : tests)],
      };
    }),
  ]);
}

function pairedCells({ n, before, after, difference, ci95 }: PairedAxis | PairedBenchmark): string[] {
  const percent = (value: number | null) => (value === null ? '-' : value.toFixed(1));
  return [
    String(n),
    percent(before),
    percent(after),
    difference === null ? 'undecided' : signed(difference),
    signedInterval(ci95),
  ];
}

/** Whether a change is more than the prompts' chance: its interval leaves 0. */
export function changeKind({
  difference,
  ci95,
}: Pick<PairedAxis, 'difference' | 'ci95'>): 'up' | 'down' | 'level' {
  if (difference === null || ci95 === null || (ci95[0] <= 0 && ci95[1] >= 0)) return 'level';
  return difference > 0 ? 'up' : 'down';
}

export const COMPARISON_READING =
  'Scores of the common prompts that both were decided on. Change: percentage points with the 95 % interval of a paired ' +
  'bootstrap; gained and lost: prompts that flipped; p: exact McNemar test, corrected over all benchmarks by Holm.';

/** What differs between the two besides the model, and what could not be compared; a sentence each. */
export function comparisonNotes(comparison: Comparison): string[] {
  const { settings, onlyBefore, onlyAfter, benchmarks } = comparison;
  return [
    ...settings.map(
      ({ name, before, after }) =>
        `Other settings: ${name} was ${visibleLine(before, 80)} and is ${visibleLine(after, 80)}`,
    ),
    ...(onlyBefore.length > 0 ? [`Only evaluated before: ${onlyBefore.join(', ')}`] : []),
    ...(onlyAfter.length > 0 ? [`Only evaluated now: ${onlyAfter.join(', ')}`] : []),
    ...Object.values(benchmarks).flatMap((own) => {
      const parts = [
        own.onlyBefore > 0 && `${counted(own.onlyBefore, 'prompt')} only before`,
        own.onlyAfter > 0 && `${counted(own.onlyAfter, 'prompt')} only now`,
        own.changed > 0 && `${counted(own.changed, 'prompt')} with another text`,
        own.undecided > 0 && `${counted(own.undecided, 'prompt')} undecided in one of them`,
      ].filter((part) => part !== false);
      return parts.length === 0 ? [] : [`${visibleLine(own.title, 60)}, not compared: ${parts.join(', ')}`];
    }),
  ];
}
