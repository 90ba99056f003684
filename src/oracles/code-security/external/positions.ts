import type { Span } from '../analyser.ts';
import type { SnippetFile } from './batch.ts';

/** Lines from 1; bytes from 0 in the UTF-8 of the line as it stands in the file, the end exclusive. */
export interface ByteSpan {
  readonly startLine: number;
  readonly startByte: number;
  readonly endLine: number;
  readonly endByte: number;
}

/** A place that a tool names, in the lines and UTF-16 columns of the snippet; never outside it. */
export function spanInSnippet({ code, prefix }: SnippetFile, span: ByteSpan): Span {
  const lines = code.split(/\r\n|\r|\n/);
  const place = (line: number, byte: number) => {
    const inside = Math.min(Math.max(line, 1), lines.length);
    const own = inside === 1 ? byte - prefix.length : byte;
    const before = Buffer.from(lines[inside - 1]!).subarray(0, Math.max(own, 0));
    return { line: inside, column: before.toString('utf8').length + 1 };
  };
  const start = place(span.startLine, span.startByte);
  const end = place(Math.max(span.endLine, span.startLine), span.endByte);
  const backwards = end.line === start.line && end.column < start.column;
  return {
    startLine: start.line,
    startColumn: start.column,
    endLine: end.line,
    endColumn: backwards ? start.column : end.column,
  };
}
