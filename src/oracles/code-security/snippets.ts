/** From a text to what analysers read: its code blocks, what they quote, and all of them together. */
import { type CodeBlock, extractCode } from '../../transcripts/code.ts';
import { guessLanguages, type Language } from '../../transcripts/code-language.ts';
import { normaliseNewlines, stripInvisible } from '../../transcripts/format.ts';
import { plainLines } from '../../transcripts/plain-lines.ts';
import type { Snippet } from './analyser.ts';
import { mayBeBracedCode, uncomment } from './commented-code.ts';
import { codeInStrings, quotedCode } from './quoted-code.ts';
import { mayBeStatement, salvage } from './salvage.ts';
import { plainSpelling } from './source-spellings.ts';

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
 * Every block by itself, in each language that it may be in; the code that blocks quote; all blocks as one program
 * (an import in one block and the call in the next make a finding only together); and with them what else in the
 * text may be code. Everything that may be Python is read as Python too.
 */
export function snippetsOf(text: string): TextSnippet[] {
  const blocks = extractCode(text).filter((block) => block.code.trim() !== '');
  const shown = shownLines(text, blocks.filter(isLaidOut));
  return [...pythonSnippets(blocks.filter(mayBePython), shown), ...otherSnippets(blocks, shown)];
}

/** Embedded code shares its lines with the text around it. */
function isLaidOut({ style }: CodeBlock): boolean {
  return style !== 'embedded';
}

/** All but embedded code that is said to be something else: as a part of what is around it, it is read anyway. */
function mayBePython({ style, label, languages }: CodeBlock): boolean {
  return style !== 'embedded' || label === '' || languages.length === 0;
}

function pythonSnippets(blocks: readonly CodeBlock[], shown: readonly ShownLine[]): TextSnippet[] {
  const own = blocks.map((block) => ofBlock(block, 'python', { mustParse: block.python === 'yes' }));
  const quoted = blocks.flatMap((block) =>
    quotedCode(block.code).map(({ code, line }) => ofBlock(block, 'python', { code, line })),
  );
  const certain = blocks.filter((block) => block.python === 'yes');
  const together = [certain, blocks].filter(
    (group, index) => group.length > 1 && (index === 0 || group.length > certain.length),
  );
  const rest = remainder(shown);
  return [
    ...own,
    ...quoted,
    ...together.map((group) => join(group, 'python')),
    ...(rest.length > 0 ? [join(inOrder([...certain, ...rest]), 'python')] : []),
  ];
}

function otherSnippets(blocks: readonly CodeBlock[], shown: readonly ShownLine[]): TextSnippet[] {
  const own = blocks.flatMap((block) =>
    block.languages.flatMap((language) =>
      readings(block, language, { mustParse: block.offered === language }),
    ),
  );
  const rest = otherRemainder(shown);
  const languages = new Set([...blocks.flatMap((block) => block.languages), ...rest.languages]);
  const together = [...languages].flatMap((language) => {
    const group = [
      ...blocks.filter((block) => block.languages.includes(language)),
      ...(rest.languages.includes(language) ? rest.blocks : []),
    ];
    return group.length > 1 ? [join(inOrder(group), language)] : [];
  });
  return [...own, ...together];
}

/** A block as it is, with its comments switched on, and as its compiler reads it. */
function readings(
  block: CodeBlock,
  language: Language,
  { mustParse }: { mustParse: boolean },
): TextSnippet[] {
  const uncommented = uncomment(block.code, language);
  const plain = plainSpelling(uncommented ?? block.code, language);
  const others = [uncommented, plain].filter((code) => code !== undefined);
  return [
    ofBlock(block, language, { mustParse }),
    ...others.map((code) => ofBlock(block, language, { code })),
  ];
}

interface ShownLine {
  readonly text: string;
  /** 1-based line of the answer. */
  readonly number: number;
  /** Whether it stands in a block that is read in the language that it offers. */
  readonly read: boolean;
}

