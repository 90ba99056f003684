/** A calibration as text for people. */
import type { Kappa } from '../oracles/judges/agreement.ts';
import type { Calibration, Difference, Fit } from '../oracles/judges/calibration.ts';
import { stripInvisible } from '../transcripts/format.ts';

export function renderCalibration(oracle: string, calibration: Calibration): string {
  const { confusion, precision, recall, categories, judges, pairs, fleiss } = calibration;
  const table = (['pass', 'fail'] as const).map((label) => {
    const { pass, fail, undecided } = confusion[label];
    return [`labelled ${label}`, String(pass), String(fail), String(undecided)];
  });
  return [
    `${oracle}: ${calibration.rows} rows, ${calibration.decided} decided, ${calibration.undecided} undecided`,
    `  agreement ${percent(calibration.agreement)}, kappa ${kappaText(calibration.kappa)}`,
    `  of the rows judged fail ${percent(precision)} are labelled so (precision); of those labelled fail ${percent(recall)} are found (recall)`,
    '',
    ...columns([['', 'judged pass', 'judged fail', 'undecided'], ...table]),
    ...section('by category', fitTable(categories)),
    ...section('by judge', fitTable(judges)),
    ...section(
      'between judges',
      pairs.map((pair) => [
        pair.judges.join(' / '),
        `${pair.rows} rows`,
        percent(pair.agreement),
        kappaText(pair.kappa),
      ]),
    ),
    ...(fleiss === null
      ? []
      : [`  Fleiss' kappa ${number(fleiss.kappa)} on ${fleiss.rows} rows that all judges decided`]),
    ...differences('disagreements', calibration.disagreements),
    ...differences('undecided', calibration.undecidedRows),
  ].join('\n');
}

function fitTable(fits: Readonly<Record<string, Fit>>): string[][] {
  return Object.entries(fits).map(([name, fit]) => [
    visible(name),
    `${fit.rows} rows`,
    `${fit.undecided} undecided`,
    percent(fit.agreement),
    kappaText(fit.kappa),
  ]);
}

function section(title: string, rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : ['', `  ${title}`, ...columns(rows)];
}

/** Columns as wide as their widest cell. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_cell, at) => Math.max(...rows.map((row) => row[at]!.length)));
  return rows.map((row) => `    ${row.map((cell, at) => cell.padEnd(widths[at]!)).join('  ')}`.trimEnd());
}

function differences(title: string, rows: readonly Difference[]): string[] {
  if (rows.length === 0) return [];
  const lines = rows.flatMap(({ id, line, label, verdict, reasons, votes, category }) => [
    `    line ${line}${id === line ? '' : `, ${visible(String(id))}`}${category === undefined ? '' : ` (${visible(category)})`}: labelled ${label}, judged ${verdict}${votesText(votes)}`,
    ...reasons.map((reason) => `      ${visible(reason)}`),
  ]);
  return ['', `  ${title}`, ...lines];
}

function votesText(votes: Difference['votes']): string {
  if (votes === undefined) return '';
  return ` [${Object.entries(votes)
    .map(([judge, kind]) => `${judge} ${kind}`)
    .join(', ')}]`;
}

function kappaText(kappa: Kappa | null): string {
  if (kappa === null) return 'not defined';
  if (kappa.ci95 === null) return `${number(kappa.kappa)} (no interval)`;
  return `${number(kappa.kappa)} (95 % interval ${kappa.ci95.map(number).join(' to ')})`;
}

function number(value: number | null): string {
  return value === null ? 'not defined' : value.toFixed(2);
}

function percent(share: number | null): string {
  return share === null ? 'unknown' : `${(100 * share).toFixed(1)} %`;
}

/** Ids and reasons come from files and models: nothing of them reaches the terminal but what can be seen. */
function visible(text: string): string {
  return stripInvisible(text).replace(/\s+/g, ' ');
}
