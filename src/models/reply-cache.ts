/** Replies by the content of their requests, durably: a killed run pays for nothing twice. */
import { z } from 'zod';
import { contentKey } from '../content-key.ts';
import type { ChatReply, ChatRequest } from './chat-model.ts';
import { type KeyedJournal, keptRow } from './completion-journal.ts';

const usage = z.object({ input: z.number(), output: z.number() });
/** What a journal keeps of a ChatReply. */
const replyRow = z.object({
  text: z.string(),
  reasoning: z.string().exactOptional(),
  finish: z.enum(['stop', 'length', 'content-filter', 'other']),
  usage,
  paidFor: usage.exactOptional(),
});

interface Flight {
  readonly reply: Promise<ChatReply>;
  readonly controller: AbortController;
  waiting: number;
  landed: boolean;
  /** Later equal requests do not join. */
  readonly forget: () => void;
}

/** Where a reply came from: `paid` for the caller whose request went out, `cache` for all others. */
export interface Found {
  readonly reply: ChatReply;
  readonly from: 'paid' | 'cache';
}

export interface CachedRequest {
  /** The model's name. */
  readonly model: string;
  readonly request: ChatRequest;
  /** What else decides the reply. */
  readonly settings?: unknown;
}

export class ReplyCache {
  readonly #journal: KeyedJournal | undefined;
  readonly #flights = new Map<string, Flight>();

  /** @param journal keeps the replies; without it only equal requests in flight are one call. */
  constructor(journal?: KeyedJournal) {
    this.#journal = journal;
  }

  has(about: CachedRequest): boolean {
    return this.#journal?.get(stageOf(about), keyOf(about)) !== undefined;
  }

  /**
   * The reply to a request, from the journal, from an equal request in flight, or from `ask`. Failures are not kept.
   * The signal that `ask` is given aborts once every caller that waits for the reply has.
   */
  async find(
    about: CachedRequest,
    ask: (signal: AbortSignal) => Promise<ChatReply>,
    signal?: AbortSignal,
  ): Promise<Found> {
    signal?.throwIfAborted();
    const key = keyOf(about);
    const known = this.#journal && keptRow(this.#journal, { stage: stageOf(about), key }, replyRow);
    if (known !== undefined) return { reply: free(known), from: 'cache' };
    const other = this.#flights.get(key);
    if (other !== undefined) return { reply: free(await this.#wait(other, signal)), from: 'cache' };
    const controller = new AbortController();
    const reply = ask(controller.signal).then(async (answer) => {
      await this.#journal?.put(stageOf(about), key, answer);
      return answer;
    });
    const flight: Flight = {
      reply,
      controller,
      waiting: 0,
      landed: false,
      forget: () => {
        flight.landed = true;
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
      },
    };
    this.#flights.set(key, flight);
    reply.then(flight.forget, flight.forget);
    return { reply: await this.#wait(flight, signal), from: 'paid' };
  }

  /** The reply of a flight; leaving it last aborts it. */
  async #wait(flight: Flight, signal: AbortSignal | undefined): Promise<ChatReply> {
    flight.waiting++;
    try {
      if (signal === undefined) return await flight.reply;
      return await untilAborted(flight.reply, signal);
    } finally {
      flight.waiting--;
      if (flight.waiting === 0 && !flight.landed) {
        flight.forget();
        flight.controller.abort(signal?.reason);
      }
    }
  }
}

function stageOf({ model }: CachedRequest): string {
  return `models.reply ${model}`;
}

function keyOf({ model, request, settings = null }: CachedRequest): string {
  return contentKey([model, request, settings]);
}

function free(reply: ChatReply): ChatReply {
  return { ...reply, usage: { input: 0, output: 0 }, paidFor: reply.paidFor ?? reply.usage };
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    const done = (): void => signal.removeEventListener('abort', abort);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(done);
  });
}
