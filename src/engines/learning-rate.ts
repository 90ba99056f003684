export interface LearningRateSchedule {
  readonly peak: number;
  /** Steps of linear rise from 0; step 0 already moves. */
  readonly warmupSteps: number;
  readonly totalSteps: number;
  readonly decay: 'constant' | 'linear' | 'cosine';
  /** Steps at the peak before the decay begins, after warm-up. Default 0. */
  readonly holdSteps?: number;
}

/** Learning rate of a step, 0-based. Decays end at a tenth of the peak (cosine) or at 0 (linear). */
export function learningRate(step: number, schedule: LearningRateSchedule): number {
  const { peak, warmupSteps, totalSteps, decay, holdSteps = 0 } = schedule;
  if (step < warmupSteps) return (peak * (step + 1)) / warmupSteps;
  const decaySteps = totalSteps - warmupSteps - holdSteps;
  const progress = Math.max(0, Math.min(1, (step - warmupSteps - holdSteps) / Math.max(1, decaySteps)));
  if (decay === 'linear') return peak * (1 - progress);
  if (decay === 'cosine') return peak * (0.1 + 0.45 * (1 + Math.cos(Math.PI * progress)));
  return peak;
}
