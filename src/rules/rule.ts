import type { CweTable } from './cwe.ts';
import type { PolicyEntry } from './policy.ts';

/** A rule that code must keep: one weakness, told in a way that a model can act on. */
export interface Rule {
  /** Unique in its library; tasks name their rules by it. */
  readonly id: string;
  readonly cwe: number;
  /** Short name of the weakness, e.g. `SQL injection`. */
  readonly name: string;
  /** Noun phrases, lower case: `avoid ...; use ...`. */
  readonly avoid: string;
  readonly use: string;
  /** What goes wrong, a clause: `input can change the query`. */
  readonly risk?: string;
  /** Python that breaks the rule, and that keeps it. */
  readonly bad?: string;
  readonly good?: string;
  /** Codes of the analyser rules that detect it, e.g. `S608`. */
  readonly analyserRules: readonly string[];
}

export type HintStyle = 'short' | 'full';

/**
 * A rule as text. Short, one line: `CWE-89 SQL injection: avoid SQL built from strings; use query parameters.`
 * Full adds the risk, the CWE's description (if a table is given) and the bad and good code.
 */
export function renderHint(rule: Rule, style: HintStyle, cwes?: Pick<CweTable, 'get'>): string {
  const line = `CWE-${rule.cwe} ${rule.name}: ${advice(rule)}`;
  if (style === 'short') return line;
  const description = cwes?.get(rule.cwe)?.description;
  return [
    line,
    ...(rule.risk === undefined ? [] : [`Risk: ${rule.risk}.`]),
    ...(description === undefined ? [] : [description]),
    ...(rule.bad === undefined ? [] : ['Breaks the rule:', fenced(rule.bad)]),
    ...(rule.good === undefined ? [] : ['Keeps the rule:', fenced(rule.good)]),
  ].join('\n');
}

/** One line without the name, for the smallest contexts: `CWE-89: avoid SQL built from strings; use ...` */
export function ruleLine(rule: Rule | PolicyEntry): string {
  if ('cwe' in rule) return `CWE-${rule.cwe}: ${advice(rule)}`;
  return `${rule.id}: ${rule.allowed ? 'help with' : 'refuse'} ${rule.title}.`;
}

function advice(rule: Rule): string {
  return `avoid ${rule.avoid}; use ${rule.use}.`;
}

/** A Python block whose fence is longer than any run of backticks inside it (CommonMark 4.5). */
export function fenced(code: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}python\n${code}\n${fence}`;
}
