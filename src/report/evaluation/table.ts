/** What a terminal shows of an evaluation and of a comparison. */
import type { Flip } from '../../evals/compare.ts';
import type { Comparison, EvaluationSummary } from '../../evals/evaluation-summary.ts';
import type { Gate } from '../../evals/gate.ts';
import { taskLabel } from '../../evals/results.ts';
import { intervalText, scoreText } from '../figures.ts';
import { promptText } from './answers-section.ts';
import {
  COMPARISON_COLUMNS,
  COMPARISON_READING,
  comparisonNotes,
  comparisonRows,
} from './comparison-lines.ts';
import { visibleLine } from './lines.ts';
import {
  type EvaluationRow,
  gapNotes,
  PAPER_NOTE,
  paperText,
  READING,
  type RowOptions,
  rowsOf,
  settingLines,
} from './rows.ts';
import { alignColumns, wrapText } from './text-table.ts';

export function renderEvaluationTable(summary: EvaluationSummary, options: RowOptions = {}): string {
  const rows = rowsOf(summary, options);
  const hasPaper = rows.some(({ paper }) => paper !== undefined);
  const head = ['', '%', '95 %', 'n', 'undecided', ...(hasPaper ? ['paper, 14B'] : [])];
  const cells = rows.map((row) => [
    `${{ axis: '', benchmark: '  ', part: '    ' }[row.kind]}${labelOf(row)}`,
    scoreText(row.estimate),
    intervalText(row.estimate),
    String(row.estimate.n),
    row.estimate.undecided > 0 ? String(row.estimate.undecided) : '',
    ...(hasPaper ? [paperText(row.paper)] : []),
  ]);
  const notes = [
    READING,
    ...(hasPaper ? [PAPER_NOTE] : []),
    ...gapNotes(summary).map((note) => `- ${note}`),
    ...settingLines(summary).map(({ name, text }) => `${name}: ${text}`),
  ];
  const table = alignColumns([head, ...cells], '<>>>>>'.slice(0, head.length));
  const comparison = summary.comparison === null ? [] : ['', renderComparison(summary.comparison).trimEnd()];
  return `${[...table, '', ...notes.flatMap((note) => wrapText(note)), ...comparison].join('\n')}\n`;
}

function labelOf({ kind, label, metric }: EvaluationRow): string {
  return kind === 'benchmark' ? `${label} (${visibleLine(metric, 30)})` : label;
}

export function renderComparison(comparison: Comparison): string {
  const { before, after } = comparison;
  const rows = comparisonRows(comparison).map(({ kind, label, cells }) => [
    kind === 'axis' ? label : `  ${label}`,
    ...cells,
  ]);
  const table = alignColumns(
    [['', ...COMPARISON_COLUMNS], ...rows],
    `<${'>'.repeat(COMPARISON_COLUMNS.length)}`,
  );
  return `${[
    `before: ${visibleLine(before.model)} (${before.started})`,
    `after:  ${visibleLine(after.model)} (${after.started})`,
    '',
    ...table,
    '',
    ...[COMPARISON_READING, ...comparisonNotes(comparison).map((note) => `- ${note}`)].flatMap((note) =>
      wrapText(note),
    ),
  ].join('\n')}\n`;
}

const GATE_WORDS = { pass: 'ok', fail: 'DROPPED', undecided: 'UNDECIDED' } as const;

export function renderGate({ verdict, checks }: Gate): string {
  const lines = alignColumns(
    checks.map((check) => [GATE_WORDS[check.verdict], `${check.scope} ${check.name}`, check.reason]),
    '<<<',
  );
  return `${[`gate: ${GATE_WORDS[verdict]}`, ...lines.map((line) => `  ${line}`)].join('\n')}\n`;
}

/** Prompts on which the models differ, a line each; '' without any. */
export function renderFlips(flips: readonly Flip[]): string {
  if (flips.length === 0) return '';
  const lines = alignColumns(
    flips.map(({ change, task }) => [
      change === 'lost' ? 'pass -> fail' : 'fail -> pass',
      task.benchmark,
      visibleLine(taskLabel(task), 30),
      visibleLine(promptText(task), 60),
    ]),
    '<<<<',
  );
  return `${['Flipped, for example:', ...lines.map((line) => `  ${line}`)].join('\n')}\n`;
}
