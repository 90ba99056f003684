/**
 * Python that does not parse as a whole, line by line. Analysers say nothing of code with a syntax error, so one
 * line of prose or of another language would hide every other line from them; here what can be a statement by
 * itself is kept and the rest becomes blank.
 */

const WORDS_OF_PYTHON = new Set(
  (
    'and as assert async await break case class continue def del elif else except finally for from global if ' +
    'import in is lambda match nonlocal not or pass raise return try type while with yield'
  ).split(' '),
);
const HEADER = /^(?:async )?(?:def|class|if|for|while|with|match|try)\b.*:$/s;
/** Parts of a compound statement that are none without its head. */
const ORPHAN = /^(?:else|elif|except|finally|case)\b.*:$|^@/s;
const MAX_LINE = 2000;
const MAX_JOINED_LINES = 40;

/** As many lines as `lines`, each a statement of its own, a part of one in brackets, or blank. */
export function salvage(lines: readonly string[]): string {
  const kept = lines.map(() => '');
  const shapes = lines.map((line) => shapeOf(line));
  for (let index = 0; index < lines.length; index++) {
    const end = endOfStatement(lines, shapes, index);
    if (end === undefined) continue;
    const parts = lines.slice(index, end + 1).map((line) => line.trim());
    const statement = asStatement(parts);
    if (statement === undefined) continue;
    for (const [at, part] of statement.entries()) kept[index + at] = part;
    index = end;
  }
  return kept.join('\n');
}

function asStatement(parts: readonly string[]): readonly string[] | undefined {
  const text = parts.join('\n');
  if (parts.length === 1 && !mayBeStatement(text)) return undefined;
  const bare = text.replace(/#[^\n]*$/, '').trimEnd();
  if (ORPHAN.test(bare)) return undefined;
  if (HEADER.test(bare)) return `${bare} pass`.split('\n');
  if (/^(?:async )?(?:def|class) [^:]*$/.test(bare)) return `${bare}: pass`.split('\n');
  // Python 2 wrote these two without parentheses.
  const old = /^(print|exec) +([^(=\s].*)$/.exec(text);
  return old === null ? parts : [`${old[1]}(${old[2]})`];
}

/** Not prose: it calls, assigns, indexes or imports, and has no two plain words beside each other. */
export function mayBeStatement(line: string): boolean {
  const text = line.trim();
  if (text.length > MAX_LINE) return false;
  if (/^(?:import|from) \S/.test(text)) return true;
  if (/^(?:print|exec) +\w/.test(text)) return true;
  if (!/[([=]/.test(text)) return false;
  const plain = withoutStrings(text).normalize('NFKC');
  for (const match of plain.matchAll(/([A-Za-z_]\w*)(?= +([A-Za-z_]\w*))/g)) {
    if (!WORDS_OF_PYTHON.has(match[1]!) && !WORDS_OF_PYTHON.has(match[2]!)) return false;
  }
  return true;
}

/** Index of the line on which the statement's brackets and quotes are closed; undefined when they never are. */
function endOfStatement(
  lines: readonly string[],
  shapes: readonly Shape[],
  start: number,
): number | undefined {
  let depth = 0;
  let characters = 0;
  let open: TripleQuote | undefined;
  for (let end = start; end < Math.min(lines.length, start + MAX_JOINED_LINES); end++) {
    const line = lines[end]!;
    characters += line.length + 1;
    if (characters > 4 * MAX_LINE) return undefined;
    const shape = open === undefined ? shapes[end]! : shapeOf(line, open);
    depth += shape.depth;
    open = shape.open;
    if (open !== undefined) continue;
    if (depth < 0) return undefined;
    if (depth === 0) return end;
  }
  return undefined;
}

type TripleQuote = '"""' | "'''";

/** What a line does to what is open around it. */
interface Shape {
  /** Brackets opened less brackets closed, outside strings and comments. */
  readonly depth: number;
  /** The string that is still open at its end. */
  readonly open: TripleQuote | undefined;
}

const TOKEN = /"""|'''|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|#.*|[([{]|[)\]}]/gs;

function shapeOf(line: string, inside?: TripleQuote): Shape {
  if (line.length > 4 * MAX_LINE) return { depth: 0, open: inside };
  let depth = 0;
  const tokens = new RegExp(TOKEN);
  const skipTo = (mark: TripleQuote, from: number): boolean => {
    const end = line.indexOf(mark, from);
    tokens.lastIndex = end + mark.length;
    return end !== -1;
  };
  if (inside !== undefined && !skipTo(inside, 0)) return { depth, open: inside };
  for (let match = tokens.exec(line); match !== null; match = tokens.exec(line)) {
    const token = match[0];
    if (token === '"""' || token === "'''") {
      if (!skipTo(token, tokens.lastIndex)) return { depth, open: token };
    } else if (/^[([{]/.test(token)) depth++;
    else if (/^[)\]}]/.test(token)) depth--;
  }
  return { depth, open: undefined };
}

function withoutStrings(text: string): string {
  return text.replace(
    /"""[\s\S]*?"""|'''[\s\S]*?'''|"(?!"")(?:[^"\\\n]|\\.)*"|'(?!'')(?:[^'\\\n]|\\.)*'|#[^\n]*/g,
    (found) => (found.startsWith('#') ? '' : '""'),
  );
}

/** The code with some of its lines, counted from 1, made blank. */
export function blankLines(code: string, blank: ReadonlySet<number>): string {
  return code
    .split('\n')
    .map((line, index) => (blank.has(index + 1) ? '' : line))
    .join('\n');
}
