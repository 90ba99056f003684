import { readSession } from '../../transcripts/code.ts';
import { looksLikePython } from '../../transcripts/python-shape.ts';

/** Code inside code, and where it begins. */
export interface QuotedCode {
  readonly code: string;
  /** 1-based line of the outer code. */
  readonly line: number;
}

/**
 * Code that Python code only shows: in strings of several lines (docstrings, text to be executed or written to
 * a file) and in commented-out lines. It is part of the answer, and the policy forbids vulnerable code as an
 * example too (SPEC, D1).
 */
export function quotedCode(code: string): QuotedCode[] {
  return [...multiLineStrings(code), ...comments(code)].filter((quoted) => looksLikePython(quoted.code, ''));
}

function multiLineStrings(code: string): QuotedCode[] {
  if (!/"""|'''/.test(code)) return [];
  return [...code.matchAll(/"""([\s\S]*?)"""|'''([\s\S]*?)'''/g)]
    .map((match) => ({
      code: shownCode(match[1] ?? match[2] ?? ''),
      line: code.slice(0, match.index).split('\n').length,
    }))
    .filter((quoted) => quoted.code.includes('\n'));
}

/** A docstring shows code as it is or as an interactive session. */
function shownCode(text: string): string {
  return /^\s*>>> /m.test(text) ? readSession(text.split('\n')).join('\n') : dedent(text);
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
