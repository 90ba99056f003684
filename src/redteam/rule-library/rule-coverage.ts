/** Which rules Rule2Code works on: those that an analyser can certify, the worst covered ones first. */
import { isAtLeast } from '../../oracles/code-security/analyser.ts';
import type { Severity } from '../../oracles/verdict.ts';
import type { Rule } from '../../rules/rule.ts';
import type { AnalyserRule } from '../../rules/rule-library.ts';

/**
 * The rules whose break at least one analyser rule can confirm in the language: others would be written for in vain.
 * A rule is confirmed by its weakness or by its analyser rules, as `certify` does it.
 */
export function certifiableRules(
  rules: readonly Rule[],
  analyserRules: readonly AnalyserRule[],
  options: { readonly language?: string; readonly minSeverity?: Severity } = {},
): Rule[] {
  const { language = 'python', minSeverity = 'medium' } = options;
  const able = analyserRules.filter(
    ({ languages, severity }) => languages.includes(language) && isAtLeast(severity, minSeverity),
  );
  const ids = new Set(able.map(({ analyser, id }) => `${analyser}/${id}`));
  const cwes = new Set(able.flatMap((rule) => rule.cwes));
  return rules.filter(({ id, cwe }) => (id.includes('/') ? ids.has(id) : cwes.has(cwe)));
}

/**
 * The rules to write code for, at most `limit`: always the next rule of the weakness with the fewest seeds, where a
 * rule that is chosen counts like a seed, so that no weakness takes all places. Ties go to the weakness that comes first.
 * @param countsByCwe seeds of the corpus by CWE number; none where there is no entry.
 */
export function poorlyCovered(
  rules: readonly Rule[],
  countsByCwe: ReadonlyMap<number, number>,
  limit: number,
): Rule[] {
  const groups = [...Map.groupBy(rules, ({ cwe }) => cwe)].map(([cwe, own]) => ({
    count: countsByCwe.get(cwe) ?? 0,
    waiting: own.values(),
    left: own.length,
  }));
  const chosen: Rule[] = [];
  while (chosen.length < limit) {
    const open = groups.filter(({ left }) => left > 0);
    if (open.length === 0) break;
    const least = open.reduce((best, group) => (group.count < best.count ? group : best));
    chosen.push(least.waiting.next().value!);
    least.count++;
    least.left--;
  }
  return chosen;
}
