/** The table that ends a run on a terminal: at most 110 columns, readable without colour. */

import { styleText } from 'node:util';
import type { Estimate } from '../evals/statistics.ts';
import { wrapText } from './evaluation/text-table.ts';
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

export interface TableOptions {
  /** Default false. Colour adds to what the text says and is never needed. */
  readonly color?: boolean;
}

const WIDTH = 110;
const LABEL = 21;
const PROMPTS = 5;
/** `undecided` and its mark. */
const CELL = 10;
/** Checkpoints side by side: 21 + 5 + 4 (1 + 2 · 10) = 110 columns. */
const CHECKPOINTS_ACROSS = 4;

type Style = Parameters<typeof styleText>[0];
type Paint = (style: Style, text: string) => string;

export function renderTable(summary: Summary, { color = false }: TableOptions = {}): string {
  // The caller has decided; styleText would look at standard output again.
  const paint: Paint = (style, text) => (color ? styleText(style, text, { validateStream: false }) : text);
  const checkpoints = checkpointsOf(summary);
  const lines: string[] = [];
  for (let at = 0; at < Math.max(1, checkpoints.length); at += CHECKPOINTS_ACROSS) {
    lines.push(...block(summary, checkpoints.slice(at, at + CHECKPOINTS_ACROSS), paint), '');
  }
  lines.push(...footnotes(summary, paint));
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function block(summary: Summary, checkpoints: readonly string[], paint: Paint): string[] {
  const temperatures = temperaturesOf(summary);
  const across = 1 + CELL * temperatures.length;
  const rule = paint('dim', '─'.repeat(LABEL + PROMPTS + across * checkpoints.length));
  const heading = checkpoints.map((name) => banner(checkpointLabel(name), across));
  const readings = temperatures.map((name) =>
    `${temperatureLabel(name).replace('temperature', 't')} `.padStart(CELL),
  );
  const newFamilies = newFamilyRows(summary);
  const scores = (rows: readonly ScoreRow[]) =>
    rows.flatMap((row) => scoreLines(row, { checkpoints, across, paint }));
  return [
    paint('bold', ' '.repeat(LABEL + PROMPTS) + heading.join('')),
    `${'% (95 % interval)'.padEnd(LABEL)}${'n'.padStart(PROMPTS)}${` ${readings.join('')}`.repeat(checkpoints.length)}`,
    rule,
    ...scores(axisRows(summary)),
    ...(newFamilies.length > 0
      ? [rule, paint('bold', 'New families, never seen in alignment'), ...scores(newFamilies)]
      : []),
    rule,
    paint('bold', 'Answers, %'),
    ...scores(shareRows(summary)),
    rule,
  ];
}

interface LineOptions {
  readonly checkpoints: readonly string[];
  readonly across: number;
  readonly paint: Paint;
}

/** Scores on one line, their intervals below. */
function scoreLines(row: ScoreRow, { checkpoints, across, paint }: LineOptions): string[] {
  const cells = checkpoints.map((checkpoint) => row.cells[checkpoint] ?? []);
  const base = row.cells.base ?? [];
  const scores = cells.map((estimates, column) =>
    group(
      estimates.map((estimate, index) =>
        paintChange(cellText(estimate), {
          estimate,
          base: checkpoints[column] === 'base' || estimate?.ci95 === null ? undefined : base[index],
          paint,
        }),
      ),
      across,
      estimates.length,
    ),
  );
  const first = fit(row.label, LABEL - 1).padEnd(LABEL) + String(promptsOf(row) || '').padStart(PROMPTS);
  const lines = [first + scores.join('')];
  if (cells.flat().some((estimate) => estimate?.ci95)) {
    const intervals = cells.map((estimates) =>
      group(
        estimates.map((estimate) => `${intervalText(estimate)} `.padStart(CELL)),
        across,
        estimates.length,
      ),
    );
    lines.push(paint('dim', ' '.repeat(LABEL + PROMPTS) + intervals.join('')));
  }
  return lines;
}

function group(texts: readonly string[], across: number, cells: number): string {
  return ` ${texts.join('')}${' '.repeat(Math.max(0, across - 1 - CELL * cells))}`;
}

/** A star says that the cell has undecided answers. */
function cellText(estimate: Estimate | undefined): string {
  const mark = estimate !== undefined && estimate.undecided > 0 ? '*' : ' ';
  return `${scoreText(estimate)}${mark}`.padStart(CELL);
}

/** SPEC "Evaluation": a gain on one axis that is paid for on another is not a gain; two points are noise. */
const NOTABLE_CHANGE = 2;

function paintChange(
  text: string,
  { estimate, base, paint }: { estimate: Estimate | undefined; base: Estimate | undefined; paint: Paint },
): string {
  const [score, before] = [estimate?.score ?? null, base?.score ?? null];
  if (score === null || before === null || Math.abs(score - before) <= NOTABLE_CHANGE) return text;
  return paint(score > before ? 'green' : 'red', text);
}

function footnotes(summary: Summary, paint: Paint): string[] {
  const undecided = undecidedNotes(summary);
  return [
    ...runLines(summary).flatMap(({ name, text }) => wrapText(`${name}: ${text}`, WIDTH)),
    ...(undecided.length > 0 ? wrapText(`* undecided, in no score: ${undecided.join('; ')}`, WIDTH) : []),
    ...(isMiniature(summary)
      ? wrapText(
          'A miniature: a small model in a small world. Compare the columns, not these numbers with full-size models.',
          WIDTH,
        ).map((line) => paint('dim', line))
      : []),
  ];
}

/** `  ──── rule learning ─── ` over the columns of a checkpoint. */
function banner(name: string, across: number): string {
  const text = ` ${fit(name, across - 6)} `;
  const line = across - 3;
  const left = Math.floor((line - text.length) / 2);
  return `  ${'─'.repeat(left)}${text}${'─'.repeat(line - text.length - left)} `;
}

function fit(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
