/** Which seeds are attacked: the longest left out, the rest spread evenly over weaknesses (SPEC "Jailbreak families"). */
import type { Task } from '../../oracles/task.ts';
import type { Random } from '../../random.ts';

/** Of the seeds, by length: frames and encodings make long prompts longer than a context. */
export const LONGEST_SHARE = 0.1;

/** All but the longest, in the original order. @param share of the tasks that is left out, in [0, 1]. */
export function withoutLongest(tasks: readonly Task[], share = LONGEST_SHARE): Task[] {
  const keep = Math.ceil(tasks.length * (1 - share));
  const length = (task: Task) => task.messages.reduce((sum, message) => sum + message.content.length, 0);
  const kept = new Set([...tasks].sort((a, b) => length(a) - length(b)).slice(0, keep));
  return tasks.filter((task) => kept.has(task));
}

/** The weakness of a task, the category of a malicious request, otherwise its family. */
export function stratumOf({ cwes, provenance, family }: Task): string | number {
  return cwes[0] ?? provenance.category ?? family;
}

/** `count` tasks, one stratum after the other in turn; tasks come again when their stratum is used up. */
export function stratifiedOrder(tasks: readonly Task[], count: number, random: Random): Task[] {
  const lists = shuffledStrata(tasks, stratumOf, random);
  return Array.from({ length: count }, (_, i) => {
    const list = lists[i % lists.length]!;
    return list[Math.floor(i / lists.length) % list.length]!;
  });
}

/**
 * At most `count` different tasks, one of each stratum in turn as long as it has any: a weakness with few prompts has
 * all of them in the sample before a common one has twice as many.
 */
export function stratifiedSample(tasks: readonly Task[], count: number, random: Random): Task[] {
  return sampleEvenly(tasks, stratumOf, { count, random });
}

/** As `stratifiedSample`, of anything. */
export function sampleEvenly<T>(
  items: readonly T[],
  stratum: (item: T) => string | number,
  { count, random }: { readonly count: number; readonly random: Random },
): T[] {
  const lists = shuffledStrata(items, stratum, random);
  const longest = Math.max(0, ...lists.map((list) => list.length));
  const inTurn = Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list.slice(i, i + 1)));
  return inTurn.flat().slice(0, count);
}

function shuffledStrata<T>(
  items: readonly T[],
  stratum: (item: T) => string | number,
  random: Random,
): T[][] {
  const strata = Map.groupBy(random.shuffle(items), stratum);
  return random.shuffle([...strata.values()]);
}
