/** A part of a benchmark that has the proportions of the whole. */
import type { Task } from '../../oracles/task.ts';
import { Random } from '../../random.ts';

/**
 * At most `limit` tasks, in their order, spread evenly over languages and over categories or families. Systematic
 * sampling: within its stratum each task has a place between 0 and 1, and the smallest places win. A smaller limit
 * gives a part of what a larger one gives; which part, the seed decides.
 */
export function stratifiedSubset(
  tasks: readonly Task[],
  { limit, seed }: { readonly limit: number; readonly seed: number },
): Task[] {
  if (tasks.length <= limit) return [...tasks];
  const strata = Map.groupBy(tasks.keys(), (index) => stratumOf(tasks[index]!));
  const places = [...strata].flatMap(([stratum, indices]) => {
    const random = new Random(seed, 'evaluation-subset', stratum);
    return random
      .shuffle(indices)
      .map((index, rank) => ({ index, place: (rank + random.float()) / indices.length }));
  });
  return places
    .sort((a, b) => a.place - b.place || a.index - b.index)
    .slice(0, limit)
    .sort((a, b) => a.index - b.index)
    .map(({ index }) => tasks[index]!);
}

function stratumOf({ provenance, family }: Task): string {
  return JSON.stringify([provenance.language ?? null, provenance.category ?? family]);
}
