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
