/** AdamW (Loshchilov and Hutter 2019) over a flat parameter array, with clipping by the global norm. */
import { EngineError } from '../../errors.ts';
import type { AdamParams } from '../engine.ts';
import { createAdamKernel } from './adam-kernel.ts';
import type { OptimizerState } from './checkpoint.ts';
import { ParameterStore } from './parameter-store.ts';

export class AdamW {
  readonly #weights: ParameterStore;
  readonly #kernel = createAdamKernel();
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
    const constants = { scale, beta1, beta2, rate, correction, epsilon };
    for (const slot of this.#weights.slots) {
      const part = ({ data }: { data: Float32Array }) =>
        data.subarray(slot.offset, slot.offset + slot.length);
      this.#kernel.update(
        {
          gradient: part({ data: gradient }),
          mean: part(this.mean),
          square: part(this.square),
          weights: part(this.#weights),
        },
        { ...constants, keep: slot.shape.length > 1 ? 1 - learningRate * weightDecay : 1 },
      );
    }
    return norm;
  }
}

/** Four sums at a time, none of which has to wait for another. */
function globalNorm(values: Float32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = values.length - (values.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += values[i]! * values[i]!;
    b += values[i + 1]! * values[i + 1]!;
    c += values[i + 2]! * values[i + 2]!;
    d += values[i + 3]! * values[i + 3]!;
  }
  for (let i = whole; i < values.length; i++) a += values[i]! * values[i]!;
  return Math.sqrt(a + b + (c + d));
}
