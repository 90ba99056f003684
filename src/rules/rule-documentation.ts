/** What is written about a rule, cut to a size that prompts can bear: paragraphs at sentences, code never. */

export interface Documentation {
  /** One line or list each, the most telling first. */
  readonly paragraphs: readonly string[];
  /** The most telling first. */
  readonly examples: readonly RuleExample[];
}

/** Code that breaks a rule, and the same mended where there is such. */
export interface RuleExample {
  /** As fences label it: `python`, `cpp`. */
  readonly language: string;
  readonly bad: string;
  readonly good?: string;
}

/**
 * Most of what a rule carries (about 1,600 tokens of four bytes), and of what its hint shows (800): a prompt for
 * context distillation has one to three hints.
 */
export const RULE_BYTES = 6_400;
export const HINT_BYTES = 3_200;
const PARAGRAPH_BYTES = 1_200;
/** What a fence and the line above it cost, about. */
const FENCE_BYTES = 40;

/**
 * The most telling parts that fit: the first paragraph, the first two examples, the other paragraphs, the other
 * examples; what does not fit is left out whole and smaller parts may follow. Order is kept.
 */
export function within({ paragraphs, examples }: Documentation, bytes: number): Documentation {
  let left = bytes;
  const take = <T>(parts: readonly T[], size: (part: T) => number): T[] =>
    parts.filter((part) => {
      const fits = size(part) <= left;
      if (fits) left -= size(part);
      return fits;
    });
  const first = take(paragraphs.slice(0, 1), paragraphBytes);
  const telling = take(examples.slice(0, 2), exampleBytes);
  const rest = take(paragraphs.slice(1), paragraphBytes);
  return {
    paragraphs: [...first, ...rest],
    examples: [...telling, ...take(examples.slice(2), exampleBytes)],
  };
}

function paragraphBytes(text: string): number {
  return Buffer.byteLength(text) + 1;
}

function exampleBytes({ bad, good }: RuleExample): number {
  return [bad, ...(good === undefined ? [] : [good])]
    .map((code) => Buffer.byteLength(code) + FENCE_BYTES)
    .reduce((sum, size) => sum + size, 0);
}

/** A text of at most so many bytes, cut after a sentence or a list item if one ends in its second half, else after a word. */
export function shortened(text: string, bytes: number = PARAGRAPH_BYTES): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  let cut = text.slice(0, bytes);
  while (Buffer.byteLength(cut) > bytes - 4) cut = cut.slice(0, -1);
  const ends = [...cut.matchAll(/[.!?](?=\s)|(?=\n)/g)].map(({ index, 0: mark }) => index + mark.length);
  const end = ends.at(-1) ?? 0;
  if (end >= bytes / 2) return cut.slice(0, end);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), 1)).trimEnd()} …`;
}

/** The first sentence of a text, at most so many bytes. */
export function firstSentence(text: string, bytes = 300): string {
  const line = text.split('\n', 1)[0]!;
  const end = /[.!?](?=\s+[A-Z]|\s*$)/.exec(line);
  return shortened(end === null ? line : line.slice(0, end.index + 1), bytes);
}

/** With a full stop, unless it ends like a sentence. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
