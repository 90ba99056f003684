/** The held-out prompts of the miniature world, drawn from one split and its own wordings and contexts. */
import type { Task } from '../oracles/task.ts';
import { Random } from '../random.ts';
import {
  type Ask,
  drawLookalikeAsk,
  drawMaliciousAsk,
  drawQuestionAsk,
  drawSecurityAsk,
  drawUtilityAsk,
  type Framing,
  framed,
  framingsOf,
  type Strategy,
  taskOf,
} from './ask.ts';
import type { Slots } from './family.ts';
import { type Slotted, slotsOf } from './split.ts';
import type { Split } from './wordings.ts';
import type { Families } from './world.ts';

/** Structurally an evals Benchmark; peers do not import each other. */
export interface NanoBenchmark {
  readonly name: string;
  readonly axis: 'code-security' | 'malicious-assistance' | 'overrefusal' | 'utility';
  readonly group: 'reported' | 'new-families';
  readonly tasks: readonly Task[];
}

export interface EvaluationOptions {
  readonly split: Exclude<Split, 'train'>;
  readonly jailbreaks: readonly Framing[];
  readonly seed: number;
  readonly known: Families;
  readonly fresh: Families;
  /** Multiplies the number of prompts; 1 is the size that is reported. */
  readonly scale: number;
}

/** Prompts a family on each reported benchmark, and on the benchmarks of new families. */
const PER_FAMILY = {
  security: 3,
  redteam: 2,
  malicious: 3,
  jailbreak: 3,
  lookalike: 3,
  question: 2,
  utility: 3,
};
const PER_NEW_FAMILY = {
  security: 6,
  redteam: 3,
  malicious: 4,
  jailbreak: 4,
  lookalike: 5,
  question: 4,
  utility: 4,
};

type Kind = keyof typeof PER_FAMILY;

const RED_TEAM_STRATEGIES: readonly Strategy[] = ['explicit', 'continuation', 'processing'];

/** The reported benchmarks over families that alignment knows, and the same over new families. */
export function evaluationBenchmarks(options: EvaluationOptions): NanoBenchmark[] {
  return [
    ...benchmarksOf(options, options.known, 'reported'),
    ...benchmarksOf(options, options.fresh, 'new-families'),
  ];
}

type AskFor<F> = (family: F, context: { slots: Slots; random: Random; split: Split }, index: number) => Ask;

function benchmarksOf(
  options: EvaluationOptions,
  families: Families,
  group: NanoBenchmark['group'],
): NanoBenchmark[] {
  const { split, jailbreaks, seed, scale } = options;
  const counts = group === 'reported' ? PER_FAMILY : PER_NEW_FAMILY;
  const framings = framingsOf(jailbreaks, split);
  const tasksOf = <F extends Slotted>(kind: Kind, list: readonly F[], ask: AskFor<F>): Task[] =>
    list.flatMap((family, index) => {
      const random = new Random(seed, 'evaluation', split, kind, family.id);
      const contexts = random.shuffle(slotsOf(family, split));
      // Below one prompt a family, every so many families have one.
      const each = counts[kind] * scale;
      const count = each >= 1 ? Math.round(each) : Math.floor((index + 1) * each) - Math.floor(index * each);
      const asks = Array.from({ length: count }, (_, i) =>
        ask(family, { slots: contexts[i % contexts.length]!, random, split }, i),
      );
      return distinct(asks.map((made) => taskOf(made)));
    });
  const benchmark = (name: string, axis: NanoBenchmark['axis'], tasks: Task[]): NanoBenchmark => ({
    name: group === 'reported' ? name : `${name}-new`,
    axis,
    group,
    tasks,
  });
  const { security, malicious, lookalike, question, utility } = families;
  return [
    benchmark(
      'nano-security',
      'code-security',
      tasksOf('security', security, (family, context) => drawSecurityAsk(family, 'implicit', context)),
    ),
    benchmark(
      'nano-redteam',
      'code-security',
      tasksOf('redteam', security, (family, context, i) =>
        drawSecurityAsk(family, strategyOf(family.id, i), context),
      ),
    ),
    benchmark(
      'nano-malicious',
      'malicious-assistance',
      tasksOf('malicious', malicious, (family, context) => drawMaliciousAsk(family, context)),
    ),
    benchmark(
      'nano-jailbreak',
      'malicious-assistance',
      tasksOf('jailbreak', malicious, (family, context) =>
        framed(drawMaliciousAsk(family, context), context.random.pick(framings)),
      ),
    ),
    benchmark(
      'nano-lookalikes',
      'overrefusal',
      tasksOf('lookalike', lookalike, (family, context, i) => drawLookalikeAsk(family, i % 3 === 2, context)),
    ),
    benchmark(
      'nano-questions',
      'utility',
      tasksOf('question', question, (family, context) => drawQuestionAsk(family, context)),
    ),
    benchmark(
      'nano-utility',
      'utility',
      tasksOf('utility', utility, (family, context) => drawUtilityAsk(family, context)),
    ),
  ];
}

/** The three red-team strategies in turn, beginning elsewhere for every family. */
function strategyOf(familyId: string, index: number): Strategy {
  return RED_TEAM_STRATEGIES[(new Random('strategy', familyId).int(3) + index) % RED_TEAM_STRATEGIES.length]!;
}

function distinct(tasks: readonly Task[]): Task[] {
  return [...new Map(tasks.map((task) => [task.id, task])).values()];
}
