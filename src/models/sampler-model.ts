/** An engine's own sampler in a model role: a checkpoint of ours as policy, target or synthesizer. */
import { contentKey } from '../content-key.ts';
import { ModelError, messageOf } from '../errors.ts';
import { type ChatTokenizer, END_OF_TURN, renderConversation } from '../transcripts/chat-template.ts';
import type { ChatModel, ChatReply, ChatRequest } from './chat-model.ts';

interface SampleRequest {
  readonly prompt: readonly number[];
  readonly n: number;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly stop: readonly number[];
  readonly seed: number | string;
}

/** What is needed of an engine (the engine contract's `SamplingClient` fits). */
export interface Sampler {
  sample(
    requests: readonly SampleRequest[],
  ): Promise<readonly (readonly { readonly tokens: number[]; readonly stopReason: 'stop' | 'length' }[])[]>;
}

/** The engine contract's `Tokenizer` fits. */
export interface SamplerTokenizer extends ChatTokenizer {
  decode(tokens: readonly number[]): string;
}

export interface SamplerModelOptions {
  /** Name in provenance and cache keys: the checkpoint's, e.g. with a fingerprint of its weights. */
  readonly name: string;
  /** Put before conversations that have no system message. */
  readonly systemPrompt?: string;
  /** Tokens of prompt and completion together that the engine takes. */
  readonly maxContext: number;
  /** Completions sampled in one batch. */
  readonly maxBatch?: number;
}

interface Waiting {
  readonly request: SampleRequest;
  readonly signal: AbortSignal | undefined;
  resolve(reply: ChatReply): void;
  reject(error: unknown): void;
}

/**
 * Calls that come while a batch is sampled make up the next one: ask concurrently. A request without a seed takes
 * one from its content. A schema is not enforced; sampling costs nothing, so there is no cache and no ledger.
 * `complete` throws ModelError when the conversation does not fit or the engine fails.
 */
export function fromSampler(
  sampler: Sampler,
  tokenizer: SamplerTokenizer,
  options: SamplerModelOptions,
): ChatModel {
  const queue: Waiting[] = [];
  const stop = tokenizer.special(END_OF_TURN);
  let running = false;

  const run = async (): Promise<void> => {
    running = true;
    // Everyone who asks in this turn of the event loop is in the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.length > 0) {
      const batch = queue.splice(0, options.maxBatch ?? 64).filter(stillWanted);
      if (batch.length > 0) await answer(batch);
    }
    running = false;
  };

  const answer = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const samples = await sampler.sample(batch.map(({ request }) => request));
      for (const [index, waiting] of batch.entries()) {
        const sample = samples[index]![0]!;
        const tokens = sample.tokens.at(-1) === stop ? sample.tokens.slice(0, -1) : sample.tokens;
        if (stillWanted(waiting)) {
          waiting.resolve({
            text: tokenizer.decode(tokens),
            finish: sample.stopReason,
            usage: { input: waiting.request.prompt.length, output: sample.tokens.length },
          });
        }
      }
    } catch (error) {
      const failure = new ModelError(`${options.name} could not be sampled: ${messageOf(error)}`, {
        cause: error,
      });
      for (const waiting of batch) waiting.reject(failure);
    }
  };

  return {
    name: options.name,
    complete: async (request, { signal } = {}) => {
      signal?.throwIfAborted();
      const sampled = sampleRequest(request, tokenizer, options);
      return new Promise<ChatReply>((resolve, reject) => {
        queue.push({ request: sampled, signal, resolve, reject });
        if (!running) void run();
      });
    },
  };
}

function stillWanted({ signal, reject }: Waiting): boolean {
  if (signal?.aborted) reject(signal.reason);
  return !(signal?.aborted ?? false);
}

function sampleRequest(
  request: ChatRequest,
  tokenizer: SamplerTokenizer,
  { name, systemPrompt, maxContext }: SamplerModelOptions,
): SampleRequest {
  const { messages, maxTokens, temperature } = request;
  const conversation =
    systemPrompt === undefined || messages[0]?.role === 'system'
      ? messages
      : [{ role: 'system' as const, content: systemPrompt }, ...messages];
  const prompt = renderConversation(conversation, tokenizer, { addGenerationPrompt: true });
  const room = maxContext - prompt.length;
  if (room < 1) {
    throw new ModelError(`${name}: a conversation of ${prompt.length} tokens does not fit in ${maxContext}`, {
      failure: 'request',
      hint: 'shorten the conversation, or use a model with a longer context',
    });
  }
  return {
    prompt,
    n: 1,
    maxTokens: Math.min(maxTokens, room),
    temperature,
    stop: [tokenizer.special(END_OF_TURN)],
    seed: request.seed ?? contentKey(request),
  };
}
