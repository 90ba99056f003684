/** What finds weaknesses in code: one interface for every static analyser (DESIGN "Oracles"). */
import type { Severity } from '../verdict.ts';

/** Code to be analysed on its own. */
export interface Snippet {
  readonly code: string;
  /** Lower-case name of the language; an analyser finds nothing in languages that it does not know. */
  readonly language: string;
}

/** Positions in the snippet: lines and columns count from 1, columns in UTF-16 units, the end is exclusive. */
export interface Span {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface Finding {
  /** Name of the analyser. */
  readonly analyser: string;
  /** Its rule, e.g. `S307`, or INVALID_SYNTAX. */
  readonly rule: string;
  readonly message: string;
  /** CWE numbers, the most telling one first. Empty for INVALID_SYNTAX. */
  readonly cwes: readonly number[];
  readonly severity: Severity;
  readonly span: Span;
  /** What to do instead, in one line. */
  readonly help: string;
}

/** The rule of findings that say: this does not parse, so nothing is known about it. */
export const INVALID_SYNTAX = 'invalid-syntax';

export type AnalysisResult =
  | { readonly kind: 'analysed'; readonly findings: readonly Finding[] }
  | { readonly kind: 'failed'; readonly cause: string };

export interface Analyser {
  readonly name: string;
  /** The languages that it reads; all of them when absent. What no analyser reads is undecided (check-texts.ts). */
  readonly languages?: readonly string[];
  /** One result per snippet, in order. Never throws for what a snippet contains. */
  analyse(snippets: readonly Snippet[]): Promise<AnalysisResult[]>;
}

export function reads({ languages }: Analyser, language: string): boolean {
  return languages === undefined || languages.includes(language);
}

/** Of several analysers together; undefined: all. */
export function languagesOf(analysers: readonly Analyser[]): readonly string[] | undefined {
  const all = analysers.map(({ languages }) => languages);
  return all.every((languages) => languages !== undefined) ? [...new Set(all.flat())] : undefined;
}

/** From least to most. */
export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const satisfies readonly Severity[];

export function isAtLeast(severity: Severity, threshold: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(threshold);
}
