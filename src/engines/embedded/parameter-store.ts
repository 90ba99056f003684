/** All tensors of a model in one flat array: the optimiser is one loop, and a snapshot is one copy. */
import { Random } from '../../random.ts';
import { EMBEDDING, HEAD, type LlamaConfig, type Parameter, parameters } from './llama-config.ts';

export interface Slot extends Parameter {
  readonly offset: number;
  readonly length: number;
}

export class ParameterStore {
  readonly config: LlamaConfig;
  readonly slots: readonly Slot[];
  readonly data: Float32Array<ArrayBuffer>;

  /** @param data taken over, not copied; zeros when absent. */
  constructor(config: LlamaConfig, data?: Float32Array<ArrayBuffer>) {
    this.config = config;
    let offset = 0;
    this.slots = parameters(config).map((parameter) => {
      const length = parameter.shape.reduce((product, size) => product * size, 1);
      const slot = { ...parameter, offset, length };
      offset += length;
      return slot;
    });
    if (data && data.length !== offset)
      throw new RangeError(`expected ${offset} parameters, got ${data.length}`);
    this.data = data ?? new Float32Array(offset);
  }

  /** The slot's part of `data`; writing to it changes the store. */
  view(slot: Slot): Float32Array<ArrayBuffer> {
    return this.data.subarray(slot.offset, slot.offset + slot.length);
  }

  copy(): ParameterStore {
    return new ParameterStore(this.config, this.data.slice());
  }
}

/**
 * Random weights: gains 1, embeddings N(0, 0.02²), linear layers N(0, 1 / fan-in), those that write to the
 * residual stream scaled by a further 1 / √(2 layers) (as in GPT-2).
 */
export function randomParameters(config: LlamaConfig, seed: number | string): ParameterStore {
  const store = new ParameterStore(config);
  for (const slot of store.slots) {
    const values = store.view(slot);
    if (slot.shape.length === 1) {
      values.fill(1);
      continue;
    }
    const random = new Random(seed, 'weights', slot.name);
    const deviation = initialDeviation(slot, config);
    for (let i = 0; i < values.length; i++) values[i] = deviation * random.normal();
  }
  return store;
}

function initialDeviation({ name, shape }: Parameter, config: LlamaConfig): number {
  if (name === EMBEDDING || name === HEAD) return 0.02;
  const residual = name.includes('o_proj') || name.includes('down_proj');
  return (residual ? 1 / Math.sqrt(2 * config.layers) : 1) / Math.sqrt(shape[0]!);
}
