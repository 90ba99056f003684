/** Frames: words around a request, with a hole for it and wordings to choose from. */
import type { Random } from '../../random.ts';

export interface Frame {
  fill(prompt: string, random: Random): string;
  /** What stands in the hole of a filled frame; undefined for another text. */
  read(text: string): string | undefined;
}

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'choice'; readonly of: string[] };

/**
 * @param source text with one `{}`, where the request goes, and any number of `{one wording|another}`.
 * @throws RangeError without exactly one hole: a mistake of whoever wrote the frame.
 */
export function parseFrame(source: string): Frame {
  const holes = source.split('{}');
  if (holes.length !== 2) throw new RangeError(`a frame has one {}: ${source}`);
  const [before, after] = [partsOf(holes[0]!), partsOf(holes[1]!)];
  const whole = new RegExp(`^${patternOf(before)}([\\s\\S]*)${patternOf(after)}$`);
  return {
    fill(prompt, random) {
      const opening = wordsOf(before, random);
      return opening + prompt + wordsOf(after, random);
    },
    read: (text) => whole.exec(text)?.[1],
  };
}

function partsOf(source: string): Part[] {
  // Odd pieces are what stood between braces.
  return source
    .split(/\{([^{}]*)\}/)
    .map((piece, index) =>
      index % 2 === 0 ? { kind: 'text', text: piece } : { kind: 'choice', of: piece.split('|') },
    );
}

function wordsOf(parts: readonly Part[], random: Random): string {
  return parts.map((part) => (part.kind === 'text' ? part.text : random.pick(part.of))).join('');
}

function patternOf(parts: readonly Part[]): string {
  return parts
    .map((part) =>
      part.kind === 'text'
        ? RegExp.escape(part.text)
        : `(?:${part.of.map((text) => RegExp.escape(text)).join('|')})`,
    )
    .join('');
}
