/**
 * The response format (SPEC "Response format"; paper section 3): an analysis, then the answer.
 *
 *     ## Analysis
 *     <intent analysis, then safety analysis>
 *     ## Answer
 *     <the answer, code in fenced blocks>
 */
import type { Message } from './message.ts';

export const MIN_ANALYSIS_CHARACTERS = 16;
export const MIN_ANSWER_CHARACTERS = 8;
/** A substring of this many characters ... */
export const REPEAT_LENGTH = 32;
/** ... that occurs this many times, without overlap, makes a response malformed. */
export const REPEAT_COUNT = 8;

export type ParsedResponse =
  | { readonly kind: 'ok'; readonly analysis: string; readonly answer: string }
  | { readonly kind: 'malformed'; readonly reason: string };

/** Characters that show nothing: they neither fill a section nor hide a word. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}]|(?![\t\n\v\f\r])\p{Cc}/gu;

export function stripInvisible(text: string): string {
  return text.replace(INVISIBLE, '');
}

/** CRLF and lone CR become LF. */
export function normaliseNewlines(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

/**
 * Splits a raw completion into its two sections. Both headings must be there exactly once, in order and with
 * nothing before the first: a second heading would let a policy show one answer to the oracles and another
 * to its reader.
 */
export function parseResponse(text: string): ParsedResponse {
  const normal = normaliseNewlines(text);
  const analysisHeads = headings(normal, 'Analysis');
  const answerHeads = headings(normal, 'Answer');
  if (analysisHeads.length === 0) return malformed('there is no "## Analysis" section');
  if (answerHeads.length === 0) return malformed('there is no "## Answer" section');
  if (analysisHeads.length > 1) return malformed('"## Analysis" occurs more than once');
  if (answerHeads.length > 1) return malformed('"## Answer" occurs more than once');
  const [analysisHead, answerHead] = [analysisHeads[0]!, answerHeads[0]!];
  if (answerHead.start < analysisHead.start) return malformed('"## Answer" comes before "## Analysis"');
  if (visibleLength(normal.slice(0, analysisHead.start)) > 0) {
    return malformed('there is text before "## Analysis"');
  }
  const analysis = trimSection(normal.slice(analysisHead.end, answerHead.start));
  const answer = trimSection(normal.slice(answerHead.end));
  if (visibleLength(analysis) < MIN_ANALYSIS_CHARACTERS) {
    return malformed(`the analysis has fewer than ${MIN_ANALYSIS_CHARACTERS} characters`);
  }
  if (visibleLength(answer) < MIN_ANSWER_CHARACTERS) {
    return malformed(`the answer has fewer than ${MIN_ANSWER_CHARACTERS} characters`);
  }
  const repeated = findRepetition(normal);
  if (repeated !== undefined) {
    return malformed(`${JSON.stringify(repeated)} occurs ${REPEAT_COUNT} times or more`);
  }
  return { kind: 'ok', analysis, answer };
}

export function formatResponse(sections: { readonly analysis: string; readonly answer: string }): string {
  return `## Analysis\n${trimSection(sections.analysis)}\n## Answer\n${trimSection(sections.answer)}`;
}

/**
 * The conversation before its next turn is trained or generated: earlier assistant turns keep only their
 * answer. An assistant turn that is the last message is the one being trained and stays whole.
 */
export function cutAnalyses(messages: readonly Message[]): Message[] {
  return messages.map((message, index) =>
    message.role === 'assistant' && index < messages.length - 1
      ? { role: 'assistant', content: answerOf(message.content) }
      : message,
  );
}

/** The answer of a turn; of a malformed one, what follows its last "## Answer", or all of it. */
function answerOf(content: string): string {
  const parsed = parseResponse(content);
  if (parsed.kind === 'ok') return parsed.answer;
  const normal = normaliseNewlines(content);
  const last = headings(normal, 'Answer').at(-1);
  return last === undefined ? content : trimSection(normal.slice(last.end));
}

/**
 * A substring of REPEAT_LENGTH characters that occurs REPEAT_COUNT times without overlap, or undefined. Longer
 * repeated substrings contain one of this length. Linear: windows are counted by rolling hash in buckets, which
 * can only overcount; a full bucket is then looked at exactly. Indentation is left out, since deeply nested code
 * is no repetition; 256 blanks in a row are.
 */
export function findRepetition(text: string): string | undefined {
  if (text.length < REPEAT_LENGTH * REPEAT_COUNT) return undefined;
  const blankRun = /[ \t]{256}/.exec(text);
  if (blankRun !== null) return blankRun[0].slice(0, REPEAT_LENGTH);
  const flush = text.replace(/^[ \t]+/gm, '');
  return mayRepeat(flush) ? findExactRepetition(flush) : undefined;
}

const HASH_BASE = 0x01000193;
/** HASH_BASE to the power of REPEAT_LENGTH, modulo 2^32: what the character that leaves the window weighs. */
const HASH_OUT = Array.from({ length: REPEAT_LENGTH }).reduce<number>((h) => Math.imul(h, HASH_BASE), 1);

function mayRepeat(text: string): boolean {
  const bits = Math.max(10, Math.ceil(Math.log2(text.length * 4)));
  const counts = new Uint8Array(2 ** bits);
  const lastStart = new Int32Array(2 ** bits).fill(-REPEAT_LENGTH);
  let hash = 0;
  for (let i = 0; i < text.length; i++) {
    hash = (Math.imul(hash, HASH_BASE) + text.charCodeAt(i)) | 0;
    if (i >= REPEAT_LENGTH) hash = (hash - Math.imul(HASH_OUT, text.charCodeAt(i - REPEAT_LENGTH))) | 0;
    const start = i - REPEAT_LENGTH + 1;
    if (start < 0) continue;
    const bucket = Math.imul(hash, 0x9e3779b1) >>> (32 - bits);
    // Greedy is optimal for windows of equal length, so a bucket never counts less than one of its texts.
    if (start - lastStart[bucket]! < REPEAT_LENGTH) continue;
    lastStart[bucket] = start;
    counts[bucket] = counts[bucket]! + 1;
    if (counts[bucket]! >= REPEAT_COUNT) return true;
  }
  return false;
}

function findExactRepetition(text: string): string | undefined {
  const seen = new Map<string, { count: number; end: number }>();
  for (let start = 0; start + REPEAT_LENGTH <= text.length; start++) {
    const window = text.slice(start, start + REPEAT_LENGTH);
    const entry = seen.get(window);
    if (entry === undefined) {
      seen.set(window, { count: 1, end: start + REPEAT_LENGTH });
    } else if (start >= entry.end) {
      entry.count++;
      entry.end = start + REPEAT_LENGTH;
      if (entry.count >= REPEAT_COUNT) return window;
    }
  }
  return undefined;
}

function headings(text: string, name: 'Analysis' | 'Answer'): { start: number; end: number }[] {
  const pattern = new RegExp(`^##[ \\t]+${name}[ \\t]*$`, 'gm');
  return [...text.matchAll(pattern)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** Without blank lines around it; the indentation of its first line stays (it may be code). */
function trimSection(text: string): string {
  const trimmed = text.trimEnd();
  const first = trimmed.search(/\S/);
  return first === -1 ? '' : trimmed.slice(trimmed.lastIndexOf('\n', first) + 1);
}

function visibleLength(text: string): number {
  return stripInvisible(text).trim().length;
}

function malformed(reason: string): ParsedResponse {
  return { kind: 'malformed', reason };
}
