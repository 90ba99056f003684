/** How far analysers agree: which weaknesses are related, and statistics per CWE over a batch. */

import type { Severity } from '../verdict.ts';
import { type AnalysisResult, type Finding, isAtLeast } from './analyser.ts';

/**
 * Weaknesses that analysers use for the same mistake: neighbours under one class of MITRE's research view (CWE-1000),
 * or a cause and the consequence that another analyser names instead of it.
 */
const FAMILIES: readonly (readonly number[])[] = [
  [77, 78, 88, 426, 427], // commands
  [74, 94, 95, 96, 913, 1336], // code and templates
  [22, 23, 36, 73, 59], // paths
  [79, 80, 83, 87, 116], // markup
  [89, 564, 943, 90, 643, 91], // queries
  [117, 93, 113, 150], // lines and headers
  [295, 297, 322, 319, 757, 326, 327], // transport
  [326, 327, 328, 759, 760, 780, 916, 1204], // cryptographic strength
  [330, 331, 335, 337, 338, 340, 1241], // randomness
  [259, 321, 522, 547, 798, 1392], // credentials in code
  [345, 347, 287, 290, 306], // authenticity
  [502, 915], // objects from data
  [611, 776, 827, 91], // XML
  [276, 277, 732], // permissions
  [377, 378, 379, 367, 362], // temporary files and races
  [400, 770, 772, 775, 404, 459, 1088, 833], // resources
  [1333, 400, 730], // expressions that explode
  [390, 391, 396, 397, 703, 754, 755], // errors
  [489, 215, 11, 94], // debug features
  [617, 703], // assertions
  [605, 1327, 200, 668], // exposure
  [209, 200, 532, 497], // information
  [601, 918], // where requests go
  [352, 942, 346, 614, 1004, 1275], // browsers
  [119, 120, 121, 122, 125, 131, 242, 676, 787, 805], // buffers
  [190, 191, 680, 681, 195], // integers
  [415, 416, 476, 690, 401], // memory
];

/** Whether two findings can mean the same mistake: a CWE in common, or two of one family. */
export function areRelated(a: readonly number[], b: readonly number[]): boolean {
  if (a.some((cwe) => b.includes(cwe))) return true;
  return FAMILIES.some(
    (family) => a.some((cwe) => family.includes(cwe)) && b.some((cwe) => family.includes(cwe)),
  );
}

export interface AnalyserResults {
  readonly analyser: string;
  /** One result per snippet; the snippets are the same for every analyser. */
  readonly results: readonly AnalysisResult[];
}

/** How two analysers agree on which snippets have one weakness. */
export interface PairAgreement {
  readonly analysers: readonly [string, string];
  /** Snippets that both flag, only the first, only the second, neither; those that one failed on are left out. */
  readonly both: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly neither: number;
  /** Cohen's kappa; undefined where chance alone would agree on every snippet. */
  readonly kappa: number | undefined;
}

export interface CweAgreement {
  readonly cwe: number;
  /** Snippets that at least one analyser flags. */
  readonly flagged: number;
  /** By analyser: the snippets that it flags, and those that no other flags. */
  readonly analysers: readonly {
    readonly analyser: string;
    readonly flagged: number;
    readonly unique: number;
  }[];
  readonly pairs: readonly PairAgreement[];
}

/**
 * For every CWE of any finding of at least the given severity (default medium), in ascending order. A snippet is
 * flagged with a CWE when a finding lists it.
 * @throws RangeError when the analysers do not have the same number of results.
 */
export function agreementByCwe(
  runs: readonly AnalyserResults[],
  minSeverity: Severity = 'medium',
): CweAgreement[] {
  const count = runs[0]?.results.length ?? 0;
  if (runs.some(({ results }) => results.length !== count))
    throw new RangeError('one result per snippet is needed');
  const flags = runs.map(({ analyser, results }) => ({
    analyser,
    decided: results.map(({ kind }) => kind === 'analysed'),
    cwes: results.map((result) => cwesOf(result, minSeverity)),
  }));
  const all = new Set(flags.flatMap(({ cwes }) => cwes.flatMap((own) => [...own])));
  return [...all]
    .sort((a, b) => a - b)
    .map((cwe) => {
      const columns = flags.map(({ analyser, decided, cwes }) => ({
        analyser,
        decided,
        has: cwes.map((own) => own.has(cwe)),
      }));
      return summarise(cwe, count, columns);
    });
}

function cwesOf(result: AnalysisResult, minSeverity: Severity): Set<number> {
  if (result.kind === 'failed') return new Set();
  const counted = result.findings.filter(({ severity }: Finding) => isAtLeast(severity, minSeverity));
  return new Set(counted.flatMap(({ cwes }) => cwes));
}

/** One analyser's view of one weakness, by snippet. */
interface Column {
  readonly analyser: string;
  readonly decided: readonly boolean[];
  readonly has: readonly boolean[];
}

function summarise(cwe: number, count: number, columns: readonly Column[]): CweAgreement {
  const snippets = Array.from({ length: count }, (_, index) => index);
  const flaggedBy = (index: number) => columns.filter(({ has }) => has[index]).length;
  return {
    cwe,
    flagged: snippets.filter((index) => flaggedBy(index) > 0).length,
    analysers: columns.map(({ analyser, has }) => ({
      analyser,
      flagged: has.filter(Boolean).length,
      unique: snippets.filter((index) => has[index] && flaggedBy(index) === 1).length,
    })),
    pairs: columns.flatMap((first, at) =>
      columns.slice(at + 1).map((second) => pairAgreement(first, second)),
    ),
  };
}

function pairAgreement(first: Column, second: Column): PairAgreement {
  const counts = { both: 0, onlyFirst: 0, onlySecond: 0, neither: 0 };
  for (const [index, a] of first.has.entries()) {
    if (!first.decided[index] || !second.decided[index]) continue;
    const b = second.has[index];
    counts[a && b ? 'both' : a ? 'onlyFirst' : b ? 'onlySecond' : 'neither'] += 1;
  }
  return { analysers: [first.analyser, second.analyser], ...counts, kappa: cohensKappa(counts) };
}

/** Agreement beyond chance of two raters on yes or no (Cohen 1960): 1 always agree, 0 as by chance. */
export function cohensKappa(counts: Omit<PairAgreement, 'analysers' | 'kappa'>): number | undefined {
  const { both, onlyFirst, onlySecond, neither } = counts;
  const total = both + onlyFirst + onlySecond + neither;
  if (total === 0) return undefined;
  const observed = (both + neither) / total;
  const [first, second] = [(both + onlyFirst) / total, (both + onlySecond) / total];
  const expected = first * second + (1 - first) * (1 - second);
  return expected === 1 ? undefined : (observed - expected) / (1 - expected);
}
