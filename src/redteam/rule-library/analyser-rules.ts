/** The rules of the embedded analysers as plain data. Bandit, Semgrep and CodeQL bring theirs along when they run. */
import { type RuleFile, readRules } from '../../oracles/code-security/ast-grep/rule-file.ts';
import { rulesFolder } from '../../oracles/code-security/ast-grep/rule-set.ts';
import { RUFF_RULES } from '../../oracles/code-security/ruff-rules.ts';
import type { CweTable } from '../../rules/cwe.ts';
import { type AnalyserRule, buildRuleLibrary, type RuleLibrary } from '../../rules/rule-library.ts';
import { RUFF_EXAMPLES } from './ruff-examples.ts';

/**
 * Ruff's, then ast-grep's; our own are read once.
 * @param folders of ast-grep rules beside ours (the setting `rules` of the oracles).
 * @throws ConfigError for a malformed rule. @throws IoError when this installation lacks its rules.
 */
export function analyserRules(folders: readonly string[] = []): AnalyserRule[] {
  const files = folders.length === 0 ? ownRules() : readRules([rulesFolder(), ...folders]);
  return [...Object.keys(RUFF_RULES).map(ruffRule), ...files.map(astGrepRule)];
}

/** All rules that red-teaming and rule learning can name. @throws as `analyserRules`. */
export function openRuleLibrary(cwes: CweTable, folders: readonly string[] = []): RuleLibrary {
  return buildRuleLibrary({ cwes, analyserRules: analyserRules(folders) });
}

let own: readonly RuleFile[] | undefined;

function ownRules(): readonly RuleFile[] {
  own ??= readRules([rulesFolder()]);
  return own;
}

function ruffRule(id: string): AnalyserRule {
  const { cwes, severity, help } = RUFF_RULES[id]!;
  const example = RUFF_EXAMPLES[id];
  return {
    analyser: 'ruff',
    id,
    languages: ['python'],
    cwes,
    severity,
    help,
    ...(example !== undefined && { message: example.flags }),
    bad: example === undefined ? [] : [example.bad],
    good: example === undefined ? [] : [example.good],
  };
}

function astGrepRule({
  id,
  languages,
  cwe,
  severity,
  message,
  help,
  note,
  bad,
  good,
}: RuleFile): AnalyserRule {
  return { analyser: 'ast-grep', id, languages, cwes: cwe, severity, message, help, note, bad, good };
}
