/** An engine of the contract whose answers are written down, for the algorithms above it; characters are its tokens. */
import type {
  AdamParams,
  Datum,
  Loss,
  Sample,
  SampleRequest,
  SamplingClient,
  Tokenizer,
  TrainingClient,
} from '../../src/engines/engine.ts';

const SPECIALS = ['<|system|>', '<|user|>', '<|assistant|>', '<|end|>'];
const FIRST_SPECIAL = 0x10000;

export const characters: Tokenizer = {
  vocabularySize: FIRST_SPECIAL + SPECIALS.length,
  encode: (text) => Array.from(text, (character) => character.charCodeAt(0)),
  decode: (tokens) => String.fromCharCode(...tokens.filter((token) => token < FIRST_SPECIAL)),
  special: (token) => FIRST_SPECIAL + SPECIALS.indexOf(token),
};

/** Tokens as text, special ones by name. */
export function spell(tokens: readonly number[]): string {
  return tokens
    .map((token) => (token < FIRST_SPECIAL ? String.fromCharCode(token) : SPECIALS[token - FIRST_SPECIAL]))
    .join('');
}

/** What a scripted model says: to a prompt, as its completion number `index`. */
export type Script = (prompt: string, index: number) => string;

export class ScriptedSampler implements SamplingClient {
  readonly requests: SampleRequest[] = [];
  readonly #script: Script;

  constructor(script: Script) {
    this.#script = script;
  }

  async sample(requests: readonly SampleRequest[]): Promise<Sample[][]> {
    this.requests.push(...requests);
    return requests.map(({ prompt, n }) =>
      Array.from({ length: n }, (_, index) => sampleOf(this.#script(spell(prompt), index))),
    );
  }

  /** Every token has log-probability -2. */
  async logprobs(sequences: readonly Pick<Datum, 'input'>[]): Promise<Float32Array[]> {
    return sequences.map(({ input }) => new Float32Array(input.length).fill(-2));
  }

  async close(): Promise<void> {}
}

/** A completion with its end token; log-probability -1 and half a nat of entropy a token. */
export function sampleOf(text: string): Sample {
  const tokens = [...characters.encode(text), characters.special('<|end|>')];
  return { tokens, logprobs: new Float32Array(tokens.length).fill(-1), entropy: 0.5, stopReason: 'stop' };
}

/** Remembers what it was trained on; always samples from its script. */
export class ScriptedTraining implements TrainingClient {
  readonly batches: { batch: readonly Datum[]; loss: Loss }[] = [];
  readonly updates: AdamParams[] = [];
  readonly #script: Script;

  constructor(script: Script) {
    this.#script = script;
  }

  async forwardBackward(batch: readonly Datum[], loss: Loss) {
    this.batches.push({ batch, loss });
    return { logprobs: [], metrics: { loss: 0.25, kl: 0.125, clipFraction: 0 } };
  }

  async optimStep(adam: AdamParams) {
    this.updates.push(adam);
    return { gradNorm: 3 };
  }

  async saveForSampling(): Promise<SamplingClient> {
    return new ScriptedSampler(this.#script);
  }

  async saveState(): Promise<void> {}
  async loadState(): Promise<void> {}
  async close(): Promise<void> {}
}
