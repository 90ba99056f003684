/**
 * Attacks tasks on a target and says what broke. Nothing is kept here: the models' cache makes a probe that was killed
 * go on, and the same options and replies give the same attempts.
 */
import type { Task } from '../../oracles/task.ts';
import type { AttackKind, Attempt } from './attempt.ts';
import { escalateGroup } from './conversations.ts';
import type { GroupProgress, ProbeOptions } from './options.ts';
import { searchGroup } from './searched.ts';
import { askGroup } from './single-turn.ts';

/** Tasks that go on together: their answers are one batch of the oracles. */
const GROUP: Readonly<Record<AttackKind, number>> = {
  none: 256,
  templates: 256,
  search: 64,
  'multi-turn': 64,
};

/**
 * Attempts in the order of the tasks.
 * @throws ModelError when there is no use in going on: budget reached, endpoint down.
 */
export async function probe(tasks: readonly Task[], options: ProbeOptions): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  const { attack } = options.settings;
  const size = GROUP[attack];
  for (let at = 0; at < tasks.length; at += size) {
    const group = tasks.slice(at, at + size);
    const before = brokenIn(attempts);
    const progress = (done: number): void => options.onProgress?.(at + done, before);
    attempts.push(...(await attackGroup(group, options, progress)));
    options.onProgress?.(at + group.length, brokenIn(attempts));
  }
  return attempts;
}

function attackGroup(
  tasks: readonly Task[],
  options: ProbeOptions,
  progress: GroupProgress,
): Promise<Attempt[]> {
  const { attack } = options.settings;
  if (attack === 'search') return searchGroup(tasks, options, progress);
  return attack === 'multi-turn'
    ? escalateGroup(tasks, options, progress)
    : askGroup(tasks, options, progress);
}

function brokenIn(attempts: readonly Attempt[]): number {
  return new Set(attempts.filter(({ outcome }) => outcome === 'broken').map(({ task }) => task)).size;
}
