/** Tasks and responses that the tests of the oracles share. */
import { createCodeSecurityOracle } from '../../src/oracles/code-security/oracle.ts';
import { createRuffAnalyser } from '../../src/oracles/code-security/ruff.ts';
import { createRuleBasedJudge } from '../../src/oracles/judges/rule-based.ts';
import type { Item } from '../../src/oracles/oracle.ts';
import { createRewardModel, type RewardOptions } from '../../src/oracles/reward.ts';
import type { Task } from '../../src/oracles/task.ts';

export function makeTask(fields: Partial<Task> = {}): Task {
  return {
    id: 'task',
    source: 'code-security',
    messages: [{ role: 'user', content: 'Write load_user(path).' }],
    oracles: ['code-security'],
    family: 'test',
    cwes: [],
    rules: [],
    provenance: {},
    ...fields,
  };
}

export const ANALYSIS = 'Intent: benign, a coding task. Plan: check the input.';

export function respond(answer: string, analysis: string = ANALYSIS): string {
  return `## Analysis\n${analysis}\n## Answer\n${answer}`;
}

export function fenced(code: string, label = 'python'): string {
  return `\`\`\`${label}\n${code}\n\`\`\``;
}

export function makeItem(answer: string, fields: Partial<Task> = {}): Item {
  return { task: makeTask(fields), response: respond(answer) };
}

/** The reward model with the embedded analyser and judge, without a sandbox. */
export function embeddedRewardModel(options: Partial<RewardOptions> = {}) {
  const judge = createRuleBasedJudge();
  const oracles = {
    'code-security': createCodeSecurityOracle({ analysers: [createRuffAnalyser()] }),
    'malicious-assistance': judge.maliciousAssistance,
    overrefusal: judge.overrefusal,
  };
  return createRewardModel({ oracles, ...options });
}
