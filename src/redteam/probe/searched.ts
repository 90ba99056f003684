/** Tasks under black-box search: an attempt for every prompt that was tried. */
import type { Task } from '../../oracles/task.ts';
import { goalOf } from '../jailbreaks/goal.ts';
import { searchJailbreaks } from '../jailbreaks/search.ts';
import { type Attempt, attemptOf } from './attempt.ts';
import type { GroupProgress, ProbeOptions } from './options.ts';

export async function searchGroup(
  tasks: readonly Task[],
  options: ProbeOptions,
  progress: GroupProgress,
): Promise<Attempt[]> {
  const { settings, knowledge, attacker, ...shared } = options;
  const { attack, search: limits, seed } = settings;
  const goals = tasks.map((task) => goalOf(task, knowledge));
  const results = await searchJailbreaks(goals, {
    ...shared,
    ...(attacker === undefined ? {} : { attacker }),
    limits,
    seed,
    onRound: progress,
  });
  return results.flatMap(({ goal, asked }) => {
    let calls = 0;
    return asked.map(({ answer, verdict, operators, primitives, round, progress: closeness }) => {
      calls += answer.calls;
      const family = ['search', ...primitives.map((primitive) => primitive.family)].join('+');
      const about = { attack, jailbreak: operators.join(' > '), family, calls };
      const details = { round, progress: closeness };
      return attemptOf(goal.task, { answer, verdict }, { ...about, details });
    });
  });
}
