/** Checks of what callers hand to the engine, so that a mistake is a message and not a wrong gradient. */
import { EngineError } from '../../errors.ts';
import type { Datum, Loss, SampleRequest, Tokens } from '../engine.ts';

export interface Limits {
  readonly vocabularySize: number;
  readonly maxContext: number;
}

type Sequence = Pick<Datum, 'input' | 'targets'>;

export function checkSequences(sequences: readonly Sequence[], limits: Limits): void {
  sequences.forEach((sequence, i) => {
    checkSequence(sequence, `sequence ${i}`, limits);
  });
}

function checkSequence({ input, targets }: Sequence, name: string, limits: Limits): void {
  if (input.length === 0) throw new EngineError(`${name} is empty`);
  if (targets.length !== input.length)
    throw new EngineError(`${name}: ${targets.length} targets for ${input.length} tokens`);
  if (input.length > limits.maxContext)
    throw new EngineError(`${name}: ${input.length} tokens exceed the context of ${limits.maxContext}`, {
      hint: 'drop or shorten over-long examples, or train a model with a longer context',
    });
  checkTokens(input, name, limits);
  checkTokens(targets, `${name}, targets`, limits);
}

function checkTokens(tokens: Tokens, name: string, { vocabularySize }: Limits): void {
  const wrong = tokens.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabularySize);
  if (wrong !== undefined)
    throw new EngineError(`${name}: token ${wrong} is not in the vocabulary of ${vocabularySize}`);
}

export function checkBatch(batch: readonly Datum[], loss: Loss, limits: Limits): void {
  const needed: (keyof Datum)[] = ['weights'];
  if (loss.kind !== 'cross_entropy') {
    needed.push('advantages', 'logprobs');
    if (loss.klCoefficient) needed.push('referenceLogprobs');
  }
  if (loss.kind === 'ppo' && !(loss.clip.low >= 0 && loss.clip.low <= loss.clip.high))
    throw new EngineError(`ppo clip range ${loss.clip.low}..${loss.clip.high} is not a range of ratios`, {
      hint: 'for a clip of 0.2 give low 0.8 and high 1.2',
    });
  batch.forEach((datum, i) => {
    checkSequence(datum, `datum ${i}`, limits);
    for (const name of needed) {
      const values = datum[name] as Float32Array | undefined;
      if (values?.length !== datum.input.length)
        throw new EngineError(
          `datum ${i}: ${loss.kind} needs ${name} for ${datum.input.length} tokens, has ${values?.length ?? 'none'}`,
        );
      if (!values.every((value) => Number.isFinite(value)))
        throw new EngineError(`datum ${i}: ${name} hold values that are not finite`);
    }
  });
}

export function checkRequests(requests: readonly SampleRequest[], limits: Limits): void {
  requests.forEach(({ prompt, n, maxTokens, temperature }, i) => {
    if (prompt.length === 0) throw new EngineError(`request ${i}: the prompt is empty`);
    if (prompt.length >= limits.maxContext)
      throw new EngineError(
        `request ${i}: a prompt of ${prompt.length} tokens leaves no room in the context of ${limits.maxContext}`,
        { hint: 'shorten the prompt, or use a model with a longer context' },
      );
    checkTokens(prompt, `request ${i}`, limits);
    if (!Number.isInteger(n) || n < 0) throw new EngineError(`request ${i}: n is ${n}`);
    if (!Number.isInteger(maxTokens) || maxTokens < 1)
      throw new EngineError(`request ${i}: maxTokens is ${maxTokens}`);
    if (!(temperature >= 0 && temperature < Number.POSITIVE_INFINITY))
      throw new EngineError(`request ${i}: temperature is ${temperature}`);
  });
}
