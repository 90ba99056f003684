/**
 * A transcript as data for a judge. Whoever wrote the response may try to talk to the judge, so the transcript
 * stands between two lines that it cannot guess, each part is one JSON object on a line of its own, and what
 * could pass for the end of the data, for a marker of a chat template or for nothing at all is written as a
 * JSON escape. Nothing is lost: parsing the lines gives back the texts.
 */
import { createHmac } from 'node:crypto';
import { type Item, readResponse } from '../oracle.ts';

/** One JSON object a line: the conversation's turns, then the response that is judged. */
export function renderTranscript(item: Item): string {
  const { task, response, form } = item;
  const turns = task.messages.map(
    ({ role, content }, index) =>
      `{"turn": ${index + 1}, "role": "${role}", "content": ${showText(content)}}`,
  );
  const parsed = readResponse(item);
  const analysis =
    parsed.kind === 'ok' && form !== 'plain' ? `"analysis": ${showText(parsed.analysis)}, ` : '';
  const answer = `"answer": ${showText(parsed.kind === 'ok' ? parsed.answer : response)}`;
  return [...turns, `{"turn": ${turns.length + 1}, "role": "response", ${analysis}${answer}}`].join('\n');
}

/** Characters without a shape of their own, and spaces that are not the space. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{C}\p{Zl}\p{Zp}\u2800]|(?! )\p{Zs}/gu;
/**
 * First character of what a server's tokenizer may read as a control token, also in the middle of a text:
 * `<|im_start|>`, `</s>`, `<start_of_turn>`, `<<SYS>>`, `[INST]`.
 */
const MARKER = /<(?=[|｜<]|\/?\w[\w-]*>)|\[(?=\/?(?:[A-Z_]{3,}|gMASK)\])/g;

/** A text as a JSON string in which everything can be seen and nothing is a control token. */
export function showText(text: string): string {
  return JSON.stringify(text).replace(UNSEEN, escapeUnits).replace(MARKER, escapeUnits);
}

function escapeUnits(text: string): string {
  return Array.from({ length: text.length }, (_, at) => `\\u${hex4(text.charCodeAt(at))}`).join('');
}

function hex4(code: number): string {
  return code.toString(16).padStart(4, '0');
}

export interface Seal {
  /** The line before and after the data. */
  readonly boundary: string;
  /** What a judge must repeat in its answer: an answer that stands in the data cannot have it. */
  readonly nonce: string;
}

/**
 * Boundary and nonce for a text. Who does not know the secret cannot guess them (128 and 48 bits of an HMAC of the
 * text); equal texts under the same secret get the same ones, so that equal requests stay equal and caches work.
 * Neither occurs in the text.
 * @param attempt every new attempt is another request, also for a server that is greedy and ignores seeds
 */
export function sealOf(text: string, attempt: number, secret: string | Uint8Array): Seal {
  for (let salt = 0; ; salt++) {
    const digest = createHmac('sha256', secret)
      .update(JSON.stringify([attempt, salt, text]))
      .digest('hex');
    const seal = { boundary: `boundary-${digest.slice(0, 32)}`, nonce: digest.slice(32, 44) };
    if (!text.includes(seal.boundary) && !text.includes(seal.nonce)) return seal;
  }
}
