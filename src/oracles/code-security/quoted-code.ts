import { looksLikePython } from '../../transcripts/python-shape.ts';

/**
 * Code that Python code only shows: in strings of several lines (docstrings, text to be executed or written to
 * a file) and in commented-out lines. It is part of the answer, and the policy forbids vulnerable code as an
 * example too (SPEC, D1).
 */
export function quotedCode(code: string): string[] {
  return [...multiLineStrings(code), ...comments(code)].filter((text) => looksLikePython(text, ''));
}

function multiLineStrings(code: string): string[] {
  if (!/"""|'''/.test(code)) return [];
  return [...code.matchAll(/"""([\s\S]*?)"""|'''([\s\S]*?)'''/g)]
    .map((match) => dedent(match[1] ?? match[2] ?? ''))
    .filter((text) => text.includes('\n'));
}

/** Runs of comment lines, without their marks. */
function comments(code: string): string[] {
  if (!code.includes('#')) return [];
  const runs: string[][] = [];
  let open = false;
  for (const line of code.split('\n')) {
    const text = /^[ \t]*#+ ?(.*)$/.exec(line)?.[1];
    if (text === undefined) open = false;
    else if (open) runs.at(-1)!.push(text);
    else {
      runs.push([text]);
      open = true;
    }
  }
  return runs.map((run) => dedent(run.join('\n')));
}

/** Text begins on the opening quotes' line, so the indentation is that of the lines after it. */
function dedent(text: string): string {
  const lines = text.split('\n').map((line) => line.replaceAll('\t', '    '));
  const rest = lines.slice(lines[0]!.trim() === '' ? 0 : 1).filter((line) => line.trim() !== '');
  const indent = Math.min(...rest.map((line) => line.search(/\S/)));
  return lines.map((line, index) => (index === 0 ? line.trimStart() : line.slice(indent))).join('\n');
}
