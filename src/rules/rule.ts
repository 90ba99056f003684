import type { CweTable } from './cwe.ts';
import type { PolicyEntry } from './policy.ts';
import { type Documentation, HINT_BYTES, within } from './rule-documentation.ts';

/** A rule that code must keep: one weakness, told in a way that a model can act on. */
export type Rule = RuleCore & (WrittenAdvice | DocumentedAdvice);

interface RuleCore {
  /** Unique in its library; tasks name their rules by it. */
  readonly id: string;
  readonly cwe: number;
  /** Short name of the weakness, e.g. `SQL injection`. */
  readonly name: string;
  /** What goes wrong, a clause: `input can change the query`. */
  readonly risk?: string;
  /** Python that breaks the rule, and that keeps it. */
  readonly bad?: string;
  readonly good?: string;
  /** Codes of the analyser rules that detect it, e.g. `S608`. */
  readonly analyserRules: readonly string[];
}

/** Of a rule that was written as a rule. */
interface WrittenAdvice {
  /** Noun phrases, lower case: `avoid ...; use ...`. */
  readonly avoid: string;
  readonly use: string;
  readonly wrong?: never;
  readonly documentation?: never;
}

/** Of a rule that was taken from the CWE list or from an analyser (rule-library.ts). */
interface DocumentedAdvice {
  /** What code that breaks it does, a sentence. */
  readonly wrong: string;
  /** What it should do, a sentence. */
  readonly instead?: string;
  readonly documentation: Documentation;
  readonly avoid?: never;
  readonly use?: never;
}

export type HintStyle = 'short' | 'full';

/**
 * A rule as text. Short, one line: `CWE-89 SQL injection: avoid SQL built from strings; use query parameters.`
 * Full adds the risk, the CWE's description (if a table is given) and the bad and good code; of a documented rule
 * as much of its documentation as fits into HINT_BYTES.
 */
export function renderHint(rule: Rule, style: HintStyle, cwes?: Pick<CweTable, 'get'>): string {
  const line = `CWE-${rule.cwe} ${rule.name}: ${advice(rule)}`;
  if (style === 'short') return line;
  if (rule.documentation !== undefined) return renderDocumented(rule, HINT_BYTES);
  const description = cwes?.get(rule.cwe)?.description;
  return [
    line,
    ...(rule.risk === undefined ? [] : [`Risk: ${rule.risk}.`]),
    ...(description === undefined ? [] : [description]),
    ...(rule.bad === undefined ? [] : ['Breaks the rule:', fenced(rule.bad)]),
    ...(rule.good === undefined ? [] : ['Keeps the rule:', fenced(rule.good)]),
  ].join('\n');
}

/** The longest text of a rule: all that it has, where `renderHint` keeps to HINT_BYTES. */
export function renderRule(rule: Rule, cwes?: Pick<CweTable, 'get'>): string {
  if (rule.documentation === undefined) return renderHint(rule, 'full', cwes);
  return renderDocumented(rule, Number.POSITIVE_INFINITY);
}

/** One line without the name, for the smallest contexts: `CWE-89: avoid SQL built from strings; use ...` */
export function ruleLine(rule: Rule | PolicyEntry): string {
  if ('cwe' in rule) return `CWE-${rule.cwe}: ${advice(rule)}`;
  return `${rule.id}: ${rule.allowed ? 'help with' : 'refuse'} ${rule.title}.`;
}

function advice(rule: Rule): string {
  if (rule.documentation === undefined) return `avoid ${rule.avoid}; use ${rule.use}.`;
  const instead = rule.instead === undefined ? '' : ` Instead: ${rule.instead}`;
  return `never this: ${rule.wrong}${instead}`;
}

function renderDocumented(rule: RuleCore & DocumentedAdvice, bytes: number): string {
  const line = `CWE-${rule.cwe} ${rule.name}: ${advice(rule)}`;
  const { paragraphs, examples } = within(rule.documentation, bytes - Buffer.byteLength(line));
  return [
    line,
    ...paragraphs,
    ...examples.flatMap(({ language, bad, good }) => [
      'Breaks the rule:',
      fenced(bad, language),
      ...(good === undefined ? [] : ['Keeps the rule:', fenced(good, language)]),
    ]),
  ].join('\n');
}

/** A block of code whose fence is longer than any run of backticks inside it (CommonMark 4.5). */
export function fenced(code: string, language = 'python'): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${code}\n${fence}`;
}
