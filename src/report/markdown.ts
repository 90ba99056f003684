/** The same table in Markdown, for pull requests and documents. */
import type { Estimate } from '../evals/statistics.ts';
import {
  axisRows,
  checkpointLabel,
  checkpointsOf,
  intervalText,
  isMiniature,
  newFamilyRows,
  promptsOf,
  runLines,
  type ScoreRow,
  scoreText,
  shareRows,
  temperatureLabel,
  temperaturesOf,
  undecidedNotes,
} from './figures.ts';
import type { Summary } from './summary.ts';

export function renderMarkdown(summary: Summary): string {
  const checkpoints = checkpointsOf(summary);
  const readings = temperaturesOf(summary).map(temperatureLabel).join(' / ');
  const columns = ['', 'n', ...checkpoints.map(checkpointLabel)];
  const row = (cells: readonly string[]): string => `| ${cells.map(escapeCell).join(' | ')} |`;
  const rows = (of: readonly ScoreRow[], prefix = '') =>
    of.map((line) =>
      row([
        `${prefix}${line.label.trim()}`,
        String(promptsOf(line) || ''),
        ...checkpoints.map((checkpoint) => (line.cells[checkpoint] ?? []).map(cellText).join(' / ')),
      ]),
    );
  const undecided = undecidedNotes(summary);
  const notes = [
    ...runLines(summary).map(({ name, text }) => `${name}: ${text}`),
    ...(undecided.length > 0 ? [`\\* undecided, in no score: ${undecided.join('; ')}`] : []),
    ...(isMiniature(summary)
      ? ['A miniature: compare the columns with each other, not with full-size models']
      : []),
  ];
  return [
    `Recipe ${summary.recipe}, seed ${summary.seed}. Percent, 95 % interval in brackets; ${readings}.`,
    '',
    row(columns),
    `| --- | ---: |${' ---: |'.repeat(checkpoints.length)}`,
    ...rows(axisRows(summary)),
    ...rows(newFamilyRows(summary), 'new families: '),
    ...rows(shareRows(summary), 'answers '),
    '',
    ...notes.map((note) => `- ${note}.`),
    '',
  ].join('\n');
}

function cellText(estimate: Estimate | undefined): string {
  const interval = intervalText(estimate);
  const mark = estimate !== undefined && estimate.undecided > 0 ? '\\*' : '';
  return `${scoreText(estimate)}${mark}${interval === '' ? '' : ` (${interval})`}`;
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}
