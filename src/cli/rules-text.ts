/** What `purpcode rules` prints. */
import type { CweEntry, CweTable } from '../rules/cwe.ts';
import type { CweWeakness } from '../rules/cwe-catalog.ts';
import { POLICY } from '../rules/policy.ts';
import { fenced, type Rule, renderHint, renderRule } from '../rules/rule.ts';
import type { AnalyserRule } from '../rules/rule-library.ts';

/** An analyser rule that detects a weakness. */
export interface Detector extends Omit<AnalyserRule, 'id'> {
  readonly rule: string;
  /** The weakness is the first, most telling one that the rule is mapped to. */
  readonly primary: boolean;
}

/** A weakness of the table with what detects it. */
export type Weakness = CweEntry & { readonly analyserRules: readonly Detector[] };

/** One line a weakness, then how much every analyser finds. */
export function listText(rows: readonly Weakness[], known: readonly AnalyserRule[]): string {
  const totals = [...Map.groupBy(known, ({ analyser }) => analyser)].map(
    ([analyser, own]) => `${own.length} rules of ${analyser}`,
  );
  const found = rows.filter(({ analyserRules }) => analyserRules.length > 0).length;
  return [
    ...rows.map(listLine),
    '',
    `Weaknesses found: ${found}, by ${totals.join(' and ')}; Bandit, Semgrep and CodeQL bring rules of their own.`,
  ].join('\n');
}

function listLine({ id, name, analyserRules, deprecated }: Weakness): string {
  const byAnalyser = [...Map.groupBy(analyserRules, ({ analyser }) => analyser)].map(
    ([analyser, own]) => `${analyser} ${own.length}: ${own.map(({ rule }) => rule).join(' ')}`,
  );
  const parts = [`CWE-${id}`.padEnd(9), deprecated ? `${name} (deprecated)` : name];
  return byAnalyser.length === 0 ? parts.join(' ') : `${parts.join(' ')}  [${byAnalyser.join('; ')}]`;
}

/** @param rule made of it, if it makes one. */
export function weaknessText(weakness: Weakness, rule: Rule | undefined, version: string): string {
  const { id, name, abstraction, status, mapping, description, analyserRules, full } = weakness;
  const advice = weakness.discouraged ? `${mapping} by MITRE: choose a more precise entry` : mapping;
  const detectors = analyserRules.map(
    ({ analyser, rule: code, severity, help }) => `  ${analyser} ${code} (${severity}): ${help}`,
  );
  return [
    `CWE-${id}: ${name}`,
    `${abstraction}, ${status}; mapping to it: ${advice}`,
    '',
    full?.description ?? description,
    ...(full === undefined ? [] : listSays(full)),
    '',
    detectors.length === 0 ? 'No rule of the embedded analysers finds it.' : 'Found by:',
    ...detectors,
    ...(full === undefined ? ruleExamples(rule) : listExamples(full)),
    '',
    ...policyLines(),
    ...(rule === undefined ? ['No prompt is built from it: it is deprecated, or too general.'] : []),
    '',
    `https://cwe.mitre.org/data/definitions/${id}.html (CWE ${version})`,
  ].join('\n');
}

export function ruleText(rule: AnalyserRule, table: CweTable): string {
  const { analyser, id, severity, languages, message, help, note, cwes, bad, good } = rule;
  const weaknesses = cwes.map((cwe) => {
    const name = table.get(cwe)?.name;
    return `  CWE-${cwe}${name === undefined ? '' : `: ${name}`}`;
  });
  const blocks = (title: string, codes: readonly string[]) =>
    codes.flatMap((code) => [title, fenced(code.trimEnd(), languages[0])]);
  return [
    `${analyser}/${id} (${severity}): ${message ?? help}`,
    `${languages.join(', ')}; instead: ${help}`,
    ...(note === undefined ? [] : ['', note.trim()]),
    '',
    'Weaknesses, the most telling first:',
    ...weaknesses,
    '',
    ...policyLines(),
    ...(bad.length === 0 ? [] : ['', ...blocks('Flagged:', bad), ...blocks('Not flagged:', good)]),
  ].join('\n');
}

/** Both texts with their sizes, tokens estimated at four bytes. */
export function hintsText(rule: Rule): string {
  const sized = (title: string, text: string) =>
    `--- ${title} (about ${Math.ceil(Buffer.byteLength(text) / 4)} tokens)\n${text}`;
  const [hint, whole] = [renderHint(rule, 'full'), renderRule(rule)];
  return [
    sized('rule learning', hint),
    whole === hint ? '--- Rule2Code: the same' : sized('Rule2Code', whole),
  ].join('\n\n');
}

/** What the policy says of code with any weakness. */
function policyLines(): string[] {
  return POLICY.filter(({ id }) => id === 'D1' || id === 'A1').map(
    ({ id, title, text }) => `Policy ${id}, ${title}: ${text}`,
  );
}

function listSays(weakness: CweWeakness): string[] {
  const { extendedDescription, alternateTerms, background, consequences, mitigations, mapping } = weakness;
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', title, ...lines];
  const indented = (text: string) => `  ${text.replaceAll('\n', '\n    ')}`;
  return [
    ...(extendedDescription === undefined ? [] : [extendedDescription]),
    ...section('Background:', background.map(indented)),
    ...section(
      'Also called:',
      alternateTerms.map(({ term, description = '' }) =>
        indented(`${term}${description && `: ${description}`}`),
      ),
    ),
    ...section(
      'Consequences:',
      consequences.map(({ scopes, impacts, note = '' }) =>
        indented(`${scopes.join(', ')}: ${impacts.join(', ')}${note && `. ${note}`}`),
      ),
    ),
    ...section(
      'Mitigations:',
      mitigations.map(({ phases, description }) =>
        indented(`${phases.length === 0 ? '' : `[${phases.join(', ')}] `}${description}`),
      ),
    ),
    ...section(
      'On mapping:',
      [mapping.rationale, mapping.comments].flatMap((text) => (text ? [indented(text)] : [])),
    ),
  ];
}

function listExamples({ examples }: CweWeakness): string[] {
  return examples.flatMap(({ parts }, at) => [
    '',
    `Example ${at + 1}:`,
    ...parts.map((part) =>
      part.kind === 'text'
        ? part.text
        : `${part.nature}${part.language === undefined ? '' : `, ${part.language}`}:\n${fenced(part.code, '')}`,
    ),
  ]);
}

const SHOWN_EXAMPLES = 6;

function ruleExamples(rule: Rule | undefined): string[] {
  const examples = rule?.documentation?.examples ?? [];
  return examples
    .slice(0, SHOWN_EXAMPLES)
    .flatMap(({ language, bad, good }) => [
      '',
      'Bad:',
      fenced(bad, language),
      ...(good === undefined ? [] : ['Good:', fenced(good, language)]),
    ]);
}
