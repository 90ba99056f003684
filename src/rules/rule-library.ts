/**
 * The rules of the CWE list and of analysers, each as a `Rule`: what context distillation shows and what Rule2Code
 * works from. Deprecated and discouraged entries make no rules, as in the paper.
 */
import type { CweEntry, CweTable } from './cwe.ts';
import { documentationOf } from './cwe-documentation.ts';
import type { Rule } from './rule.ts';
import {
  firstSentence,
  RULE_BYTES,
  type RuleExample,
  sentence,
  shortened,
  within,
} from './rule-documentation.ts';

/** A rule of an analyser, as its documentation tells it. */
export interface AnalyserRule {
  /** Name of the analyser, e.g. `ruff`. */
  readonly analyser: string;
  /** The analyser's code of it, e.g. `S608`: the `rule` of its findings. */
  readonly id: string;
  readonly languages: readonly string[];
  /** CWE numbers, the most telling one first. */
  readonly cwes: readonly number[];
  readonly severity: 'low' | 'medium' | 'high' | 'critical';
  /** What it flags, one line. */
  readonly message?: string;
  /** What to do instead, one line. */
  readonly help: string;
  /** What goes wrong, and why. */
  readonly note?: string;
  /** Code that it flags, and code that it does not. */
  readonly bad: readonly string[];
  readonly good: readonly string[];
}

export interface RuleLibrary {
  /** The weaknesses by number, then the rules of the analysers in their order. */
  readonly rules: readonly Rule[];
  get(id: string): Rule | undefined;
  /** The rule that a finding breaks: the analyser's own, else the first of its weaknesses that has one. */
  ruleFor(finding: FindingOfRule): Rule | undefined;
}

interface FindingOfRule {
  readonly analyser: string;
  readonly rule: string;
  readonly cwes: readonly number[];
}

export interface RuleLibraryOptions {
  /** With full entries (`readCweTable`) rules have the list's texts and examples, else descriptions. */
  readonly cwes: CweTable;
  readonly analyserRules: readonly AnalyserRule[];
  /** Its examples come first. */
  readonly language?: string;
}

/** Rules of at most RULE_BYTES of documentation; ids are `CWE-89` and `ruff/S608`. */
export function buildRuleLibrary({
  cwes,
  analyserRules,
  language = 'python',
}: RuleLibraryOptions): RuleLibrary {
  const usable = cwes.entries.filter(({ deprecated, discouraged }) => !deprecated && !discouraged);
  const rules = [
    ...usable.map((entry) => weaknessRule(entry, detectorsOf(entry.id, analyserRules), language)),
    ...analyserRules.map((rule) => analyserRuleOf(rule, cwes, language)),
  ];
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  return {
    rules,
    get: (id) => byId.get(id),
    ruleFor: (finding) =>
      byId.get(`${finding.analyser}/${finding.rule}`) ??
      finding.cwes.map((cwe) => byId.get(`CWE-${cwe}`)).find((rule) => rule !== undefined),
  };
}

/** Those that name the weakness, the ones that name it first before the others. */
export function detectorsOf(cwe: number, analyserRules: readonly AnalyserRule[]): AnalyserRule[] {
  const naming = analyserRules.filter(({ cwes }) => cwes.includes(cwe));
  return [...naming.filter(({ cwes }) => cwes[0] === cwe), ...naming.filter(({ cwes }) => cwes[0] !== cwe)];
}

function weaknessRule(entry: CweEntry, detectors: readonly AnalyserRule[], language: string): Rule {
  const primary = detectors.filter(({ cwes }) => cwes[0] === entry.id);
  const inLanguage = primary.filter(({ languages }) => languages.includes(language));
  const advice = [...new Set(inLanguage.map(({ help }) => help))];
  const wrong = firstSentence(entry.description);
  const full = documentationOf(entry.full);
  return {
    id: `CWE-${entry.id}`,
    cwe: entry.id,
    name: shortName(entry.name),
    wrong,
    // Several rules advise on parts of the weakness; none of them speaks for all of it.
    ...(advice.length === 1 && { instead: sentence(advice[0]!) }),
    documentation: within(
      {
        paragraphs: [...descriptionAfter(wrong, entry.description), ...full.paragraphs, ...listed(advice)],
        examples: inLanguageFirst(
          [...primary.flatMap((rule) => examplesOf(rule, language)), ...full.examples],
          language,
        ),
      },
      RULE_BYTES,
    ),
    analyserRules: [...new Set(detectors.map(({ id }) => id))],
  };
}

/** A description without the sentence that the rule begins with, or whole where that one was cut. */
function descriptionAfter(wrong: string, description: string): string[] {
  const rest = description.startsWith(wrong) ? description.slice(wrong.length).trim() : description;
  return rest === '' ? [] : [shortened(rest)];
}

function analyserRuleOf(rule: AnalyserRule, cwes: CweTable, language: string): Rule {
  const cwe = rule.cwes[0]!;
  const entry = cwes.get(cwe);
  const name = entry === undefined ? rule.id : shortName(entry.name);
  return {
    id: `${rule.analyser}/${rule.id}`,
    cwe,
    name,
    wrong: sentence(rule.message ?? entry?.name ?? rule.id),
    instead: sentence(rule.help),
    documentation: within(
      {
        paragraphs: [
          ...(rule.note === undefined ? [] : [shortened(rule.note.replace(/\s+/g, ' ').trim())]),
          ...(entry === undefined ? [] : [shortened(entry.description)]),
        ],
        examples: examplesOf(rule, language),
      },
      RULE_BYTES,
    ),
    analyserRules: [rule.id],
  };
}

/** The name by which people know it: `SQL Injection` of `Improper Neutralization ... ('SQL Injection')`. */
export function shortName(name: string): string {
  return /\('([^']+)'\)$/.exec(name)?.[1] ?? name;
}

function listed(advice: readonly string[]): string[] {
  if (advice.length < 2) return [];
  return [
    `What analysers advise:\n${advice
      .slice(0, 6)
      .map((help) => `- ${help}`)
      .join('\n')}`,
  ];
}

/**
 * In the rule's first language unless it knows the wanted one. Only the first good code is the bad one mended; those
 * after it are there to be told apart from bad code.
 */
function examplesOf({ languages, bad, good }: AnalyserRule, wanted: string): RuleExample[] {
  const language = languages.includes(wanted) ? wanted : (languages[0] ?? '');
  return bad.slice(0, 2).map((code, at) => {
    const mended = at === 0 ? good[0] : undefined;
    return { language, bad: code.trimEnd(), ...(mended !== undefined && { good: mended.trimEnd() }) };
  });
}

function inLanguageFirst(examples: readonly RuleExample[], language: string): RuleExample[] {
  const own = examples.filter((example) => example.language === language);
  return [...own, ...examples.filter((example) => example.language !== language)];
}
