/**
 * One generation of an LLM role, asked again until it has the wanted form. Everything that red-teaming asks of a
 * model comes through here, so that refusals and malformed replies are treated and counted alike.
 */
import { ModelError, messageOf } from '../errors.ts';
import type { ChatModel, ChatReply, ChatRequest } from '../models/chat-model.ts';
import { looksLikeRefusal } from '../transcripts/refusal.ts';

/** What a reply holds, as far as its reader can tell. */
export type ReadReply<T> =
  | { readonly kind: 'made'; readonly value: T }
  | { readonly kind: 'malformed'; readonly reason: string };

export type Generation<T> =
  | { readonly kind: 'made'; readonly value: T; readonly attempts: number }
  | {
      /** `failed`: the endpoint refuses this one request, for example by a content filter of its own. */
      readonly kind: 'refused' | 'malformed' | 'failed';
      /** Of the last attempt. */
      readonly reason: string;
      readonly attempts: number;
    };

/** What became of many generations: asked = made + refused + malformed + failed. */
export interface GenerationCounts {
  asked: number;
  made: number;
  refused: number;
  malformed: number;
  failed: number;
  /** Attempts beyond the first of each. */
  retried: number;
}

export interface GenerateOptions<T> {
  readonly model: ChatModel;
  /** With a seed: each further attempt takes the next one, or the cache would give the same reply again. */
  readonly request: ChatRequest & { readonly seed: number };
  /** Gets the text of a whole reply that is no refusal. */
  readonly read: (text: string) => ReadReply<T>;
  /** Attempts after the first. */
  readonly retries?: number;
  readonly counts?: GenerationCounts;
  readonly signal?: AbortSignal;
}

const DEFAULT_RETRIES = 2;

/** @throws ModelError when there is no use in asking on: budget reached, endpoint not to be had. */
export async function generate<T>(options: GenerateOptions<T>): Promise<Generation<T>> {
  const result = await attemptAll(options);
  const { counts } = options;
  if (counts !== undefined) {
    counts.asked++;
    counts[result.kind]++;
    counts.retried += result.attempts - 1;
  }
  return result;
}

export function noGenerations(): GenerationCounts {
  return { asked: 0, made: 0, refused: 0, malformed: 0, failed: 0, retried: 0 };
}

async function attemptAll<T>(options: GenerateOptions<T>): Promise<Generation<T>> {
  const { model, request, read, retries = DEFAULT_RETRIES, signal } = options;
  for (let attempts = 1; ; attempts++) {
    let reply: ChatReply;
    try {
      const seeded = { ...request, seed: request.seed + attempts - 1 };
      reply = await model.complete(seeded, signal === undefined ? {} : { signal });
    } catch (error) {
      if (!(error instanceof ModelError) || error.failure !== 'request') throw error;
      return { kind: 'failed', reason: messageOf(error), attempts };
    }
    const result = readReply(reply, read);
    if (result.kind === 'made' || attempts > retries) return { ...result, attempts };
  }
}

function readReply<T>(
  { text, finish }: ChatReply,
  read: (text: string) => ReadReply<T>,
): ReadReply<T> | { readonly kind: 'refused'; readonly reason: string } {
  if (finish === 'content-filter') return { kind: 'refused', reason: 'stopped by a content filter' };
  if (looksLikeRefusal(text)) return { kind: 'refused', reason: text.trim().slice(0, 120) };
  if (finish === 'length') return { kind: 'malformed', reason: 'cut off at its limit of tokens' };
  return read(text);
}
