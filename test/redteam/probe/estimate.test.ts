import assert from 'node:assert/strict';
import { it } from 'node:test';
import { JAILBREAK_LIBRARY } from '../../../src/redteam/jailbreaks/library.ts';
import type { AttackKind } from '../../../src/redteam/probe/attempt.ts';
import { type ProbePlan, plannedCalls } from '../../../src/redteam/probe/estimate.ts';
import { DEFAULT_PROBE } from '../../../src/redteam/probe/options.ts';
import { KNOWLEDGE, loadTask } from '../jailbreaks/roles.ts';

function calls(
  attack: AttackKind,
  usual: boolean,
  more: Pick<ProbePlan, 'multiTurn'> = {},
): Record<string, number> {
  const settings = {
    ...DEFAULT_PROBE,
    attack,
    seed: 1,
    prompts: 3,
    search: { prompts: 10, width: 4, keep: 4 },
    escalation: { steps: 2, backOffs: 1 },
  };
  const plan = {
    tasks: [loadTask(1), loadTask(2)],
    settings,
    library: JAILBREAK_LIBRARY,
    knowledge: KNOWLEDGE,
    target: { temperature: 0, maxTokens: 100, seed: 1 },
    hasAttacker: true,
    ...more,
  };
  const roles = [...plannedCalls(plan, usual)].map(({ role }) => role);
  return Object.fromEntries([...Map.groupBy(roles, (role) => role)].map(([role, own]) => [role, own.length]));
}

it('a plan has every call that a probe makes when nothing breaks', () => {
  assert.deepEqual(calls('none', true), { target: 2 });
  assert.deepEqual(calls('templates', true), { target: 6 });
  // Prompts of the first round are not the attacker's; of the others at most all, usually 6 in 11.
  assert.deepEqual(calls('search', false), { target: 20, attacker: 12 });
  assert.deepEqual(calls('search', true), { target: 20, attacker: 8 });
  // Two conversations of three turns, and a ladder, actors and questions about one of them.
  assert.deepEqual(calls('multi-turn', true), { attacker: 6, target: 12 });
  // A ladder for each of two tasks; actors and questions about one of them.
  assert.deepEqual(calls('multi-turn', true, { multiTurn: ['foot-in-the-door'] }), {
    attacker: 2,
    target: 6,
  });
  assert.deepEqual(calls('multi-turn', false, { multiTurn: ['actors'] }), { attacker: 6, target: 8 });
  // One back-off each: a bridge of the attacker, and a turn.
  assert.deepEqual(calls('multi-turn', false), { attacker: 10, target: 16 });
});
