/**
 * Unified diffs as git writes them. Lengths of hunks are believed, not the looks of lines: a removed SQL comment
 * looks like the name of a file.
 */

export interface Hunk {
  /** 1-based first line before and after, and how many lines; with no lines the hunk stands behind `start`. */
  readonly before: LineCount;
  readonly after: LineCount;
  /** With their first character: ` `, `-` or `+`. */
  readonly lines: readonly string[];
}

interface LineCount {
  readonly start: number;
  readonly count: number;
}

export interface FileDiff {
  /** As the diff names them, without `a/` and `b/`; undefined where the file was not there. */
  readonly oldPath: string | undefined;
  readonly newPath: string | undefined;
  /** Object id of the content before, where the diff has it in full (`--full-index`). */
  readonly oldBlob?: string;
  readonly hunks: readonly Hunk[];
}

/** A run of lines that changed, in the file before. */
export interface Change {
  /** 1-based, inclusive. Nothing was removed when `end` is `start - 1`: text came in before the line `start`. */
  readonly start: number;
  readonly end: number;
  readonly added: readonly string[];
}

const HUNK = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@/;
const INDEX = /^index ([0-9a-f]{40,64})\.\./;

/** @returns undefined when the text is no diff or ends in the middle of one. */
export function parseUnifiedDiff(text: string): FileDiff[] | undefined {
  const lines = text.split('\n');
  const files: FileDiff[] = [];
  let at = lines.findIndex((line) => line.startsWith('diff --git '));
  if (at < 0) return text.trim() === '' ? [] : undefined;
  while (at < lines.length) {
    if (!lines[at]!.startsWith('diff --git ')) {
      at++;
      continue;
    }
    const file = readFile(lines, at);
    if (file === undefined) return undefined;
    files.push(file.diff);
    at = file.next;
  }
  return files;
}

/** From the line `diff --git` to behind the last hunk. */
function readFile(lines: readonly string[], first: number): { diff: FileDiff; next: number } | undefined {
  let [oldPath, newPath, oldBlob]: (string | undefined)[] = [];
  let at = first + 1;
  for (; at < lines.length && !lines[at]!.startsWith('@@ '); at++) {
    const line = lines[at]!;
    if (line.startsWith('diff --git ')) break;
    if (line.startsWith('--- ')) oldPath = pathOf(line);
    else if (line.startsWith('+++ ')) newPath = pathOf(line);
    oldBlob ??= INDEX.exec(line)?.[1];
  }
  const hunks: Hunk[] = [];
  while (at < lines.length && lines[at]!.startsWith('@@ ')) {
    const hunk = readHunk(lines, at);
    if (hunk === undefined) return undefined;
    hunks.push(hunk.hunk);
    at = hunk.next;
  }
  return { diff: { oldPath, newPath, hunks, ...(oldBlob !== undefined && { oldBlob }) }, next: at };
}

function readHunk(lines: readonly string[], first: number): { hunk: Hunk; next: number } | undefined {
  const match = HUNK.exec(lines[first]!);
  if (match === null) return undefined;
  const count = (text: string | undefined) => Number(text ?? 1);
  const before = { start: Number(match[1]), count: count(match[2]) };
  const after = { start: Number(match[3]), count: count(match[4]) };
  const body: string[] = [];
  let [old, now] = [0, 0];
  let at = first + 1;
  while (old < before.count || now < after.count) {
    const line = lines[at++];
    // Empty, an unchanged line without its blank; at the very end, no line.
    if (line === undefined || (line === '' && at === lines.length)) return undefined;
    const mark = line[0];
    // "\ No newline at end of file" belongs to the line before it.
    if (mark === '\\') continue;
    if (mark === '-') old++;
    else if (mark === '+') now++;
    else if (mark === ' ' || line === '') [old, now] = [old + 1, now + 1];
    else return undefined;
    body.push(line === '' ? ' ' : line);
  }
  if (old !== before.count || now !== after.count) return undefined;
  if (lines[at]?.startsWith('\\')) at++;
  return { hunk: { before, after, lines: body }, next: at };
}

/** `--- a/src/x.py` -> `src/x.py`; names that git had to quote stay quoted, and are refused later. */
function pathOf(line: string): string | undefined {
  const name = line.slice(4).replace(/\t.*$/, '').replace(/\r$/, '');
  return name === '/dev/null' ? undefined : name.replace(/^[ab]\//, '');
}

/** Every run of removed and added lines. */
export function changesOf({ hunks }: FileDiff): Change[] {
  return hunks.flatMap(({ before, lines }) => {
    const changes: Change[] = [];
    let line = before.count === 0 ? before.start + 1 : before.start;
    let open: { start: number; end: number; added: string[] } | undefined;
    for (const text of lines) {
      if (text[0] === ' ') {
        open = undefined;
        line++;
        continue;
      }
      if (open === undefined) {
        open = { start: line, end: line - 1, added: [] };
        changes.push(open);
      }
      if (text[0] === '-') open.end = line++;
      else open.added.push(text.slice(1));
    }
    return changes;
  });
}

/** The content before, from the content after; undefined when the diff does not fit to it. */
export function revertDiff(after: string, { hunks }: FileDiff): string | undefined {
  const lines = after.split('\n');
  const before: string[] = [];
  let taken = 0;
  for (const { after: place, lines: body } of hunks) {
    const start = place.count === 0 ? place.start : place.start - 1;
    if (start < taken || start > lines.length) return undefined;
    before.push(...lines.slice(taken, start));
    taken = start;
    for (const text of body) {
      if (text[0] !== '-' && withoutReturn(lines[taken]) !== withoutReturn(text.slice(1))) return undefined;
      if (text[0] !== '+') before.push(text.slice(1));
      if (text[0] !== '-') taken++;
    }
  }
  return [...before, ...lines.slice(taken)].join('\n');
}

/** Servers differ in whether a diff keeps the carriage return at the end of a line. */
function withoutReturn(line: string | undefined): string | undefined {
  return line?.endsWith('\r') ? line.slice(0, -1) : line;
}
