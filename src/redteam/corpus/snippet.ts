/** Code of public sources that may be vulnerable, before an analyser has confirmed anything (SPEC "Stage 0"). */
import { z } from 'zod';
import { contentKey } from '../../content-key.ts';
import type { RowProblem } from '../../datasets/rows.ts';
import type { Language } from '../../transcripts/code-language.ts';

/** Where a snippet comes from; plain JSON, it stays with seeds and prompts. */
export interface Origin {
  /** Name of the source: `safecoder`, `osv`, or what a file of one's own says. Benchmarks: see benchmarks.ts. */
  readonly source: string;
  /** File and line, index or function in it. */
  readonly place: string;
  /** A page for people: the commit. */
  readonly url?: string;
  /** Id of the advisory whose fix the code is from. */
  readonly advisory?: string;
  /** Of the data set, where it has one licence; code of an advisory has that of its repository. */
  readonly licence?: string;
}

/** What a seed keeps of its snippet. */
export interface SeedOrigin extends Origin {
  /** Weaknesses that the source names, confirmed or not. */
  readonly labels: readonly number[];
  readonly translatedFrom?: Language;
}

export interface CorpusSnippet {
  readonly code: string;
  readonly language: Language;
  /** Weaknesses that the source names; nobody has checked them. */
  readonly cwes: readonly number[];
  readonly origin: Origin;
  /** Of a snippet that a model has translated: the language that it was in. */
  readonly translatedFrom?: Language;
}

/** What was left out, by reason. */
export type Drops = Record<string, number>;

/** One source, read. Of a file of rows: rows = snippets + the sum of dropped. */
export interface LoadedSource {
  readonly source: string;
  readonly snippets: readonly CorpusSnippet[];
  /** Rows that are not as expected, with place and reason. */
  readonly problems: readonly RowProblem[];
  readonly counts: { readonly rows: number; readonly snippets: number; readonly dropped: Readonly<Drops> };
}

export function countDrop(drops: Drops, reason: string, count = 1): void {
  drops[reason] = (drops[reason] ?? 0) + count;
}

/**
 * A function that one can take in at a glance. Shorter is a declaration; longer does not fit into a prompt, and its
 * findings are often not what was mended.
 */
export const lengthLimitsSchema = z.strictObject({
  /** Lines that are not blank. */
  minLines: z.int().min(1).default(2),
  maxLines: z.int().min(1).default(150),
  maxCharacters: z.int().min(1).default(8_000),
});
export type LengthLimits = z.output<typeof lengthLimitsSchema>;
export const DEFAULT_LENGTHS: LengthLimits = lengthLimitsSchema.parse({});

/** Why code is left out for its length; undefined when it is not. */
export function lengthFault(code: string, limits: LengthLimits): 'too-short' | 'too-long' | undefined {
  const lines = code.split('\n').filter((line) => line.trim() !== '').length;
  if (lines < limits.minLines) return 'too-short';
  return lines > limits.maxLines || code.length > limits.maxCharacters ? 'too-long' : undefined;
}

/** Equal for equal code in one language, wherever it comes from. */
export function snippetKey({ code, language }: Pick<CorpusSnippet, 'code' | 'language'>): string {
  return contentKey({ code, language });
}
