/**
 * From groups to training data: the clipped policy objective over all tokens of a step (token mean), and the
 * low-variance KL term to the reference policy.
 */
import type { Datum, SamplingClient } from '../engines/engine.ts';
import type { Group } from './rollouts.ts';

/**
 * One datum per decided rollout of the trained groups. Every response token weighs 1 / (all response tokens of the
 * step), so long and short responses count by their tokens; prompt tokens weigh 0.
 */
export async function buildBatch(groups: readonly Group[], reference: SamplingClient): Promise<Datum[]> {
  const rollouts = groups.flatMap((group) =>
    group.rollouts.flatMap((rollout, i) => {
      const advantage = group.advantages?.[i];
      return advantage == null || rollout.sample.tokens.length === 0
        ? []
        : [{ prompt: group.prompt, sample: rollout.sample, advantage }];
    }),
  );
  const totalTokens = rollouts.reduce((sum, { sample }) => sum + sample.tokens.length, 0);
  const sequences = rollouts.map(({ prompt, sample }) => {
    const tokens = [...prompt, ...sample.tokens];
    return { input: tokens.slice(0, -1), targets: tokens.slice(1) };
  });
  const referenceLogprobs = await reference.logprobs(sequences);
  return rollouts.map(({ prompt, sample, advantage }, i) => {
    const { input, targets } = sequences[i]!;
    const first = prompt.length - 1; // index of the first response token among the targets
    const weights = new Float32Array(input.length).fill(1 / totalTokens, first);
    const advantages = new Float32Array(input.length).fill(advantage, first);
    const logprobs = new Float32Array(input.length);
    logprobs.set(sample.logprobs, first);
    return { input, targets, weights, advantages, logprobs, referenceLogprobs: referenceLogprobs[i]! };
  });
}
