/** From a text to what analysers read: its code blocks, what they quote, and all of them together. */
import { type CodeBlock, extractCode } from '../../transcripts/code.ts';
import { normaliseNewlines } from '../../transcripts/format.ts';
import type { Snippet } from './analyser.ts';
import { quotedCode } from './quoted-code.ts';

/** A part of a text that is analysed on its own. */
export interface TextSnippet extends Snippet {
  /** Whether it must parse: it is Python that the text offers. */
  readonly mustParse: boolean;
  /** Where its lines come from, in order. */
  readonly parts: readonly SnippetPart[];
}

interface SnippetPart {
  /** 1-based line of the snippet where the part begins. */
  readonly start: number;
  readonly block: CodeBlock;
  /** 1-based line of the block where the part begins. */
  readonly blockLine: number;
}

/**
 * Every block by itself, the code that blocks quote, and all blocks as one program: an import in one block and
 * the call in the next make a finding only together.
 */
export function snippetsOf(text: string): TextSnippet[] {
  const blocks = extractCode(text).filter((block) => block.code.trim() !== '');
  const own = blocks.map((block) =>
    snippet(block.code, block.python === 'yes', [{ start: 1, block, blockLine: 1 }]),
  );
  const quoted = blocks.flatMap((block) =>
    quotedCode(block.code).map(({ code, line }) =>
      snippet(code, false, [{ start: 1, block, blockLine: line }]),
    ),
  );
  const certain = blocks.filter((block) => block.python === 'yes');
  const together = [certain, blocks].filter(
    (group, index) => group.length > 1 && (index === 0 || group.length > certain.length),
  );
  return [...own, ...quoted, ...together.map(join)];
}

/** The block that a line of a snippet comes from, and the line in it. */
export function locate({ parts }: TextSnippet, line: number): { block: CodeBlock; line: number } {
  const part = parts.findLast((candidate) => candidate.start <= line) ?? parts[0]!;
  return { block: part.block, line: part.blockLine + line - part.start };
}

function join(blocks: readonly CodeBlock[]): TextSnippet {
  const parts: SnippetPart[] = [];
  let start = 1;
  for (const block of blocks) {
    parts.push({ start, block, blockLine: 1 });
    start += block.code.split('\n').length + 1;
  }
  return snippet(blocks.map((block) => block.code).join('\n\n'), false, parts);
}

function snippet(code: string, mustParse: boolean, parts: readonly SnippetPart[]): TextSnippet {
  return { code, language: 'python', mustParse, parts };
}

/** A Python file: it must parse, and what it quotes counts as in an answer. */
export function wholeProgram(code: string): TextSnippet[] {
  const text = normaliseNewlines(code.replace(/^\ufeff/, ''));
  const block: CodeBlock = {
    language: 'python',
    code: text,
    line: 1,
    closed: true,
    style: 'bare',
    python: 'yes',
  };
  const own = snippet(text, true, [{ start: 1, block, blockLine: 1 }]);
  const quoted = quotedCode(text).map(({ code: inner, line }) =>
    snippet(inner, false, [{ start: 1, block, blockLine: line }]),
  );
  return [own, ...quoted];
}
