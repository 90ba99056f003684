/** Tasks under multi-turn attacks: one conversation of each kind, the answer that got furthest is verified. */
import { mapConcurrent } from '../../models/map-concurrent.ts';
import type { Task } from '../../oracles/task.ts';
import type { AttackVerdict } from '../jailbreaks/attack-oracle.ts';
import { goalOf } from '../jailbreaks/goal.ts';
import {
  escalate,
  escalatedTask,
  escalationDetails,
  MULTI_TURN_ATTACKS,
} from '../jailbreaks/multi-turn/escalate.ts';
import type { TargetAnswer } from '../jailbreaks/target.ts';
import { type Attempt, attemptOf } from './attempt.ts';
import type { GroupProgress, ProbeOptions } from './options.ts';

/** @throws RangeError without an attacker: whoever probes says so before anything is asked. */
export async function escalateGroup(
  tasks: readonly Task[],
  { settings, knowledge, attacker, target, oracle, secret }: ProbeOptions,
  progress: GroupProgress,
): Promise<Attempt[]> {
  if (attacker === undefined) throw new RangeError('multi-turn attacks need an attacker');
  const { attack, escalation, seed } = settings;
  const jobs = tasks.flatMap((task) =>
    MULTI_TURN_ATTACKS.map((kind) => ({ kind, goal: goalOf(task, knowledge) })),
  );
  let done = 0;
  const walked = await Array.fromAsync(
    mapConcurrent(jobs, { limit: target.concurrency }, async ({ kind, goal }) => {
      const found = await escalate(kind, goal, { target, attacker, ...escalation, seed, secret });
      progress(Math.floor(++done / MULTI_TURN_ATTACKS.length));
      return found;
    }),
  );
  const verdicts = await oracle.check(
    jobs.map(({ goal }, index) => {
      const found = walked[index];
      const answer = found === undefined ? withoutPlan(goal.task) : found.climb.furthest;
      return { task: found === undefined ? goal.task : escalatedTask(goal, found), answer };
    }),
  );
  return jobs.map(({ kind, goal: { task } }, index) => {
    const found = walked[index];
    const verdict: AttackVerdict = verdicts[index]!;
    const answer = found === undefined ? withoutPlan(task) : found.climb.furthest;
    const details = found === undefined ? {} : escalationDetails(found);
    const calls = found?.climb.calls ?? 0;
    return attemptOf(task, { answer, verdict }, { attack, jailbreak: kind, family: kind, calls, details });
  });
}

/** The attacker refused or wrote nothing usable: the target was not asked, and nothing is known of it. */
function withoutPlan({ messages }: Task): TargetAnswer {
  const failure = 'it was not asked, the attacker wrote no conversation';
  return { messages, text: null, finish: 'error', refused: false, calls: 0, failure };
}
