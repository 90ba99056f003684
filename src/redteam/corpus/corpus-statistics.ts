/** What each source gave, as the paper's Table 2 counts it, and how far sources cover the same weaknesses. */
import type { LabelAgreement, Rejection } from './certify-corpus.ts';

/**
 * One source's way through the corpus: collected = duplicates + certified + undecided + rejected, and what could not be
 * translated.
 */
export interface SourceCounts {
  readonly source: string;
  /** Snippets that the source gave, before duplicates went. */
  readonly collected: number;
  /** Repeated within the source or an earlier one. */
  readonly duplicates: number;
  /** Not Python, and translated; undefined when nobody translates. */
  readonly translated?: number;
  readonly certified: number;
  readonly undecided: number;
  readonly rejected: Readonly<Record<Rejection, number>>;
  /** Of the certified: weaknesses of the findings. */
  readonly cwes: readonly number[];
  readonly agreement: Readonly<Record<LabelAgreement, number>>;
}

export interface SourceStatistics extends SourceCounts {
  /** Weaknesses that no source before it has, ascending. */
  readonly newCwes: readonly number[];
}

export interface CorpusStatistics {
  readonly sources: readonly SourceStatistics[];
  readonly total: {
    readonly collected: number;
    readonly duplicates: number;
    readonly translated?: number;
    readonly certified: number;
    readonly undecided: number;
    /** Of all sources, ascending. */
    readonly cwes: readonly number[];
  };
  /** Every pair of sources once. */
  readonly overlap: readonly Overlap[];
}

export interface Overlap {
  readonly sources: readonly [string, string];
  readonly common: readonly number[];
  readonly onlyFirst: readonly number[];
  readonly onlySecond: readonly number[];
}

/** @param counts in the order in which the sources build on each other. */
export function corpusStatistics(counts: readonly SourceCounts[]): CorpusStatistics {
  const before = new Set<number>();
  const sources = counts.map((own): SourceStatistics => {
    const cwes = ascending(own.cwes);
    const newCwes = cwes.filter((cwe) => !before.has(cwe));
    for (const cwe of cwes) before.add(cwe);
    return { ...own, cwes, newCwes };
  });
  const sum = (count: (own: SourceCounts) => number) => counts.reduce((total, own) => total + count(own), 0);
  return {
    sources,
    total: {
      collected: sum(({ collected }) => collected),
      duplicates: sum(({ duplicates }) => duplicates),
      ...(counts.some(({ translated }) => translated !== undefined) && {
        translated: sum(({ translated }) => translated ?? 0),
      }),
      certified: sum(({ certified }) => certified),
      undecided: sum(({ undecided }) => undecided),
      cwes: ascending([...before]),
    },
    overlap: sources.flatMap((a, at) => sources.slice(at + 1).map((b) => overlapOf(a, b))),
  };
}

function overlapOf(a: SourceStatistics, b: SourceStatistics): Overlap {
  return {
    sources: [a.source, b.source],
    common: a.cwes.filter((cwe) => b.cwes.includes(cwe)),
    onlyFirst: a.cwes.filter((cwe) => !b.cwes.includes(cwe)),
    onlySecond: b.cwes.filter((cwe) => !a.cwes.includes(cwe)),
  };
}

function ascending(cwes: readonly number[]): number[] {
  return [...new Set(cwes)].sort((a, b) => a - b);
}

/** Table 2 in Markdown: one row a source, then their sum. */
export function corpusTable({ sources, total }: CorpusStatistics): string {
  const isTranslated = total.translated !== undefined;
  const columns = ['source', 'collected', 'distinct', ...(isTranslated ? ['translated'] : []), 'certified'];
  const header = [...columns, 'undecided', 'CWEs', 'new CWEs', 'agrees with its label'];
  const rows = sources.map((own) => [
    own.source,
    own.collected,
    own.collected - own.duplicates,
    ...(isTranslated ? [own.translated ?? 0] : []),
    own.certified,
    own.undecided,
    own.cwes.length,
    `+${own.newCwes.length}`,
    agreementText(own),
  ]);
  const sum = [
    'all',
    total.collected,
    total.collected - total.duplicates,
    ...(isTranslated ? [total.translated ?? 0] : []),
    total.certified,
    total.undecided,
    total.cwes.length,
    '',
    '',
  ];
  return markdownTable(header, [...rows, sum]);
}

/** Labelled code whose findings mean the label, of all labelled code. */
function agreementText({ agreement }: SourceCounts): string {
  const agreed = agreement.same + agreement.related;
  const labelled = agreed + agreement.different;
  return labelled === 0 ? 'no labels' : `${agreed} of ${labelled}`;
}

/** Weaknesses that two sources share, in Markdown: one row a pair. */
export function overlapTable({ overlap }: CorpusStatistics): string {
  return markdownTable(
    ['first', 'second', 'both', 'only first', 'only second'],
    overlap.map(({ sources, common, onlyFirst, onlySecond }) => [
      ...sources,
      common.length,
      onlyFirst.length,
      onlySecond.length,
    ]),
  );
}

function markdownTable(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
