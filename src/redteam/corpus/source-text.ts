/** Code cut out of files: line ends, indentation, and the part of a fragment that parses. */

/** Line ends as one character, without a byte order mark. */
export function plainText(code: string): string {
  return code.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
}

/**
 * A function as it would stand by itself. Its first line says how far it is indented; lines that are less, inside of
 * strings, stay as they are.
 */
export function dedent(code: string): string {
  const lines = code.split('\n');
  const first = lines.find((line) => line.trim() !== '') ?? '';
  const indent = /^[ \t]*/.exec(first)![0];
  if (indent === '') return code;
  return lines.map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line)).join('\n');
}

/** Without blank lines around it, dedented, with the line ends that analysers count. */
export function standingAlone(code: string): string {
  return dedent(
    plainText(code)
      .replace(/^(?:[ \t]*\n)+/, '')
      .trimEnd(),
  );
}

/** Largest windows first; a fragment of some tens of lines has some hundreds. */
const MAX_FRAGMENT_LINES = 80;

/**
 * Data sets that quote some lines before and after a finding begin and end in the middle of things. The longest run
 * of lines around `line` that parses when it is dedented; undefined when there is none of two lines or more.
 * @param line 0-based.
 */
export function parsingPart(
  fragment: string,
  line: number,
  parses: (code: string) => boolean,
): string | undefined {
  const lines = plainText(fragment).split('\n');
  if (line < 0 || line >= lines.length || lines.length > MAX_FRAGMENT_LINES) return undefined;
  const windows: { readonly start: number; readonly end: number }[] = [];
  for (let start = 0; start <= line; start++) {
    for (let end = line + 1; end <= lines.length; end++) if (end - start > 1) windows.push({ start, end });
  }
  windows.sort((a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start);
  for (const { start, end } of windows) {
    const part = lines.slice(start, end);
    if (part[0]!.trim() === '' || part.at(-1)!.trim() === '') continue;
    const code = dedent(part.join('\n'));
    if (parses(code)) return code;
  }
  return undefined;
}

/** What is compared for exact duplicates: layout makes no other program of it worth having. */
export function normalisedCode(code: string): string {
  return code.replace(/\s+/g, ' ').trim();
}
