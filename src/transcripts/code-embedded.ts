/**
 * Code that text in another language carries: scripts in HTML, here documents and `-c` arguments in shell
 * commands, notebooks, strings of JSON. Every scan is linear in the text. Encoded text (base64 and the like) is
 * not decoded: what decodes and runs it is code of its own, which analysers see.
 */

export interface EmbeddedCode {
  readonly code: string;
  /** 1-based line of the outer text where it begins. */
  readonly line: number;
  /** As a fence would be labelled; '' when nothing tells. */
  readonly label: string;
  /** Whether the text is a mere wrapper, so that this is the code that it offers. */
  readonly offered: boolean;
}

/** @param label of the block that the text is; '' for text outside blocks. */
export function embeddedCode(text: string, label: string): EmbeddedCode[] {
  const found: EmbeddedCode[] = [];
  if (text.includes('<')) found.push(...scripts(text), ...hereDocuments(text));
  if (text.includes('<') || text.includes('javascript:')) found.push(...handlers(text));
  if (/["']/.test(text)) found.push(...commandArguments(text));
  if (/^\s*[{[]/.test(text) && (label === '' || /json|ipynb|notebook/.test(label))) {
    found.push(...codeInJson(text));
  }
  return found.filter(({ code }) => code.trim() !== '');
}

function lineCounter(text: string): (index: number) => number {
  let line = 1;
  let counted = 0;
  return (index) => {
    for (; counted < index; counted++) if (text.charCodeAt(counted) === 10) line++;
    return line;
  };
}

// ---------------------------------------------------------------- HTML

const SCRIPT = /<(script|py-script)\b([^>]{0,400})>/gi;

function scripts(text: string): EmbeddedCode[] {
  const found: EmbeddedCode[] = [];
  const lineAt = lineCounter(text);
  const lower = text.toLowerCase();
  const opening = new RegExp(SCRIPT);
  for (let match = opening.exec(text); match !== null; match = opening.exec(text)) {
    const start = match.index + match[0].length;
    const end = lower.indexOf(`</${match[1]!.toLowerCase()}`, start);
    const code = text.slice(start, end === -1 ? undefined : end);
    const label = scriptLabel(match[1]!.toLowerCase(), match[2]!.toLowerCase());
    if (label !== undefined) found.push({ code, line: lineAt(start), label, offered: true });
    if (end === -1) break;
    opening.lastIndex = end;
  }
  return found;
}

/** undefined for data blocks. */
function scriptLabel(tag: string, attributes: string): string | undefined {
  const type = /\b(?:type|lang) ?= ?["']?([\w/+.-]{1,40})/.exec(attributes)?.[1] ?? '';
  if (tag === 'py-script' || /\bpy(?:thon|odide)?\b/.test(type)) return 'python';
  if (/\bts|typescript/.test(type)) return 'typescript';
  return /json|template|importmap|html/.test(type) ? undefined : 'javascript';
}

const HANDLER =
  /\bon[a-z]{3,20} ?= ?(?:"([^"]{1,1000})"|'([^']{1,1000})')|\bjavascript:(?=\S)([^"<>\n]{1,1000})/gi;

function handlers(text: string): EmbeddedCode[] {
  const lineAt = lineCounter(text);
  return [...text.matchAll(HANDLER)].map((match) => ({
    code: match[1] ?? match[2] ?? match[3]!,
    line: lineAt(match.index),
    label: 'javascript',
    offered: false,
  }));
}

// ---------------------------------------------------------------- shell

const INTERPRETERS: Readonly<Record<string, string>> = {
  bun: 'javascript',
  deno: 'javascript',
  node: 'javascript',
  nodejs: 'javascript',
  php: 'php',
  ruby: 'ruby',
  'ts-node': 'typescript',
};
const HERE = /<<[-~]?[ \t]{0,3}\\?(["']?)([A-Za-z_][\w-]{0,40})\1/;
const HERE_COMMAND =
  /\b(?:cat|tee|python[\d.]{0,6}|node|nodejs|deno|bun|ts-node|ruby|php|perl|ssh|sudo|docker|kubectl|sh|bash|zsh)\b/;

function interpreterLabel(command: string): string {
  return command.startsWith('python') ? 'python' : (INTERPRETERS[command] ?? '');
}

/** What `cat > app.py <<EOF` writes and `python - <<EOF` runs; one that never ends reaches to the end. */
function hereDocuments(text: string): EmbeddedCode[] {
  if (!text.includes('<<')) return [];
  const found: EmbeddedCode[] = [];
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index++) {
    const head = lines[index]!.slice(0, 400);
    const mark = HERE.exec(head);
    if (mark === null || !HERE_COMMAND.test(head)) continue;
    let end = index + 1;
    while (end < lines.length && lines[end]!.trim() !== mark[2]) end++;
    const code = lines.slice(index + 1, end).join('\n');
    found.push({ code, line: index + 2, label: hereLabel(head), offered: false });
    index = end;
  }
  return found;
}

function hereLabel(head: string): string {
  const file = /(?:>|\btee)[ \t]{0,5}(?:-a )?["']?[\w./~$-]{0,200}\.(\w{1,5})\b/.exec(head)?.[1];
  if (file !== undefined) return file;
  const command = /\b(python[\d.]{0,6}|node|nodejs|deno|bun|ts-node|ruby|php)\b/.exec(head)?.[1];
  return command === undefined ? '' : interpreterLabel(command);
}

const ARGUMENT =
  /\b(python[\d.]{0,6}|node|nodejs|deno|bun|ts-node|ruby|php)(?:[ \t]+-{0,2}[\w=.]{1,40}){0,4}?[ \t]+(?:-[A-Za-z]{0,3}[cerp]|--eval|eval)[ \t]?=?\$?(["'])/g;

/** `python3 -c "…"`, `node -e '…'`, over as many lines as the quotes span. */
function commandArguments(text: string): EmbeddedCode[] {
  const found: EmbeddedCode[] = [];
  const lineAt = lineCounter(text);
  const heads = new RegExp(ARGUMENT);
  for (let match = heads.exec(text); match !== null; match = heads.exec(text)) {
    const start = match.index + match[0].length;
    const end = endOfArgument(text, start, match[2]!);
    const raw = text.slice(start, end);
    const code = match[2] === '"' ? raw.replace(/\\(["\\$`])/g, '$1') : raw;
    found.push({ code, line: lineAt(start), label: interpreterLabel(match[1]!), offered: false });
    heads.lastIndex = end + 1;
  }
  return found;
}

function endOfArgument(text: string, start: number, quote: string): number {
  for (let index = start; index < text.length; index++) {
    if (text[index] === '\\' && quote === '"') index++;
    else if (text[index] === quote) return index;
  }
  return text.length;
}

// ---------------------------------------------------------------- JSON

const MAX_JSON_STRINGS = 2000;

/** The cells of a notebook as one program; of other JSON the strings, and lists of strings, that have code in them. */
function codeInJson(text: string): EmbeddedCode[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  const cells = isRecord(value) && Array.isArray(value.cells) ? value.cells : undefined;
  if (cells !== undefined) return notebook(cells, value as Readonly<Record<string, unknown>>);
  const lines = new Map<string, number>();
  for (const [index, line] of text.split('\n').entries()) {
    for (const match of line.matchAll(/"([^"\\]{1,24})/g)) {
      if (!lines.has(match[1]!)) lines.set(match[1]!, index + 1);
    }
  }
  return stringsOf(value)
    .filter((code) => /[(=]/.test(code) && /\S\s|[;)]/.test(code))
    .map((code) => {
      const start = /^[^"\\\n\t]{0,24}/.exec(code)![0];
      return { code, line: lines.get(start) ?? 1, label: '', offered: false };
    });
}

function stringsOf(value: unknown): string[] {
  const strings: string[] = [];
  const open: unknown[] = [value];
  while (open.length > 0 && strings.length < MAX_JSON_STRINGS) {
    const next = open.pop();
    if (typeof next === 'string') strings.push(next);
    else if (Array.isArray(next)) {
      if (next.length > 0 && next.every((entry) => typeof entry === 'string')) strings.push(joinLines(next));
      else open.push(...next.slice(0, MAX_JSON_STRINGS));
    } else if (isRecord(next)) open.push(...Object.values(next).slice(0, MAX_JSON_STRINGS));
  }
  return strings;
}

function notebook(cells: readonly unknown[], value: Readonly<Record<string, unknown>>): EmbeddedCode[] {
  const sources = cells.flatMap((cell) => {
    if (!isRecord(cell) || cell.cell_type === 'markdown' || cell.cell_type === 'raw') return [];
    const source = cell.source ?? cell.input;
    if (typeof source === 'string') return [source];
    return Array.isArray(source) ? [joinLines(source.filter((line) => typeof line === 'string'))] : [];
  });
  const kernel = JSON.stringify(value.metadata ?? '');
  const label = /"language":"([\w+#]{1,20})"|"language_info":\{[^}]{0,200}"name":"([\w+#]{1,20})"/.exec(
    kernel,
  );
  // What notebooks add to Python: magics and shell commands.
  const code = sources.join('\n\n').replace(/^[ \t]*[%!?].*$/gm, '');
  return [{ code, line: 1, label: (label?.[1] ?? label?.[2] ?? 'python').toLowerCase(), offered: true }];
}

function joinLines(lines: readonly string[]): string {
  return lines
    .map((line, index) => (index < lines.length - 1 && !line.endsWith('\n') ? `${line}\n` : line))
    .join('');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
