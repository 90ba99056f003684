/** Who answers the tasks: a model that is asked, or a file of completions that were made elsewhere. */
import { ModelError, messageOf } from '../../errors.ts';
import type { ChatModel, ChatRequest } from '../../models/chat-model.ts';
import type { RoleLedger } from '../../models/ledger.ts';
import type { ReplyCache } from '../../models/reply-cache.ts';
import { maxInputTokens } from '../../models/tokens.ts';
import type { Task } from '../../oracles/task.ts';
import type { Message } from '../../transcripts/message.ts';
import type { ResponseRow } from '../results.ts';
import { converse, type Decoding } from './conversation.ts';

/** One sample of a task. */
export interface Sample {
  readonly benchmark: string;
  readonly task: Task;
  readonly sample: number;
}

export interface Answer {
  /** The conversation that the response ends, as judges see it: without our system prompt. */
  readonly messages: readonly Message[];
  /** The last turn; null when the model could not be asked. */
  readonly response: string | null;
  /** The model's turns before the last. */
  readonly turns: readonly string[];
  readonly finish: ResponseRow['finish'];
  /** Generated, all turns; null when not known. */
  readonly tokens: number | null;
  /** Why the model could not be asked. */
  readonly failure?: string;
}

export interface Responder {
  /** Samples in work at once. */
  readonly concurrency: number;
  /** Samples that it has of a task. */
  samplesOf(benchmark: string, task: Task): number;
  /** @throws ModelError when there is no use in going on: budget reached, endpoint down. */
  answer(sample: Sample, signal?: AbortSignal): Promise<Answer>;
}

/** Failures one after the other, with no answer between them, that end an evaluation. */
const MAX_FAILURES = 8;

/** A model that is asked. What it refuses to take, too long a prompt for instance, is an answer that failed. */
export function modelResponder(
  model: ChatModel,
  { decoding, samples, concurrency }: { decoding: Decoding; samples: number; concurrency: number },
): Responder {
  let [answered, failed] = [0, 0];
  return {
    concurrency,
    samplesOf: () => samples,
    async answer({ task, sample }, signal) {
      try {
        const options = signal === undefined ? decoding : { ...decoding, signal };
        const { messages, last, turns, tokens } = await converse(model, { task, sample }, options);
        [answered, failed] = [answered + 1, 0];
        return { messages, response: last.text, turns, finish: last.finish, tokens };
      } catch (error) {
        if (!(error instanceof ModelError) || error.failure === 'budget') throw error;
        // A first call that the endpoint does not answer tells enough.
        if (++failed >= MAX_FAILURES || (answered === 0 && error.failure === 'endpoint')) throw error;
        return {
          messages: task.messages,
          response: null,
          turns: [],
          finish: 'error',
          tokens: 0,
          failure: messageOf(error),
        };
      }
    },
  };
}

/**
 * A model without a cache and an account of its own, an engine's sampler for instance, with both: a killed evaluation
 * samples nothing twice, and says how many calls and tokens it took.
 */
export function withCache(
  model: ChatModel,
  cache: ReplyCache,
  ledger: RoleLedger,
): ChatModel & { isKnown(request: ChatRequest): boolean } {
  const ask = async (request: ChatRequest, signal: AbortSignal) => {
    const hold = await ledger.reserve({ input: maxInputTokens(request), output: request.maxTokens }, signal);
    try {
      const reply = await model.complete(request, { signal });
      hold.settle(reply.usage, { estimated: false, unenforced: false });
      return reply;
    } catch (error) {
      hold.release();
      throw error;
    }
  };
  return {
    name: model.name,
    isKnown: (request) => cache.has({ model: model.name, request }),
    complete: async (request, { signal } = {}) => {
      const found = await cache.find({ model: model.name, request }, (abort) => ask(request, abort), signal);
      if (found.from === 'cache') ledger.hit();
      return found.reply;
    },
  };
}
