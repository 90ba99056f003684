/** Token counts without the model's tokenizer. */
import type { ChatRequest } from './chat-model.ts';

/** Turn markers of a chat template, generously. */
const TOKENS_A_MESSAGE = 16;
/** The words around a schema that is asked for by instructions. */
const BYTES_A_SCHEMA = 200;

/** An estimate: English and code have about four bytes a token in today's vocabularies. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4);
}

export function estimateInputTokens(request: ChatRequest): number {
  return Math.ceil(bytesOf(request) / 4) + 4 * request.messages.length;
}

/** More tokens than any byte-level vocabulary makes of the request: a token has at least one byte. */
export function maxInputTokens(request: ChatRequest): number {
  return bytesOf(request) + TOKENS_A_MESSAGE * (request.messages.length + 1);
}

function bytesOf({ messages, schema }: ChatRequest): number {
  const text = messages.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
  return text + (schema === undefined ? 0 : BYTES_A_SCHEMA + Buffer.byteLength(JSON.stringify(schema)));
}
