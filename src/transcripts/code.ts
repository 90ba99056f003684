/**
 * The code of an answer, whatever it is wrapped in. A policy under RL looks for spellings that its oracles do
 * not read, so everything that may be code is extracted: fences of every kind, in lists and quotes, opened in
 * the middle of a line, unclosed, nested or wrongly labelled; indented blocks; code without any fence; spans.
 * What is only perhaps Python is marked as such: its findings count, its syntax errors do not.
 */
import { type EmbeddedCode, embeddedCode } from './code-embedded.ts';
import { guessLanguages, type Language } from './code-language.ts';
import { normaliseNewlines, stripInvisible } from './format.ts';
import {
  isDefinitelyPython,
  isOtherLabel,
  isPythonLabel,
  looksLikePython,
  readLabel,
  startsBareCode,
  staysBareCode,
} from './python-shape.ts';

export interface CodeBlock {
  /** Lower-case label, '' without one. */
  readonly label: string;
  /** Without the fence lines, the quote marks and the common indentation. */
  readonly code: string;
  /** 1-based line of the answer where the code begins. */
  readonly line: number;
  /** False for a fence that is still open at the end of the answer. */
  readonly closed: boolean;
  readonly style: 'backtick' | 'tilde' | 'indented' | 'bare' | 'inline' | 'embedded';
  /**
   * Whether this is the Python that the answer offers (`yes`: labelled so, or it looks so), or text that an
   * analyser should read to be sure (`maybe`: another language, prose, an example inside other code).
   */
  readonly python: 'yes' | 'maybe';
  /** The languages beside Python to read it as, the most likely first. */
  readonly languages: readonly Language[];
  /** The language of the code that the answer offers here; undefined when it is none, or unclear. */
  readonly offered?: Language;
}

/** Deeper fences inside fences are not taken apart; they are read as the one block they are in. */
const MAX_DEPTH = 8;

/** Every block of an answer that may be code, in order of their first lines. */
export function extractCode(answer: string): CodeBlock[] {
  const lines = normaliseNewlines(answer).split('\n');
  return [...scan(lines, 1, 0).blocks].sort((a, b) => a.line - b.line);
}

/** The Python that an answer offers: what a sandbox should run and what counts as code. */
export function pythonCode(answer: string): CodeBlock[] {
  return extractCode(answer).filter((block) => block.python === 'yes');
}

/** All Python of an answer as one program, in order; '' when there is none. */
export function pythonProgram(answer: string): string {
  return pythonCode(answer)
    .map((block) => block.code)
    .join('\n\n');
}

interface Scan {
  readonly blocks: readonly CodeBlock[];
  /** [first, last] line index of each fenced block, fence lines included. */
  readonly fences: readonly (readonly [number, number])[];
}

function scan(lines: readonly string[], firstLine: number, depth: number): Scan {
  const blocks: CodeBlock[] = [];
  const fences: [number, number][] = [];
  let outside: OutsideLine[] = [];
  const flush = () => {
    if (depth === 0) blocks.push(...codeOutsideFences(outside));
    outside = [];
  };
  for (let index = 0; index < lines.length; index++) {
    const text = lines[index]!;
    const opening = readOpening(text);
    if (opening === undefined) {
      outside.push({ text, line: firstLine + index });
      continue;
    }
    flush();
    const end = findClosing(lines, index + 1, opening);
    blocks.push(
      ...fencedBlocks(lines.slice(index + 1, end), firstLine + index + 1, opening, end, lines, depth),
    );
    fences.push([index, Math.min(end, lines.length - 1)]);
    index = end;
  }
  flush();
  return { blocks, fences };
}

interface Opening {
  readonly mark: '`' | '~';
  readonly length: number;
  readonly label: string;
  /** False when the label stands in prose or is a sentence itself. */
  readonly trusted: boolean;
  readonly quoted: boolean;
  /** Width of what precedes the fence on its line. */
  readonly indent: number;
}

