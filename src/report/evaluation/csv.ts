/** `table.csv`: axes, benchmarks, parts and groups, a row each, for spreadsheets (RFC 4180). */
import type { EvaluationSummary } from '../../evals/evaluation-summary.ts';
import type { Estimate } from '../../evals/statistics.ts';
import { type RowOptions, rowsOf } from './rows.ts';

const COLUMNS = [
  'kind',
  'axis',
  'benchmark',
  'label',
  'metric',
  'score',
  'low95',
  'high95',
  'n',
  'undecided',
  'rows',
  'unusable',
  'before',
  'difference',
  'difference_low95',
  'difference_high95',
  'paper_base',
  'paper_rule_learning',
  'paper_rl',
] as const;

type Cells = Partial<Record<(typeof COLUMNS)[number], string | number | null | undefined>>;

export function renderEvaluationCsv(summary: EvaluationSummary, options: RowOptions = {}): string {
  const rows = rowsOf(summary, options).map(
    ({ kind, axis, name, label, metric, estimate, paired, paper }): Cells => {
      const benchmark = kind === 'benchmark' ? summary.benchmarks[name] : undefined;
      return {
        kind,
        axis,
        benchmark: kind === 'axis' ? '' : name,
        label,
        metric,
        ...numbers(estimate),
        rows: benchmark?.rows,
        unusable: benchmark?.unusable,
        before: paired?.before,
        difference: paired?.difference,
        difference_low95: paired?.ci95?.[0],
        difference_high95: paired?.ci95?.[1],
        paper_base: paper?.base,
        paper_rule_learning: paper?.ruleLearning,
        paper_rl: paper?.rl,
      };
    },
  );
  const groups = Object.entries(summary.benchmarks).flatMap(([name, { axis, metric, groups: dimensions }]) =>
    Object.entries(dimensions).flatMap(([dimension, entries]) =>
      entries.map(
        (group): Cells => ({
          kind: dimension,
          axis,
          benchmark: name,
          label: group.name,
          metric,
          ...numbers(group),
        }),
      ),
    ),
  );
  const lines = [...rows, ...groups].map((cells) => COLUMNS.map((column) => cell(cells[column])).join(','));
  return `${[COLUMNS.join(','), ...lines].join('\r\n')}\r\n`;
}

function numbers({ score, ci95, n, undecided }: Estimate): Cells {
  return { score, low95: ci95?.[0], high95: ci95?.[1], n, undecided };
}

function cell(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : value.toFixed(4);
  // A spreadsheet takes text that begins like this for a formula (CWE-1236).
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
