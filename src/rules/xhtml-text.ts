/**
 * XHTML fragments of the CWE list to plain text. Nothing but white space is lost: block elements become lines,
 * list items get a dash, table cells are separated by ` | `, images are replaced by their alternative text,
 * exponents are marked by `^`.
 */

/** A node of fast-xml-parser's ordered output. */
export type XmlNode = Readonly<Record<string, unknown>>;

const BLOCKS = new Set(['p', 'div', 'ul', 'ol', 'li', 'table', 'tbody', 'thead', 'tr', 'pre']);

export function tagOf(node: XmlNode): string {
  for (const key of Object.keys(node)) if (key !== ':@') return key;
  return '';
}

/** Tag without its namespace prefix: `xhtml:br` is `br`. */
function localName(tag: string): string {
  return tag.slice(tag.indexOf(':') + 1);
}

export function childrenOf(node: XmlNode): readonly XmlNode[] {
  const value = node[tagOf(node)];
  return Array.isArray(value) ? value : [];
}

export function attributeOf(node: XmlNode, name: string): string | undefined {
  const attributes = node[':@'] as Readonly<Record<string, unknown>> | undefined;
  const value = attributes?.[name];
  return value === undefined ? undefined : String(value);
}

/** Prose: white space is collapsed, one line per block. */
export function proseOf(nodes: readonly XmlNode[]): string {
  const lines = new LineWriter();
  writeProse(nodes, lines);
  return lines.finish();
}

/** Code: `<br/>` ends a line, a `<div style="margin-left:1em">` indents by two spaces, inner line breaks stay. */
export function codeOf(nodes: readonly XmlNode[]): string {
  const lines = new LineWriter();
  writeCode(nodes, lines, 0);
  return lines.finish();
}

/** Collects lines; white space at either end of a line is dropped, the indent of the line apart. */
class LineWriter {
  readonly #lines: string[] = [];
  #text = '';
  #indent = 0;

  write(text: string): void {
    this.#text += text;
  }

  /** Ends the current line unless it is empty. */
  endBlock(indent = 0): void {
    const text = this.#text.trim();
    if (text !== '') this.#lines.push(' '.repeat(this.#indent) + text);
    this.#text = '';
    this.#indent = indent;
  }

  finish(): string {
    this.endBlock();
    return this.#lines.join('\n');
  }
}

function writeProse(nodes: readonly XmlNode[], lines: LineWriter): void {
  for (const node of nodes) {
    const tag = tagOf(node);
    const name = localName(tag);
    if (tag === '#text') lines.write(String(node['#text']).replace(/\s+/g, ' '));
    else if (name === 'br') lines.endBlock();
    else if (name === 'img') lines.write(attributeOf(node, 'alt') ?? '');
    else if (BLOCKS.has(name)) {
      lines.endBlock();
      if (name === 'li') lines.write('- ');
      writeProse(childrenOf(node), lines);
      lines.endBlock();
    } else {
      // 2 to the 8th is not 28.
      if (name === 'sup') lines.write('^');
      writeProse(childrenOf(node), lines);
      if (name === 'td' || name === 'th') lines.write(' | ');
    }
  }
}

function writeCode(nodes: readonly XmlNode[], lines: LineWriter, indent: number): void {
  for (const node of nodes) {
    const tag = tagOf(node);
    const name = localName(tag);
    if (tag === '#text') writeCodeText(String(node['#text']), lines, indent);
    else if (name === 'br') lines.endBlock(indent);
    else if (BLOCKS.has(name)) {
      const inner = /margin-left/.test(attributeOf(node, 'style') ?? '') ? indent + 2 : indent;
      lines.endBlock(inner);
      writeCode(childrenOf(node), lines, inner);
      lines.endBlock(indent);
    } else writeCode(childrenOf(node), lines, indent);
  }
}

function writeCodeText(text: string, lines: LineWriter, indent: number): void {
  for (const [index, line] of text.split('\n').entries()) {
    if (index > 0) lines.endBlock(indent);
    lines.write(line);
  }
}
