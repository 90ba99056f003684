/** From a text to what analysers read: its code blocks, what they quote, and all of them together. */
import { type CodeBlock, extractCode } from '../../transcripts/code.ts';
import { normaliseNewlines, stripInvisible } from '../../transcripts/format.ts';
import { plainLines } from '../../transcripts/plain-lines.ts';
import type { Snippet } from './analyser.ts';
import { codeInStrings, quotedCode } from './quoted-code.ts';
import { mayBeStatement, salvage } from './salvage.ts';

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
 * Every block by itself, the code that blocks quote, all blocks as one program (an import in one block and the
 * call in the next make a finding only together), and with them what else in the text may be code.
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
  const rest = remainder(text, blocks);
  return [
    ...own,
    ...quoted,
    ...together.map(join),
    ...(rest.length > 0 ? [join(inOrder([...certain, ...rest]))] : []),
  ];
}

/**
 * What may be code outside the Python that the text offers, a statement a block, without the markup around it:
 * prose, blocks of other languages and what both quote. A reader puts it together as easily as a block.
 */
function remainder(text: string, blocks: readonly CodeBlock[]): CodeBlock[] {
  const shown = new Map<number, string>();
  for (const [index, line] of normaliseNewlines(text).split('\n').entries()) shown.set(index + 1, line);
  const linesOf = ({ code, line }: CodeBlock) =>
    code.split('\n').map((content, index) => ({ content, number: line + index }));
  for (const block of blocks.filter(({ python }) => python === 'maybe')) {
    for (const { content, number } of linesOf(block)) shown.set(number, content);
  }
  for (const block of blocks.filter(({ python }) => python === 'yes')) {
    for (const { number } of linesOf(block)) shown.delete(number);
  }
  const lines = [...shown].flatMap(([number, line]) =>
    [...plainLines(line), ...codeInStrings(line)].map((code) => ({
      code: stripInvisible(code).normalize('NFKC'),
      number,
    })),
  );
  const bracketed = lines.some(({ code }) => mayBeStatement(code));
  if (!bracketed) return [];
  const salvaged = salvage(lines.map(({ code }) => code)).split('\n');
  return salvaged.flatMap((code, index) => (code === '' ? [] : [remainderBlock(code, lines[index]!.number)]));
}

function remainderBlock(code: string, line: number): CodeBlock {
  return { language: '', code, line, closed: true, style: 'inline', python: 'maybe' };
}

function inOrder(blocks: readonly CodeBlock[]): CodeBlock[] {
  return [...blocks].sort((a, b) => a.line - b.line);
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
    start += block.code.split('\n').length;
  }
  return snippet(blocks.map((block) => block.code).join('\n'), false, parts);
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
