/** AdamW (Loshchilov and Hutter 2019) over a flat parameter array, with clipping by the global norm. */
import { EngineError } from '../../errors.ts';
import type { AdamParams } from '../engine.ts';
import type { OptimizerState } from './checkpoint.ts';
import { ParameterStore } from './parameter-store.ts';

export class AdamW {
  readonly #weights: ParameterStore;
  readonly mean: ParameterStore;
  readonly square: ParameterStore;
  step: number;

  /** @param state is taken over, not copied. */
  constructor(weights: ParameterStore, state?: OptimizerState) {
    this.#weights = weights;
    this.mean = state?.mean ?? new ParameterStore(weights.config);
    this.square = state?.square ?? new ParameterStore(weights.config);
    this.step = state?.step ?? 0;
  }

  /**
   * Updates the weights in place; gains (vectors) are not decayed.
   * @returns the global norm of the gradient before clipping.
   * @throws EngineError when the gradient is not finite; nothing is changed then.
   */
  update(gradient: Float32Array, options: AdamParams): number {
    const { learningRate, beta1, beta2, epsilon, weightDecay, maxGradNorm } = options;
    const norm = globalNorm(gradient);
    if (!Number.isFinite(norm))
      throw new EngineError('the gradient is not finite', {
        hint: 'lower the learning rate, or look for extreme advantages or log-probabilities in the batch',
      });
    const scale = maxGradNorm > 0 && norm > maxGradNorm ? maxGradNorm / norm : 1;
    this.step++;
    const rate = learningRate / (1 - beta1 ** this.step);
    const correction = 1 / Math.sqrt(1 - beta2 ** this.step);
    const weights = this.#weights.data;
    const mean = this.mean.data;
    const square = this.square.data;
    for (const { offset, length, shape } of this.#weights.slots) {
      const keep = shape.length > 1 ? 1 - learningRate * weightDecay : 1;
      for (let i = offset; i < offset + length; i++) {
        const g = gradient[i]! * scale;
        const m = beta1 * mean[i]! + (1 - beta1) * g;
        const v = beta2 * square[i]! + (1 - beta2) * g * g;
        mean[i] = m;
        square[i] = v;
        weights[i] = weights[i]! * keep - (rate * m) / (Math.sqrt(v) * correction + epsilon);
      }
    }
    return norm;
  }
}

function globalNorm(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
  return Math.sqrt(sum);
}
