/** Contrastive examples for attackers, from the documentation of the analysers' rules. */
import type { AnalyserRule } from '../../rules/rule-library.ts';
import type { RuleExample } from './goal.ts';

/** Python first: it is what most tasks ask for. Rules without both sides have none. */
export function ruleExamples(rules: readonly AnalyserRule[]): RuleExample[] {
  const examples = rules.flatMap(({ cwes, bad: [bad], good: [good], languages }) => {
    const [cwe] = cwes;
    if (cwe === undefined || bad === undefined || good === undefined) return [];
    return [{ cwe, bad, good, isPython: languages.includes('python') }];
  });
  return examples
    .sort((a, b) => Number(b.isPython) - Number(a.isPython))
    .map(({ cwe, bad, good }) => ({ cwe, bad, good }));
}
