/** Reasoning apart from the answer, for servers that leave it in the text. */
import type { EndpointConfig } from './config.ts';

const OPEN = '<think>';
const CLOSE = '</think>';

/**
 * Splits a leading `<think>…</think>` off; a block that never closes (the limit was reached in thought) is all
 * reasoning. A tag further on in the text stays text: an answer may speak of it.
 */
export function splitReasoning(
  text: string,
  tags: EndpointConfig['reasoningTags'],
): { readonly text: string; readonly reasoning?: string } {
  const start = text.trimStart();
  const opened = start.startsWith(OPEN);
  if (tags === 'none' || !(opened || (tags === 'template' && start.includes(CLOSE)))) return { text };
  const body = opened ? start.slice(OPEN.length) : start;
  const end = body.indexOf(CLOSE);
  if (end < 0) return { text: '', reasoning: body.trim() };
  return { text: body.slice(end + CLOSE.length).trimStart(), reasoning: body.slice(0, end).trim() };
}
