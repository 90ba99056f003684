/** An evaluation in Markdown, for pull requests and documents. What others wrote cannot make markup of it. */
import type { EvaluationSummary, GroupSummary } from '../../evals/evaluation-summary.ts';
import { intervalText, scoreText } from '../figures.ts';
import {
  COMPARISON_COLUMNS,
  COMPARISON_READING,
  comparisonNotes,
  comparisonRows,
} from './comparison-lines.ts';
import { visibleLine } from './lines.ts';
import { gapNotes, PAPER_NOTE, paperText, READING, type RowOptions, rowsOf, settingLines } from './rows.ts';

export function renderEvaluationMarkdown(summary: EvaluationSummary, options: RowOptions = {}): string {
  const lines = [
    `# Evaluation of ${escapeMarkdown(visibleLine(summary.model.name))}`,
    '',
    ...scoreTable(summary, options),
    '',
    READING,
    '',
    ...list(gapNotes(summary), 'In no score'),
    ...list(unusableRows(summary), 'Rows that could not be read or run'),
    ...comparisonPart(summary),
    ...groupTables(summary),
    '## How it was made',
    '',
    ...settingLines(summary).map(({ name, text }) => `- ${name}: ${escapeMarkdown(text)}.`),
    '',
  ];
  return lines.join('\n');
}

function scoreTable(summary: EvaluationSummary, options: RowOptions): string[] {
  const rows = rowsOf(summary, options);
  const hasPaper = rows.some(({ paper }) => paper !== undefined);
  const head = ['', 'score of', '%', '95 %', 'n', 'undecided', ...(hasPaper ? ['paper, 14B'] : [])];
  const cells = rows.map(({ kind, label, metric, estimate, paper }) => {
    const name = escapeMarkdown(label);
    return [
      kind === 'axis' ? `**${name}**` : kind === 'part' ? `&nbsp;&nbsp;${name}` : name,
      escapeMarkdown(metric),
      scoreText(estimate),
      intervalText(estimate),
      String(estimate.n),
      estimate.undecided > 0 ? String(estimate.undecided) : '',
      ...(hasPaper ? [paperText(paper)] : []),
    ];
  });
  return [...table(head, cells, 2), ...(hasPaper ? ['', PAPER_NOTE] : [])];
}

function comparisonPart({ comparison }: EvaluationSummary): string[] {
  if (comparison === null) return [];
  const rows = comparisonRows(comparison).map(({ kind, label, cells }) => [
    kind === 'axis' ? `**${escapeMarkdown(label)}**` : escapeMarkdown(label),
    ...cells.map(escapeMarkdown),
  ]);
  return [
    `## Against ${escapeMarkdown(visibleLine(comparison.before.model))}`,
    '',
    ...table(['', ...COMPARISON_COLUMNS], rows, 1),
    '',
    COMPARISON_READING,
    '',
    ...list(comparisonNotes(comparison)),
  ];
}

const MOST_ROWS = 20;

/** By name, the first of each benchmark. */
function unusableRows({ benchmarks }: EvaluationSummary): string[] {
  return Object.values(benchmarks).flatMap(({ title, problems, unusable }) => {
    const shown = problems.slice(0, MOST_ROWS);
    const rest = unusable - shown.length;
    return [
      ...shown.map(
        ({ place, reason }) => `${visibleLine(title, 60)}, ${visibleLine(place, 60)}: ${visibleLine(reason)}`,
      ),
      ...(rest > 0 && shown.length > 0 ? [`${visibleLine(title, 60)}: and ${rest} more`] : []),
    ];
  });
}

const MOST_GROUPS = 60;

function groupTables(summary: EvaluationSummary): string[] {
  return Object.values(summary.benchmarks).flatMap(({ title, groups }) =>
    Object.entries(groups).flatMap(([dimension, entries]) => [
      `## ${escapeMarkdown(visibleLine(title))} by ${dimension}`,
      '',
      ...table([dimension, '%', '95 %', 'n', 'undecided'], entries.slice(0, MOST_GROUPS).map(groupCells), 1),
      '',
      ...(entries.length > MOST_GROUPS
        ? [`${entries.length - MOST_GROUPS} more are in summary.json.`, '']
        : []),
    ]),
  );
}

function groupCells(group: GroupSummary): string[] {
  return [
    escapeMarkdown(visibleLine(group.name, 60)),
    scoreText(group),
    intervalText(group),
    String(group.n),
    group.undecided > 0 ? String(group.undecided) : '',
  ];
}

function list(notes: readonly string[], title?: string): string[] {
  if (notes.length === 0) return [];
  const heading = title === undefined ? [] : [`## ${title}`, ''];
  return [...heading, ...notes.map((note) => `- ${escapeMarkdown(note)}.`), ''];
}

/** @param texts columns that are text; the others are numbers. */
function table(head: readonly string[], rows: readonly (readonly string[])[], texts: number): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, column) => (column < texts ? '---' : '---:'))), ...rows.map(line)];
}

/** Punctuation that starts markup, links or HTML is spelt as text (CommonMark 2.4, backslash escapes). */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_[\]<>|~#!&]/g, '\\$&');
}
