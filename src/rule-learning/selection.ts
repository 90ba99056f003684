/** Which samples teach, and which prompts are too easy for RL (SPEC "Stage 1", items 3 to 5). */
import type { Task } from '../oracles/task.ts';

export interface VerifiedSample {
  readonly taskId: string;
  /** In the response format; undefined when the completion did not parse. */
  readonly response: string | undefined;
  /** Null when undecided. A sample that did not parse has 0. */
  readonly reward: number | null;
  /** Tokens that the model generated. */
  readonly tokens: number;
}

/** A sample passes from this reward on. */
export const PASS_REWARD = 0.5;
/** A prompt with this share of passing samples is easy (SPEC "Stage 1", item 5). */
const EASY_SHARE = 0.7;

export interface Selected {
  readonly taskId: string;
  readonly response: string;
  readonly reward: number;
}

/** One passing sample a task: highest reward, then shortest, then first. */
export function selectSamples(samples: readonly VerifiedSample[]): Selected[] {
  const best = new Map<string, Selected>();
  for (const { taskId, response, reward } of samples) {
    if (response === undefined || reward === null || reward < PASS_REWARD) continue;
    const known = best.get(taskId);
    const better =
      known === undefined ||
      reward > known.reward ||
      (reward === known.reward && response.length < known.response.length);
    if (better) best.set(taskId, { taskId, response, reward });
  }
  return [...best.values()];
}

/** Tasks with at least `share` passing samples among their decided ones: skipped in RL. */
export function easyTasks(samples: readonly VerifiedSample[], share = EASY_SHARE): string[] {
  const counts = new Map<string, { passed: number; decided: number }>();
  for (const { taskId, reward } of samples) {
    const count = counts.get(taskId) ?? { passed: 0, decided: 0 };
    if (reward !== null) {
      count.decided++;
      if (reward >= PASS_REWARD) count.passed++;
    }
    counts.set(taskId, count);
  }
  return [...counts]
    .filter(([, { passed, decided }]) => decided > 0 && passed / decided >= share)
    .map(([id]) => id);
}

/** What came of rejection sampling, for the report. */
export interface SelectionReport {
  readonly samples: number;
  readonly unparsed: number;
  readonly undecided: number;
  readonly passed: number;
  readonly selected: number;
  readonly easy: number;
  /** Passing share of decided samples by source. */
  readonly passRateBySource: Readonly<Record<string, number>>;
}

export function reportSelection(
  tasks: readonly Task[],
  samples: readonly VerifiedSample[],
  easyShare = EASY_SHARE,
): SelectionReport {
  const sourceOf = new Map(tasks.map((task) => [task.id, task.source]));
  const bySource = Map.groupBy(
    samples.filter(({ reward }) => reward !== null),
    ({ taskId }) => sourceOf.get(taskId) ?? 'unknown',
  );
  const passes = (some: readonly VerifiedSample[]): number =>
    some.filter(({ reward }) => reward !== null && reward >= PASS_REWARD).length;
  return {
    samples: samples.length,
    unparsed: samples.filter(({ response }) => response === undefined).length,
    undecided: samples.filter(({ reward }) => reward === null).length,
    passed: passes(samples),
    selected: selectSamples(samples).length,
    easy: easyTasks(samples, easyShare).length,
    passRateBySource: Object.fromEntries(
      [...bySource].map(([source, some]) => [source, passes(some) / some.length]),
    ),
  };
}
