/**
 * Which groups a step samples and trains on. A group whose rewards are all equal has no gradient.
 *
 * - `single-step` (paper section 4): the fraction l of learnable groups of the last step says how many prompts to
 *   sample now, n / l, capped, in one go; every learnable group is trained on.
 * - `dapo` (arXiv 2503.14476): sub-steps of n prompts until n groups are learnable; the surplus is dropped.
 * - `none`: n prompts, whatever comes.
 */
export const SAMPLERS = ['single-step', 'dapo', 'none'] as const;
export type SamplerName = (typeof SAMPLERS)[number];

export interface SamplingPlan {
  readonly sampler: SamplerName;
  /** n: the learnable groups that a step wants. */
  readonly groups: number;
  /** single-step: at most this many times n prompts. The paper's 4. */
  readonly cap: number;
}

/** Prompts of the first (and for single-step and none, only) sub-step. */
export function promptsToSample({ sampler, groups, cap }: SamplingPlan, learnableFraction: number): number {
  if (sampler !== 'single-step') return groups;
  const wanted = learnableFraction > 0 ? Math.ceil(groups / learnableFraction) : Number.POSITIVE_INFINITY;
  return Math.min(wanted, cap * groups);
}

/** Whether another sub-step of `groups` prompts follows. DAPO stops at the same cap. */
export function needsMore(plan: SamplingPlan, state: { learnable: number; sampled: number }): boolean {
  return plan.sampler === 'dapo' && state.learnable < plan.groups && state.sampled < plan.cap * plan.groups;
}

/** Splits learnable groups into those trained on and those dropped. */
export function selectGroups<G>(
  plan: SamplingPlan,
  learnable: readonly G[],
): { trained: G[]; dropped: number } {
  const trained = plan.sampler === 'dapo' ? learnable.slice(0, plan.groups) : [...learnable];
  return { trained, dropped: learnable.length - trained.length };
}
