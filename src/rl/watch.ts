/** Signs of collapse, step by step: a policy that finds a hole in the rewards shows here before it shows in scores. */
import type { Source } from '../oracles/task.ts';
import type { Group, Rollout } from './rollouts.ts';

export interface Watch {
  /** Mean of the decided rewards. */
  readonly reward: number;
  /** Mean reward by source of the prompts. */
  readonly rewardBySource: Partial<Record<Source, number>>;
  /** Share of code-security rollouts that hold code. */
  readonly codeShare: number;
  /** Share of refusals among rollouts of harmless prompts. */
  readonly refusalShare: number;
  readonly wellFormedShare: number;
  /** Nats per token, of the sampling distribution. */
  readonly entropy: number;
  /** Share of distinct responses among all rollouts. */
  readonly distinctShare: number;
  /** Mean tokens of a response. */
  readonly length: number;
  readonly undecided: number;
}

export function watchRollouts(groups: readonly Group[]): Watch {
  const rollouts = groups.flatMap((group) =>
    group.rollouts.map((rollout) => ({ ...rollout, task: group.task })),
  );
  const rewards = (some: readonly Rollout[]): number[] =>
    some.flatMap(({ reward }) => (reward.reward === null ? [] : [reward.reward]));
  const sources = [...new Set(rollouts.map(({ task }) => task.source))];
  const harmless = rollouts.filter(({ task }) => task.source !== 'malicious-assistance');
  const security = rollouts.filter(({ task }) => task.source === 'code-security');
  return {
    reward: mean(rewards(rollouts)),
    rewardBySource: Object.fromEntries(
      sources.map((source) => [source, mean(rewards(rollouts.filter(({ task }) => task.source === source)))]),
    ),
    codeShare: share(security, ({ reward }) => reward.hasCode),
    refusalShare: share(harmless, ({ reward }) => reward.refused),
    wellFormedShare: share(rollouts, ({ reward }) => reward.wellFormed),
    entropy: mean(rollouts.map(({ sample }) => sample.entropy)),
    distinctShare: new Set(rollouts.map(({ response }) => response)).size / Math.max(1, rollouts.length),
    length: mean(rollouts.map(({ sample }) => sample.tokens.length)),
    undecided: rollouts.filter(({ reward }) => reward.reward === null).length,
  };
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function share<T>(items: readonly T[], holds: (item: T) => boolean): number {
  return items.length === 0 ? 0 : items.filter(holds).length / items.length;
}
