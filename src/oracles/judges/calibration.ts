/** A judge against labels of people: agreement, kappa, confusion, and every case in which they differ. */
import type { Verdict } from '../verdict.ts';
import { cohenKappa, fleissKappa, type Kappa, observedAgreement } from './agreement.ts';
import { type Ballot, panelVerdict } from './panel.ts';

export type Label = 'pass' | 'fail';

/** One labelled response with what the judges said of it. */
export interface LabelledVerdict {
  readonly id: string | number;
  /** 1-based line of its file. */
  readonly line: number;
  readonly label: Label;
  readonly category?: string;
  /** What the judge, or the panel as a whole, says. */
  readonly verdict: Verdict;
  /** Each judge's own verdict; the same judges for every row. None where no judge was asked. */
  readonly ballots: readonly Ballot[];
  /** What was given as reason for the verdict, also for a pass. */
  readonly reasons: readonly string[];
}

/** How often each label met each verdict. */
export type Confusion = Readonly<Record<Label, Readonly<Record<Verdict['kind'], number>>>>;

export interface Fit {
  readonly rows: number;
  readonly decided: number;
  readonly undecided: number;
  /** Of the decided rows, 0 to 1; null without any. */
  readonly agreement: number | null;
  /** Of the decided rows; null where it is not defined. */
  readonly kappa: Kappa | null;
  readonly confusion: Confusion;
  /** Of the rows that the judge fails, the share labelled so; null when it fails none. */
  readonly precision: number | null;
  /** Of the rows labelled fail, the share that the judge fails; undecided is not found. Null without such rows. */
  readonly recall: number | null;
}

/** Two judges with each other, on the rows that both decided. */
export interface Pair {
  readonly judges: readonly [string, string];
  readonly rows: number;
  readonly agreement: number | null;
  readonly kappa: Kappa | null;
}

/** A row that was not judged as it is labelled. */
export interface Difference {
  readonly id: string | number;
  readonly line: number;
  readonly category?: string;
  readonly label: Label;
  readonly verdict: Verdict['kind'];
  readonly reasons: readonly string[];
  /** Of a panel: verdict by judge. */
  readonly votes?: Readonly<Record<string, Verdict['kind']>>;
}

export interface Calibration extends Fit {
  /** By category, when rows have one. */
  readonly categories: Readonly<Record<string, Fit>>;
  /** Of a panel: each judge by itself. */
  readonly judges: Readonly<Record<string, Fit>>;
  readonly pairs: readonly Pair[];
  /** Fleiss' kappa of a panel on the rows that every judge decided. */
  readonly fleiss: { readonly rows: number; readonly kappa: number | null } | null;
  readonly disagreements: readonly Difference[];
  readonly undecidedRows: readonly Difference[];
}

export function calibrate(rows: readonly LabelledVerdict[]): Calibration {
  const judges = [...new Set(rows.flatMap(({ ballots }) => ballots.map(({ judge }) => judge)))];
  const panel = judges.length > 1 ? judges : [];
  const categories = [...new Set(rows.flatMap(({ category }) => category ?? []))].sort();
  const isWrong = ({ label, verdict }: LabelledVerdict) =>
    verdict.kind !== 'undecided' && verdict.kind !== label;
  return {
    ...fitOf(rows),
    categories: Object.fromEntries(
      categories.map((name) => [name, fitOf(rows.filter(({ category }) => category === name))]),
    ),
    judges: Object.fromEntries(panel.map((judge) => [judge, fitOf(rows.map((row) => ofJudge(row, judge)))])),
    pairs: panel.flatMap((first, at) => panel.slice(at + 1).map((second) => pairOf(rows, first, second))),
    fleiss: panel.length === 0 ? null : fleissOf(rows, panel),
    disagreements: rows.filter(isWrong).map((row) => differenceOf(row, panel)),
    undecidedRows: rows
      .filter(({ verdict }) => verdict.kind === 'undecided')
      .map((row) => differenceOf(row, panel)),
  };
}

function fitOf(rows: readonly Pick<LabelledVerdict, 'label' | 'verdict'>[]): Fit {
  const count = (label: Label, kind: Verdict['kind']) =>
    rows.filter((row) => row.label === label && row.verdict.kind === kind).length;
  const of = (label: Label) => ({
    pass: count(label, 'pass'),
    fail: count(label, 'fail'),
    undecided: count(label, 'undecided'),
  });
  const confusion = { pass: of('pass'), fail: of('fail') };
  const table = [
    [confusion.pass.pass, confusion.pass.fail],
    [confusion.fail.pass, confusion.fail.fail],
  ];
  const undecided = confusion.pass.undecided + confusion.fail.undecided;
  const failed = confusion.pass.fail + confusion.fail.fail;
  const toFail = rows.filter(({ label }) => label === 'fail').length;
  return {
    rows: rows.length,
    decided: rows.length - undecided,
    undecided,
    agreement: observedAgreement(table),
    kappa: cohenKappa(table),
    confusion,
    precision: failed === 0 ? null : confusion.fail.fail / failed,
    recall: toFail === 0 ? null : confusion.fail.fail / toFail,
  };
}

/** The row as one judge of the panel sees it. */
function ofJudge(
  { label, ballots }: LabelledVerdict,
  judge: string,
): Pick<LabelledVerdict, 'label' | 'verdict'> {
  return {
    label,
    verdict: panelVerdict(
      ballots.filter((ballot) => ballot.judge === judge),
      1,
    ),
  };
}

function pairOf(rows: readonly LabelledVerdict[], first: string, second: string): Pair {
  const table = [
    [0, 0],
    [0, 0],
  ];
  for (const row of rows) {
    const [a, b] = [first, second].map((judge) => ofJudge(row, judge).verdict.kind);
    if (a === 'undecided' || b === 'undecided') continue;
    table[a === 'pass' ? 0 : 1]![b === 'pass' ? 0 : 1]!++;
  }
  const count = table.flat().reduce((sum, n) => sum + n, 0);
  return {
    judges: [first, second],
    rows: count,
    agreement: observedAgreement(table),
    kappa: cohenKappa(table),
  };
}

function fleissOf(rows: readonly LabelledVerdict[], judges: readonly string[]): Calibration['fleiss'] {
  const counts = rows
    .map((row) => judges.map((judge) => ofJudge(row, judge).verdict.kind))
    .filter((kinds) => !kinds.includes('undecided'))
    .map((kinds) => [
      kinds.filter((kind) => kind === 'pass').length,
      kinds.filter((kind) => kind === 'fail').length,
    ]);
  return { rows: counts.length, kappa: fleissKappa(counts) };
}

function differenceOf(row: LabelledVerdict, panel: readonly string[]): Difference {
  const { id, line, label, verdict, category, reasons } = row;
  return {
    id,
    line,
    ...(category === undefined ? {} : { category }),
    label,
    verdict: verdict.kind,
    reasons,
    ...(panel.length === 0
      ? {}
      : { votes: Object.fromEntries(row.ballots.map((ballot) => [ballot.judge, ballot.verdict.kind])) }),
  };
}