/** The lines outside the Python that the text offers, without the markup around them. */
function shownLines(text: string, blocks: readonly CodeBlock[]): ShownLine[] {
  const raw = new Map<number, { line: string; read: boolean }>();
  for (const [index, line] of normaliseNewlines(text).split('\n').entries()) {
    raw.set(index + 1, { line, read: false });
  }
  const linesOf = ({ code, line }: CodeBlock) =>
    code.split('\n').map((content, index) => ({ content, number: line + index }));
  for (const block of blocks.filter(({ python }) => python === 'maybe')) {
    const read = block.offered !== undefined;
    for (const { content, number } of linesOf(block)) raw.set(number, { line: content, read });
  }
  for (const block of blocks.filter(({ python }) => python === 'yes')) {
    for (const { number } of linesOf(block)) raw.delete(number);
  }
  return [...raw].flatMap(([number, { line, read }]) =>
    [...plainLines(line), ...codeInStrings(line)].map((code) => ({
      text: stripInvisible(code).normalize('NFKC'),
      number,
      read,
    })),
  );
}

/**
 * What may be code outside the Python that the text offers, a statement a block, without the markup around it:
 * prose, blocks of other languages and what both quote. A reader puts it together as easily as a block.
 */
function remainder(lines: readonly ShownLine[]): CodeBlock[] {
  if (!lines.some(({ text }) => mayBeStatement(text))) return [];
  const salvaged = salvage(lines.map(({ text }) => text)).split('\n');
  return salvaged.flatMap((code, index) => (code === '' ? [] : [remainderBlock(code, lines[index]!.number)]));
}

/** Fewer telling lines are a mention. */
const LEAST_SCORE = 4;

/** The same for other languages, whose parsers put up with what is no code: lines that look like code. */
function otherRemainder(lines: readonly ShownLine[]): {
  languages: readonly Language[];
  blocks: CodeBlock[];
} {
  const code = lines.filter(({ text, read }) => !read && mayBeBracedCode(text));
  const { languages, score } = guessLanguages(code.map(({ text }) => text).join('\n'), '');
  if (score < LEAST_SCORE) return { languages: [], blocks: [] };
  return { languages, blocks: code.map(({ text, number }) => remainderBlock(text, number)) };
}

function remainderBlock(code: string, line: number): CodeBlock {
  return { label: '', code, line, closed: true, style: 'inline', python: 'maybe', languages: [] };
}

function inOrder(blocks: readonly CodeBlock[]): CodeBlock[] {
  return [...blocks].sort((a, b) => a.line - b.line);
}

/** The block that a line of a snippet comes from, and the line in it. */
export function locate({ parts }: TextSnippet, line: number): { block: CodeBlock; line: number } {
  const part = parts.findLast((candidate) => candidate.start <= line) ?? parts[0]!;
  return { block: part.block, line: part.blockLine + line - part.start };
}

function join(blocks: readonly CodeBlock[], language: Language): TextSnippet {
  const parts: SnippetPart[] = [];
  let start = 1;
  for (const block of blocks) {
    parts.push({ start, block, blockLine: 1 });
    start += block.code.split('\n').length;
  }
  return { code: blocks.map((block) => block.code).join('\n'), language, mustParse: false, parts };
}

function ofBlock(
  block: CodeBlock,
  language: Language,
  { code = block.code, line = 1, mustParse = false }: { code?: string; line?: number; mustParse?: boolean },
): TextSnippet {
  return { code, language, mustParse, parts: [{ start: 1, block, blockLine: line }] };
}

/**
 * A source file in a language: it must parse, and what it quotes, comments out and embeds counts as in an answer.
 * The language is believed: files are named by people (LANGUAGE_OF_EXTENSION knows their names).
 */
export function wholeProgram(code: string, language: Language = 'python'): TextSnippet[] {
  const text = normaliseNewlines(code.replace(/^\ufeff/, ''));
  const block: CodeBlock = {
    label: language,
    code: text,
    line: 1,
    closed: true,
    style: 'bare',
    python: language === 'python' ? 'yes' : 'maybe',
    languages: language === 'python' ? [] : [language],
    offered: language,
  };
  if (language !== 'python') return readings(block, language, { mustParse: true });
  const quoted = quotedCode(text).map(({ code: inner, line }) =>
    ofBlock(block, language, { code: inner, line }),
  );
  return [ofBlock(block, language, { mustParse: true }), ...quoted];
}
