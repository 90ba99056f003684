/** What the loss was, recomputed in double precision from the log-probabilities the model gave. */
import type { Loss } from '../engine.ts';
import type { Sequences } from './sequences.ts';

/** As the graph has it: log-ratios are kept within ±20. */
const LIMIT = 20;

/** The clip range of the importance ratio; without a limit for importance sampling. */
export function clipRange(loss: Loss): { low: number; high: number } {
  return loss.kind === 'ppo' ? loss.clip : { low: 0, high: 1e30 };
}

/**
 * @param logprobs of all places of the sequences (flat).
 * @returns `loss`; for policy losses also the weighted means `clipFraction` (tokens whose gradient the clip stops)
 * and, with reference log-probabilities, `kl`.
 */
export function lossMetrics(
  sequences: Sequences,
  logprobs: Float32Array,
  loss: Loss,
): Record<string, number> {
  const weights = sequences.weights!;
  const { advantages, logprobs: old, referenceLogprobs: reference } = sequences;
  const sums = { loss: 0, weight: 0, kl: 0, clipped: 0 };
  const { low, high } = clipRange(loss);
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i]!;
    if (weight === 0) continue;
    sums.weight += weight;
    if (loss.kind === 'cross_entropy') {
      sums.loss -= weight * logprobs[i]!;
      continue;
    }
    const ratio = boundedExp(logprobs[i]! - old![i]!);
    const gain = ratio * advantages![i]!;
    const clipped = Math.min(Math.max(ratio, low), high) * advantages![i]!;
    sums.loss -= weight * Math.min(gain, clipped);
    if (gain > clipped) sums.clipped += weight;
    if (reference) {
      const difference = reference[i]! - logprobs[i]!;
      const kl = boundedExp(difference) - difference - 1;
      sums.kl += weight * kl;
      sums.loss += (loss.klCoefficient ?? 0) * weight * kl;
    }
  }
  if (loss.kind === 'cross_entropy') return { loss: sums.loss };
  const mean = (sum: number) => (sums.weight === 0 ? 0 : sum / sums.weight);
  return { loss: sums.loss, clipFraction: mean(sums.clipped), ...(reference && { kl: mean(sums.kl) }) };
}

function boundedExp(x: number): number {
  return Math.exp(Math.min(Math.max(x, -LIMIT), LIMIT));
}
