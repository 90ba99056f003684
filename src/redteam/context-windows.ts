/** The part of vulnerable code that a prompt is built from (SPEC "Vul2Prompt": 10 lines on either side). */

/** Lines from `start` to `end`, both 1-based and inclusive. */
export interface LineRange {
  readonly start: number;
  readonly end: number;
}

const CONTEXT_LINES = 10;

/** Windows of `context` lines around ranges, within the code; those that overlap or touch are merged. */
export function contextWindows(
  ranges: readonly LineRange[],
  lineCount: number,
  context: number = CONTEXT_LINES,
): LineRange[] {
  const windows: { start: number; end: number }[] = [];
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    const start = Math.max(1, range.start - context);
    const end = Math.min(lineCount, range.end + context);
    const last = windows.at(-1);
    if (last !== undefined && start <= last.end + 1) last.end = Math.max(last.end, end);
    else windows.push({ start, end });
  }
  return windows;
}

/** The windows' lines; `...` stands for lines left out. */
export function excerpt(code: string, windows: readonly LineRange[]): string {
  const lines = code.split('\n');
  const parts: string[] = [];
  let shown = 0;
  for (const { start, end } of windows) {
    if (start > shown + 1) parts.push('...');
    parts.push(...lines.slice(start - 1, end));
    shown = end;
  }
  if (shown < lines.length) parts.push('...');
  return parts.join('\n');
}
