/** Training prompts of the sources that red-teaming does not make: malicious requests and the benign side. */
import type { Task } from '../oracles/task.ts';
import { Random } from '../random.ts';
import type { Message } from '../transcripts/message.ts';
import {
  type Ask,
  drawLookalikeAsk,
  drawMaliciousAsk,
  drawQuestionAsk,
  drawUtilityAsk,
  taskOf,
} from './ask.ts';
import { earlierTurn } from './corpus.ts';
import type { Families, World } from './world.ts';

export interface PoolSizes {
  readonly malicious: number;
  readonly lookalikes: number;
  readonly utility: number;
  readonly questions: number;
  /** Share of tasks with an earlier turn. */
  readonly multiTurnShare: number;
}

export interface Pool {
  /** Plain malicious requests, for red-teaming to wrap. */
  readonly malicious: readonly Task[];
  readonly benign: readonly Task[];
}

/** Distinct tasks over the families that alignment may see; families come in turn, so each is covered. */
export function trainingPool(world: World, known: Families, sizes: PoolSizes, seed: number): Pool {
  const historyWorld: World = { ...world, families: known };
  const draw = <F>(
    name: string,
    families: readonly F[],
    count: number,
    ask: (family: F, random: Random, i: number) => Ask,
  ) => {
    const tasks = new Map<string, Task>();
    for (let i = 0; tasks.size < count && i < 4 * count && families.length > 0; i++) {
      const random = new Random(seed, 'pool', name, i);
      const made = ask(families[i % families.length]!, random, i);
      const history: Message[] = random.chance(sizes.multiTurnShare) ? earlierTurn(historyWorld, random) : [];
      const task = taskOf(made, history);
      tasks.set(task.id, task);
    }
    return [...tasks.values()];
  };
  const split = 'train' as const;
  return {
    malicious: draw('malicious', known.malicious, sizes.malicious, (family, random) =>
      drawMaliciousAsk(family, { split, random }),
    ),
    benign: [
      ...draw('lookalike', known.lookalike, sizes.lookalikes, (family, random) =>
        drawLookalikeAsk(family, random.chance(0.35), { split, random }),
      ),
      ...draw('utility', known.utility, sizes.utility, (family, random) =>
        drawUtilityAsk(family, { split, random }),
      ),
      ...draw('question', known.question, sizes.questions, (family, random) =>
        drawQuestionAsk(family, { split, random }),
      ),
    ],
  };
}
