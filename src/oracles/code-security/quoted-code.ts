import { readSession } from '../../transcripts/code.ts';
import { splitShownLines } from '../../transcripts/plain-lines.ts';
import { looksLikePython, staysBareCode } from '../../transcripts/python-shape.ts';

/** Code inside code, and where it begins. */
export interface QuotedCode {
  readonly code: string;
  /** 1-based line of the outer code. */
  readonly line: number;
}

/** Quotes inside quotes are read to this depth. */
const MAX_DEPTH = 4;

/**
 * Code that Python code only shows: in strings (docstrings, text to be executed or written to a file) and in
 * commented-out lines. It is part of the answer, and the policy forbids vulnerable code as an example too
 * (SPEC, D1).
 */
export function quotedCode(code: string, depth = 0): QuotedCode[] {
  const quotes = readQuotes(code);
  const found = [
    ...multiLineStrings(quotes),
    ...comments(code),
    // Taken one by one these say little: an import or a definition among them makes them code.
    ...together(quotes.filter(({ kind }) => kind === 'comment').flatMap(commentLines)),
    ...together(quotes.filter(({ kind }) => kind === 'string').flatMap(stringLines)),
  ].filter((quoted) => looksLikePython(quoted.code, ''));
  if (depth >= MAX_DEPTH) return found;
  const inner = found.flatMap((quoted) =>
    quotedCode(quoted.code, depth + 1).map(({ code: text, line }) => ({
      code: text,
      line: quoted.line + line - 1,
    })),
  );
  return [...found, ...inner];
}

/** Lines of code in the strings of one line of any language: `python3 -c "import os; ..."`. */
export function codeInStrings(line: string): string[] {
  if (!/["']/.test(line)) return [];
  const lines = readQuotes(line).flatMap(stringLines);
  return together(lines).flatMap(({ code }) => code.split('\n'));
}

interface Quote {
  readonly kind: 'comment' | 'string' | 'triple';
  /** Without its marks. */
  readonly text: string;
  /** 1-based. */
  readonly line: number;
}

/** Comments and strings in order, so that quote marks inside one do not open another. */
function readQuotes(code: string): Quote[] {
  const quotes: Quote[] = [];
  const opening = /#|"""|'''|"|'/g;
  let line = 1;
  let counted = 0;
  for (let match = opening.exec(code); match !== null; match = opening.exec(code)) {
    const mark = match[0];
    const start = match.index + mark.length;
    for (; counted < match.index; counted++) if (code.charCodeAt(counted) === 10) line++;
    const end = endOfQuote(code, start, mark);
    const kind = mark === '#' ? 'comment' : mark.length === 3 ? 'triple' : 'string';
    quotes.push({ kind, text: code.slice(start, end), line });
    opening.lastIndex = mark === '#' ? end : end + mark.length;
  }
  return quotes;
}

function endOfQuote(code: string, start: number, mark: string): number {
  if (mark === '#') {
    const end = code.indexOf('\n', start);
    return end === -1 ? code.length : end;
  }
  const closing = new RegExp(mark.length === 3 ? `\\\\[^]|${mark}` : `\\\\[^]|${mark}|\\n`, 'g');
  closing.lastIndex = start;
  for (let match = closing.exec(code); match !== null; match = closing.exec(code)) {
    if (match[0][0] !== '\\') return match.index;
  }
  return code.length;
}

interface ShownLine {
  readonly text: string;
  readonly line: number;
}

function commentLines({ text, line }: Quote): ShownLine[] {
  return splitShownLines(text.replace(/^[#!:]* ?/, '')).map((part) => ({ text: part.trim(), line }));
}

function stringLines({ text, line }: Quote): ShownLine[] {
  const shown = text.replace(/\\([nt'"\\])/g, (_escape, letter: string) => ESCAPES[letter] ?? letter);
  return shown.split('\n').map((part) => ({ text: part.trimEnd(), line }));
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '    ' };

/** Lines that begin code, as one text, if one of them is an import or a definition. */
function together(lines: readonly ShownLine[]): QuotedCode[] {
  const code = lines.filter(({ text }) => staysBareCode(text, ''));
  const first = code[0];
  if (first === undefined || !looksLikePython(code.map(({ text }) => text.trim()).join('\n'), 'bare'))
    return [];
  return [{ code: code.map(({ text }) => text).join('\n'), line: first.line }];
}

function multiLineStrings(quotes: readonly Quote[]): QuotedCode[] {
  return quotes
    .filter(({ kind }) => kind === 'triple')
    .map(({ text, line }) => ({ code: shownCode(text), line }))
    .filter((quoted) => quoted.code.includes('\n'));
}

/** A docstring shows code as it is or as an interactive session. */
function shownCode(text: string): string {
  return /^[ \t]*>>> /m.test(text) ? readSession(text.split('\n')).join('\n') : dedent(text);
}

/** Runs of comment lines, without their marks. */
function comments(code: string): QuotedCode[] {
  if (!code.includes('#')) return [];
  const runs: { lines: string[]; line: number }[] = [];
  let open = false;
  for (const [index, text] of code.split('\n').entries()) {
    const comment = /^[ \t]*#+ ?(.*)$/.exec(text)?.[1];
    if (comment === undefined) open = false;
    else if (open) runs.at(-1)!.lines.push(comment);
    else {
      runs.push({ lines: [comment], line: index + 1 });
      open = true;
    }
  }
  return runs.map((run) => ({ code: dedent(run.lines.join('\n')), line: run.line }));
}

/** Text begins on the opening quotes' line, so the indentation is that of the lines after it. */
function dedent(text: string): string {
  const lines = text.split('\n').map((line) => line.replaceAll('\t', '    '));
  const rest = lines.slice(1).filter((line) => line.trim() !== '');
  const indent = Math.min(...rest.map((line) => line.search(/\S/)), Number.MAX_SAFE_INTEGER);
  return lines.map((line, index) => (index === 0 ? line.trimStart() : line.slice(indent))).join('\n');
}