const FENCE_RUN = /`{3,}|~{3,}/g;

/** CommonMark's opening fence, and beyond it one that stands after list marks, quote marks or prose. */
function readOpening(line: string): Opening | undefined {
  if (!line.includes('```') && !line.includes('~~~')) return undefined;
  const runs = [...line.matchAll(FENCE_RUN)];
  const run = runs.at(-1)!;
  // Runs in pairs are spans: ```like this```.
  if (runs.filter((other) => other[0][0] === run[0][0]).length % 2 === 0) return undefined;
  const head = line.slice(0, run.index);
  const info = line.slice(run.index + run[0].length).trim();
  const atStart = stripInvisible(head).replace(/[>\s*+\-\d.)]/g, '') === '';
  const wordy = info.split(/\s+/).length > 3;
  if (run[0][0] === '`' && info.includes('`')) return undefined;
  if (!atStart && !/^[\w+#.-]*$/.test(info)) return undefined;
  return {
    mark: run[0][0] === '`' ? '`' : '~',
    length: run[0].length,
    label: readLabel(info),
    trusted: atStart && !wordy,
    quoted: head.includes('>'),
    indent: atStart ? head.length : 0,
  };
}

/** Index of the closing line, or lines.length. */
function findClosing(lines: readonly string[], from: number, opening: Opening): number {
  for (let index = from; index < lines.length; index++) {
    const line = opening.quoted ? unquote(lines[index]!) : lines[index]!;
    const trimmed = line.trim();
    if (trimmed.length < opening.length || trimmed[0] !== opening.mark) continue;
    if (trimmed !== opening.mark.repeat(trimmed.length)) continue;
    if (line.length - line.trimStart().length <= opening.indent + 3) return index;
  }
  return lines.length;
}

function fencedBlocks(
  raw: readonly string[],
  line: number,
  opening: Opening,
  end: number,
  lines: readonly string[],
  depth: number,
): CodeBlock[] {
  const content = opening.quoted ? raw.map(unquote) : raw;
  const labelled = opening.trusted && isPythonLabel(opening.label);
  const inner =
    depth < MAX_DEPTH ? scan(content, line, depth + 1) : ({ blocks: [], fences: [] } satisfies Scan);
  const own = labelled ? content : blankOut(content, inner.fences);
  const code = cleanCode(own, opening.label);
  const embedded = embeddedCode(code, opening.label);
  const kind = labelled || depth >= MAX_DEPTH ? PYTHON : readKind(without(code, embedded), opening.label);
  const outer: CodeBlock = {
    label: opening.label,
    code,
    line,
    closed: end < lines.length,
    style: opening.mark === '`' ? 'backtick' : 'tilde',
    ...(kind === PYTHON ? { ...PYTHON, languages: besidePython(code) } : kind),
  };
  // What stands in fences inside Python is an example in a docstring: read, but not part of the program.
  const nested = labelled ? inner.blocks.map(unoffered) : inner.blocks;
  if (nested.length > 0 && code.trim() === '') return [...nested];
  return [outer, ...embeddedBlocks(embedded, line), ...nested];
}

type Kind = Pick<CodeBlock, 'python' | 'languages' | 'offered'>;

const PYTHON: Kind = { python: 'yes', languages: [], offered: 'python' };

/** What a block is that no label says to be Python. A label that is no language's says nothing. */
function readKind(code: string, label: string): Kind {
  const said = isOtherLabel(label) ? label : '';
  const guess = guessLanguages(code, said);
  const { languages } = guess;
  if (looksLikePython(code, label)) {
    // Statements of many languages are Python's too: without a definition or an import the telling lines decide.
    const isOther = said === '' && guess.sure && !isDefinitelyPython(code);
    if (!isOther) return { ...PYTHON, languages: guess.score > 0 ? languages : [] };
  }
  return { python: 'maybe', languages, ...(guess.sure ? { offered: languages[0]! } : {}) };
}

/** A definition or an import makes Python that parses, or fails; anything else may be another language as well. */
function besidePython(code: string): readonly Language[] {
  if (isDefinitelyPython(code)) return [];
  const { languages, score } = guessLanguages(code, '');
  return score > 0 ? languages : [];
}

function unoffered({ offered: _offered, ...block }: CodeBlock): CodeBlock {
  return { ...block, python: 'maybe' };
}

/** A wrapper is judged by what it says itself: a script that starts Python is no Python. */
function without(code: string, embedded: readonly EmbeddedCode[]): string {
  if (embedded.length === 0) return code;
  const lines = code.split('\n');
  for (const { line, code: inner } of embedded) lines.fill('', line - 1, line - 1 + inner.split('\n').length);
  return lines.join('\n');
}

function embeddedBlocks(embedded: readonly EmbeddedCode[], line: number): CodeBlock[] {
  return embedded.map((found) => {
    const block = {
      label: found.label,
      code: cleanCode(found.code.split('\n'), found.label),
      line: line + found.line - 1,
      closed: true,
      style: 'embedded' as const,
    };
    if (isPythonLabel(found.label)) {
      return found.offered ? { ...block, ...PYTHON } : { ...block, python: 'maybe' as const, languages: [] };
    }
    const kind = readKind(block.code, found.label);
    return found.offered ? { ...block, ...kind } : unoffered({ ...block, ...kind });
  });
}

function blankOut(lines: readonly string[], ranges: readonly (readonly [number, number])[]): string[] {
  const result = [...lines];
  for (const [first, last] of ranges) result.fill('', first, last + 1);
  return result;
}

interface OutsideLine {
  readonly text: string;
  readonly line: number;
}

/** Indented blocks, unfenced code and spans in consecutive lines outside fences. */
function codeOutsideFences(lines: readonly OutsideLine[]): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const clean = lines.map(({ text, line }) => ({ text: stripMarkup(text), line }));
  for (let index = 0; index < clean.length; index++) {
    const { text, line } = clean[index]!;
    const indented = indentOf(text) >= 4 && text.trim() !== '';
    if (!indented && !startsBareCode(text)) {
      if (text.includes('`')) blocks.push(...inlineSpans(text, line));
      continue;
    }
    const end = indented ? endOfIndented(clean, index) : endOfBare(clean, index);
    const code = cleanCode(
      clean.slice(index, end).map((entry) => entry.text),
      '',
    );
    const style = indented ? ('indented' as const) : ('bare' as const);
    blocks.push({ label: '', code, line, closed: true, style, ...outsideKind(code, style) });
    index = end - 1;
  }
  if (clean.length > 0) {
    const text = lines.map((entry) => unquote(entry.text)).join('\n');
    blocks.push(...embeddedBlocks(embeddedCode(text, ''), lines[0]!.line));
  }
  return blocks;
}

