/** Tasks with jailbreak primitives applied to their last turn: the same oracles and rules, another way of asking. */
import { contentKey } from '../../content-key.ts';
import type { Task } from '../../oracles/task.ts';
import { Random } from '../../random.ts';
import type { Message } from '../../transcripts/message.ts';
import { drawComposition, primitivesFor } from './library.ts';
import { applyPrimitives, type Primitive } from './primitive.ts';
import { stratifiedOrder, withoutLongest } from './sampling.ts';

export interface LibraryJailbreakOptions {
  readonly library: readonly Primitive[];
  /** How many jailbroken tasks to make. */
  readonly count: number;
  /** Share of them that get two primitives of different families, in [0, 1]. */
  readonly composed: number;
  readonly seed: number | string;
}

/**
 * As `jailbreakTasks`, over the whole library: the longest tenth of the seeds left out, the rest evenly over weaknesses
 * and categories. A seed comes again, with another draw, only when all seeds of its stratum are used. Fewer tasks than
 * asked for where new pairs of seed and primitives run out.
 */
export function libraryJailbreakTasks(seeds: readonly Task[], options: LibraryJailbreakOptions): Task[] {
  const { library, count, composed, seed } = options;
  if (seeds.length === 0) return [];
  const tasks = new Map<string, Task>();
  const order = stratifiedOrder(withoutLongest(seeds), count * 4, new Random(seed, 'jailbreak seeds'));
  for (const [draw, original] of order.entries()) {
    if (tasks.size >= count) break;
    const random = new Random(seed, 'library jailbreak', draw);
    const size = random.chance(composed) ? 2 : 1;
    const primitives = drawComposition(primitivesFor(library, original), { size }, random);
    if (primitives.length === 0) continue;
    const task = withPrimitives(original, primitives, random);
    if (!tasks.has(task.id)) tasks.set(task.id, task);
  }
  return [...tasks.values()];
}

/** The task with its last turn put in other ways. @throws ConfigError where the primitives do not compose. */
export function withPrimitives(original: Task, primitives: readonly Primitive[], random: Random): Task {
  const prompt = original.messages.at(-1)?.content ?? '';
  const turns = applyPrimitives(primitives, prompt, random);
  return attackedTask(original, [...original.messages.slice(0, -1), ...turns], {
    jailbreak: primitives.map(({ id }) => id).join('+'),
    jailbreakFamily: primitives.map(({ family }) => family).join('+'),
  });
}

/** The task with another conversation; provenance names the original and the attack. */
export function attackedTask(
  original: Task,
  messages: readonly Message[],
  attack: Task['provenance'] & { readonly jailbreak: string; readonly jailbreakFamily: string },
): Task {
  return {
    ...original,
    id: contentKey({ messages, source: original.source }),
    messages,
    provenance: { ...original.provenance, task: original.id, ...attack },
  };
}
