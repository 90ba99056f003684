/**
 * Group-relative advantages (GRPO; paper section 4): (r - mean of its group) / std of its group, with the
 * population standard deviation. Undecided rewards (null) belong to no mean and get no advantage.
 */
export type Rewards = readonly (number | null)[];

/** advantages[rollout], or undefined when the group has no gradient. Undecided rollouts get null. */
export function groupAdvantages(rewards_G: Rewards): (number | null)[] | undefined {
  const decided = rewards_G.filter((reward) => reward !== null);
  if (!isLearnable(rewards_G)) return undefined;
  const mean = decided.reduce((sum, reward) => sum + reward, 0) / decided.length;
  const variance = decided.reduce((sum, reward) => sum + (reward - mean) ** 2, 0) / decided.length;
  const deviation = Math.sqrt(variance);
  return rewards_G.map((reward) => (reward === null ? null : (reward - mean) / deviation));
}

/** A group teaches something when two of its decided rewards differ. */
export function isLearnable(rewards_G: Rewards): boolean {
  const decided = rewards_G.filter((reward) => reward !== null);
  return decided.some((reward) => reward !== decided[0]);
}

/** objectives[rollout][name]; an objective that a rollout lacks was not asked of it. */
type Objectives = readonly Readonly<Record<string, number | null>>[];

/**
 * Advantages from several objectives, each normalised within the group by itself (so that a rare objective counts
 * as much as a common one) and averaged: secure *and* functional is learned from both, also where no rollout has
 * both. With one objective it is groupAdvantages. A rollout with an undecided objective is masked as a whole, or
 * answers that make an oracle give up would be paid by the others.
 */
function objectiveAdvantages(objectives_G: Objectives): (number | null)[] | undefined {
  const masked = objectives_G.map((own) => Object.values(own).includes(null));
  const names = [...new Set(objectives_G.flatMap((own) => Object.keys(own)))];
  const advantages_KG = names.map((name) =>
    groupAdvantages(objectives_G.map((own, i) => (masked[i] ? null : (own[name] ?? null)))),
  );
  if (advantages_KG.every((own) => own === undefined)) return undefined;
  const sums = objectives_G.map((_own, i) =>
    advantages_KG.reduce((sum, advantages) => sum + (advantages?.[i] ?? 0), 0),
  );
  return sums.map((sum, i) => (masked[i] ? null : sum / names.length));
}

export const ADVANTAGES = ['joint', 'per-objective'] as const;
export type AdvantageKind = (typeof ADVANTAGES)[number];

/** Of the joint reward, or of each objective by itself. */
export function advantagesOf(
  rewards: readonly { readonly reward: number | null; readonly objectives: Objectives[number] }[],
  kind: AdvantageKind,
): (number | null)[] | undefined {
  return kind === 'joint'
    ? groupAdvantages(rewards.map(({ reward }) => reward))
    : objectiveAdvantages(rewards.map(({ objectives }) => objectives));
}
