/** The one thing that every LLM role needs: a conversation in, a completion out (DESIGN "Models: roles"). */
import type { Message } from '../transcripts/message.ts';

export interface ChatRequest {
  readonly messages: readonly Message[];
  /** Limit of the completion, tokens. */
  readonly maxTokens: number;
  /** 0 is greedy. */
  readonly temperature: number;
  /** Passed on where the server takes one; part of the cache key everywhere. */
  readonly seed?: number;
  /** JSON Schema of the wanted answer. A server that cannot enforce it may answer anything: check the text. */
  readonly schema?: { readonly name: string; readonly schema: Readonly<Record<string, unknown>> };
}

export interface ChatReply {
  readonly text: string;
  /** What a reasoning model thought before it answered, apart from the text. */
  readonly reasoning?: string;
  readonly finish: 'stop' | 'length' | 'content-filter' | 'other';
  /** Tokens; 0 and 0 for a reply from the cache. */
  readonly usage: { readonly input: number; readonly output: number };
  /** Of a reply from the cache: its tokens when it was paid for. */
  readonly paidFor?: { readonly input: number; readonly output: number };
}

export interface ChatModel {
  /** Model id with its provider: part of cache keys and of provenance. */
  readonly name: string;
  /**
   * One completion. Waits for its turn under the role's concurrency and rate limits and retries what is worth it.
   * @throws ModelError when the model could not be asked (retries used up, wrong key, budget reached).
   */
  complete(request: ChatRequest, options?: { readonly signal?: AbortSignal }): Promise<ChatReply>;
}

/** A model that was opened from settings. */
export interface OpenedModel extends ChatModel {
  /** Whether the reply is in the cache. */
  isKnown(request: ChatRequest): boolean;
  /** Gives back connections or memory. */
  close(): void;
}
