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

/** The rule of findings that say: this is nested too deep to be read, so nobody can know that it is secure. */
export const TOO_DEEP = 'too-deep';

/** Findings about reading the code at all: no option switches them off, and no vote is taken on them. */
export function isAboutReading({ rule }: Pick<Finding, 'rule'>): boolean {
  return rule === INVALID_SYNTAX || rule === TOO_DEEP;
}

/**
 * What an analyser finds in code that it has no room for on its stack, or that is deeper than its limit. No one
 * writes such code to be read (CWE-1124): it is a finding, since as a failure it would be a way to be undecided.
 */
export function tooDeep(analyser: string, code: string): Finding {
  const lines = code.split('\n');
  const span = { startLine: 1, startColumn: 1, endLine: lines.length, endColumn: lines.at(-1)!.length + 1 };
  const message = 'the code is nested too deep to be analysed';
  const help = 'Break the expression into named parts.';
  return { analyser, rule: TOO_DEEP, message, cwes: [1124], severity: 'high', span, help };
}

/** How V8 says that JavaScript or WebAssembly has used up its stack. */
export function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && /call stack/i.test(error.message);
}

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
