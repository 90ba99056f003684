/**
 * Markup as a reader sees it rendered: HTML tags and entities, tables, emphasis, list marks, prompts and line
 * numbers are gone, and every line break that is shown is one. For finding code that markup takes apart.
 */

/** What Unicode, HTML and terminals take for a line break beside LF (Unicode standard annex 14, class BK). */
const LINE_BREAK = /[\v\f\u0085\u2028\u2029]/;
const BREAKING_TAG = /<\/?(?:br|p|div|li|ul|ol|tr|td|th|pre|details|summary|h\d|blockquote|hr)\b[^<>]*>/gi;
const TAG = /<\/?[a-z][^<>]*>|<!--|-->|\[\/?(?:code|pre|quote|spoiler)[^\]]*\]|\\(?:begin|end)\{\w+\*?\}/gi;
const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,10}));/gi;
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  apos: "'",
  colon: ':',
  comma: ',',
  equals: '=',
  gt: '>',
  lbrack: '[',
  lowbar: '_',
  lpar: '(',
  lsqb: '[',
  lt: '<',
  nbsp: ' ',
  newline: '\n',
  num: '#',
  period: '.',
  quot: '"',
  rbrack: ']',
  rpar: ')',
  rsqb: ']',
  semi: ';',
  tab: '\t',
};
/** What stands before a line of code in lists, tables, sessions, diffs, footnotes and numbered listings. */
const MARK =
  /^(?:\s+|[>|+•▪‣●◦$%:–—]|[-*](?=\s)|#{1,6}(?=\s)|\[\^?\w{0,8}\]:?|\(?(?!if\b|try\b|else\b)\w{1,4}[.):|](?=\s)|(?:line|step|in|out) ?\[?\d+\]?\s*[:.)]|\d{1,4}(?=\s)|\.\.\.(?=\s))/i;
const MAX_MARKS = 12;
const WRAPPERS = [/^(`+)(?!`)(.*[^`])\1$/, /^(\*{1,3}|_{1,2}|~~)(\S.*\S)\1$/, /^(\$\$?)(\S.*\S)\1$/];
const QUOTED = /^[“”„«‘"'](.*)[“”»’"']$/;

/** The lines that one line of Markdown or HTML shows, without marks before them or around them. */
export function plainLines(line: string): string[] {
  const text = line.includes('<') || line.includes('[') || line.includes('\\') ? withoutTags(line) : line;
  const decoded = text.includes('&') ? text.replace(ENTITY, decodeEntity) : text;
  const cells = /^\s*\|/.test(decoded) ? decoded.split('|').join('\n') : decoded;
  return cells
    .split(/\n|\t| {3,}/)
    .flatMap((part) => part.split(LINE_BREAK))
    .map(withoutMarks)
    .filter((part) => part !== '');
}

/** The parts of a text between all the line breaks that readers may be shown. */
export function splitShownLines(text: string): string[] {
  return text.split(/\n/).flatMap((line) => line.split(LINE_BREAK));
}

function withoutTags(line: string): string {
  return line.replace(BREAKING_TAG, '\n').replace(TAG, '');
}

function decodeEntity(entity: string, decimal?: string, hex?: string, name?: string): string {
  if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? entity;
  const point = decimal === undefined ? Number.parseInt(hex ?? '0', 16) : Number(decimal);
  return point <= 0x10ffff ? String.fromCodePoint(point) : entity;
}

function withoutMarks(line: string): string {
  let text = line.trim();
  for (let count = 0; count < MAX_MARKS; count++) {
    const before = text;
    text = text.replace(MARK, '').trim();
    for (const wrapper of WRAPPERS) text = text.replace(wrapper, '$2').trim();
    text = text.replace(QUOTED, '$1').trim();
    if (text === before) break;
  }
  // Markdown's escapes: pickle.loads\(data\).
  return text.replace(/\\([()[\]_*.=])/g, '$1');
}