function outsideKind(code: string, style: 'indented' | 'bare'): Kind {
  const kind = readKind(code, '');
  if (style === 'indented' || kind.python === 'maybe' || looksLikePython(code, 'bare')) return kind;
  return { python: 'maybe', languages: kind.languages };
}

function endOfIndented(lines: readonly OutsideLine[], start: number): number {
  let end = start + 1;
  for (let index = start + 1; index < lines.length; index++) {
    const { text } = lines[index]!;
    if (text.trim() === '') continue;
    if (indentOf(text) < 4) break;
    end = index + 1;
  }
  return end;
}

function endOfBare(lines: readonly OutsideLine[], start: number): number {
  const base = indentOf(lines[start]!.text);
  let end = start + 1;
  let quotes = countTripleQuotes(lines[start]!.text);
  for (let index = start + 1; index < lines.length; index++) {
    const { text } = lines[index]!;
    if (text.trim() === '') continue;
    const open = quotes % 2 === 1;
    if (!open && indentOf(text) <= base && !staysBareCode(text, lines[end - 1]!.text)) break;
    quotes += countTripleQuotes(text);
    end = index + 1;
  }
  return end;
}

function countTripleQuotes(text: string): number {
  return (text.match(/"""|'''/g) ?? []).length;
}

/** Spans that hold statements: in three or more backticks, or several on one line. A mere mention does not. */
function inlineSpans(text: string, line: number): CodeBlock[] {
  const spans: CodeBlock[] = [];
  const runs = [...text.matchAll(/`+/g)];
  for (let index = 0; index + 1 < runs.length; index++) {
    const [opening, closing] = [runs[index]!, runs[index + 1]!];
    if (closing[0].length > opening[0].length) continue;
    const code = text.slice(opening.index + opening[0].length, closing.index).trim();
    index++;
    if (closing[0].length < 3 && !code.includes(';')) continue;
    spans.push({
      label: '',
      code: code.replace(/^(?:python3?|py)\s+/i, ''),
      line,
      closed: true,
      style: 'inline',
      python: 'maybe',
      languages: [],
    });
  }
  return spans;
}

/** Without quote marks, HTML code tags, and what makes a line of code an item of a list or numbers it. */
function stripMarkup(text: string): string {
  const plain = unquote(stripInvisible(text)).replace(/<\/?(?:pre|code|br)\b[^<>]*>/gi, '');
  const mark = /^[ \t]*(?:[-*+]|\d{1,4}[.):|]?)[ \t]/.exec(plain);
  if (mark === null) return plain;
  const item = plain.slice(mark[0].length);
  return staysBareCode(item, '') ? item : plain;
}

/** Markdown quote marks; the `>>>` of an interactive session stays. */
function unquote(text: string): string {
  const match = /^[ \t]*(?:>[ \t]?)+/.exec(text);
  return match === null || /^[ \t]*>>>(?!>)/.test(text) ? text : text.slice(match[0].length);
}

function indentOf(text: string): number {
  return text.replaceAll('\t', '    ').search(/\S|$/);
}

/** Dedents; interactive sessions and diffs become the code they show, with the same lines. */
function cleanCode(lines: readonly string[], label: string): string {
  const isDiff = label === 'diff' || label === 'patch';
  const plain = isDiff ? lines.map((line) => (/^[-@\\]/.test(line) ? '' : line.slice(1))) : lines;
  const first = plain.find((line) => line.trim() !== '');
  const isSession = first !== undefined && /^\s*>>> /.test(first);
  return dedent(isSession ? readSession(plain) : plain).trimEnd();
}

/** The code that an interactive session shows: what follows its prompts. Other lines become blank. */
export function readSession(lines: readonly string[]): string[] {
  return lines.map((line) => /^\s*(?:>>>|\.\.\.) ?(.*)$/.exec(line)?.[1] ?? '');
}

function dedent(lines: readonly string[]): string {
  const indents = lines.filter((line) => line.trim() !== '').map((line) => /^[ \t]*/.exec(line)![0]);
  let common = indents[0] ?? '';
  for (const indent of indents) {
    while (!indent.startsWith(common)) common = common.slice(0, -1);
  }
  return lines.map((line) => (line.startsWith(common) ? line.slice(common.length) : '')).join('\n');
}
