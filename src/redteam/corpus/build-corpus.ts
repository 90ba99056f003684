/** The vulnerable-code corpus from its sources to seeds: distinct, in Python, certified, counted. */
import type { Analyser } from '../../oracles/code-security/analyser.ts';
import type { Severity } from '../../oracles/verdict.ts';
import type { GenerationCounts } from '../generation.ts';
import type { SimilarityOptions } from '../hygiene/minhash.ts';
import type { VulnerableSeed } from '../synthesizer.ts';
import {
  type CertifiedSnippet,
  certifySnippets,
  type LabelAgreement,
  type RejectedSnippet,
  type Rejection,
  type UndecidedSnippet,
} from './certify-corpus.ts';
import { type RuleFor, seedsFrom } from './corpus-seeds.ts';
import { type CorpusStatistics, corpusStatistics, type SourceCounts } from './corpus-statistics.ts';
import { distinctSnippets, type RepeatedSnippet } from './deduplicate-corpus.ts';
import type { CorpusSnippet, LoadedSource } from './snippet.ts';
import { type TranslationOptions, type Translations, translateSnippets } from './translate.ts';

export interface CorpusOptions {
  /** In the order in which they count: a later source counts what it adds to those before. */
  readonly sources: readonly Pick<LoadedSource, 'source' | 'snippets'>[];
  /** The ensemble, as one. */
  readonly analyser: Analyser;
  readonly ruleFor: RuleFor;
  /**
   * Turns other languages into Python. Without it they are certified in their own language, counted apart, and become
   * no seeds.
   */
  readonly translation?: Omit<TranslationOptions, 'onProgress'>;
  readonly minSeverity?: Severity;
  readonly batch?: number;
  readonly similarity?: SimilarityOptions;
  readonly onProgress?: (progress: CorpusProgress) => void;
}

export interface CorpusProgress {
  readonly stage: 'translate' | 'certify';
  readonly done: number;
  readonly total: number;
}

export interface Corpus {
  readonly seeds: readonly VulnerableSeed[];
  /** Of the Python that became seeds, or could have. */
  readonly statistics: CorpusStatistics;
  /** Other languages that nobody translated: what was found in them, and their counts. */
  readonly otherLanguages: {
    readonly certified: readonly CertifiedSnippet[];
    readonly statistics: CorpusStatistics;
  };
  readonly duplicates: readonly RepeatedSnippet[];
  readonly undecided: readonly UndecidedSnippet[];
  readonly withoutRule: readonly CertifiedSnippet[];
  /** What was asked of the synthesizer, and what failed. */
  readonly translation?: GenerationCounts;
  readonly untranslated: Translations['failed'];
}

export async function buildCorpus(options: CorpusOptions): Promise<Corpus> {
  const { sources, translation, onProgress } = options;
  const progress = (stage: CorpusProgress['stage']) => (done: number, total: number) =>
    onProgress?.({ stage, done, total });
  const distinct = distinctSnippets(
    sources.flatMap(({ snippets }) => snippets),
    options.similarity,
  );
  const python = distinct.kept.filter(({ language }) => language === 'python');
  const foreign = distinct.kept.filter(({ language }) => language !== 'python');
  const translations =
    translation === undefined
      ? undefined
      : await translateSnippets(foreign, { ...translation, onProgress: progress('translate') });
  // Translations may repeat Python of another source, or each other.
  const ready = distinctSnippets([...python, ...(translations?.translated ?? [])], options.similarity);
  const own = translation === undefined ? foreign : [];
  const result = await certifySnippets([...ready.kept, ...own], {
    ...options,
    onProgress: progress('certify'),
  });
  const certified = result.certified.filter(({ snippet }) => snippet.language === 'python');
  const otherCertified = result.certified.filter(({ snippet }) => snippet.language !== 'python');
  const { seeds, withoutRule } = seedsFrom(certified, options.ruleFor);
  const duplicates = [...distinct.dropped, ...ready.dropped];
  const names = sources.map(({ source }) => source);
  const collected = sources.flatMap(({ snippets }) => snippets);
  const statisticsOf = (isCounted: (snippet: CorpusSnippet) => boolean, found: readonly CertifiedSnippet[]) =>
    corpusStatistics(
      [...new Set(names)].map((source) =>
        countSource(source, {
          collected: collected.filter(isCounted),
          duplicates: duplicates.map(({ snippet }) => snippet).filter(isCounted),
          translated: translations?.translated,
          certified: found,
          undecided: result.undecided.map(({ snippet }) => snippet).filter(isCounted),
          rejected: result.rejected.filter(({ snippet }) => isCounted(snippet)),
        }),
      ),
    );
  const isPython = ({ language }: CorpusSnippet) => language === 'python';
  return {
    seeds,
    statistics: statisticsOf(translation === undefined ? isPython : () => true, certified),
    otherLanguages: {
      certified: otherCertified,
      statistics: statisticsOf((snippet) => translation === undefined && !isPython(snippet), otherCertified),
    },
    duplicates,
    undecided: result.undecided,
    withoutRule,
    untranslated: translations?.failed ?? [],
    ...(translations !== undefined && { translation: translations.counts }),
  };
}

function countSource(
  source: string,
  all: {
    readonly collected: readonly CorpusSnippet[];
    readonly duplicates: readonly CorpusSnippet[];
    readonly translated: readonly CorpusSnippet[] | undefined;
    readonly certified: readonly CertifiedSnippet[];
    readonly undecided: readonly CorpusSnippet[];
    readonly rejected: readonly RejectedSnippet[];
  },
): SourceCounts {
  const count = (snippets: readonly CorpusSnippet[]) =>
    snippets.filter(({ origin }) => origin.source === source).length;
  const certified = all.certified.filter(({ snippet }) => snippet.origin.source === source);
  const agreement: Record<LabelAgreement, number> = { same: 0, related: 0, different: 0, unlabelled: 0 };
  for (const own of certified) agreement[own.agreement]++;
  const rejected: Record<Rejection, number> = { clean: 0, 'invalid-syntax': 0 };
  for (const { snippet, reason } of all.rejected) if (snippet.origin.source === source) rejected[reason]++;
  return {
    source,
    collected: count(all.collected),
    duplicates: count(all.duplicates),
    ...(all.translated !== undefined && { translated: count(all.translated) }),
    certified: certified.length,
    undecided: count(all.undecided),
    rejected,
    cwes: certified.flatMap(({ cwes }) => cwes),
    agreement,
  };
}
