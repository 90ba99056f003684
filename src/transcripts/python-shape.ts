/**
 * What Python looks like, line by line, without parsing: to find code that no fence or label announces. It errs
 * towards code; a parser decides later.
 */

import { languageOfLabel } from './code-language.ts';

/** Labels of other languages. Text in them is Python only when it can hardly be anything else. */
const OTHER_LANGUAGES = new Set(
  (
    'asm bash bat batch c c# c++ clojure cmake cmd conf console cpp cs csharp css csv d dart dockerfile ' +
    'elixir erlang f# fish fsharp go golang gradle graphql groovy h haskell hpp hs html http ini java javascript ' +
    'js json json5 jsonc jsx julia kotlin kt latex less lua makefile matlab mermaid nginx objc objective-c ocaml ' +
    'perl php pl postgresql powershell properties proto protobuf ps1 r rb rs ruby rust sass scala scss sh ' +
    'shell sql svelte svg swift tcl tex tf terraform toml ts tsx typescript vb vim vue wasm wat xml yaml yml ' +
    'zig zsh'
  ).split(' '),
);

/** Other languages that write `def name(`. */
const DEF_LANGUAGES = new Set(['elixir', 'gradle', 'groovy', 'rb', 'ruby', 'scala']);

/** First word of a fence's info string, lower case, without attributes: `{.Python linenos}` is `python`. */
export function readLabel(info: string): string {
  return /^[{.\s]*([\p{L}\p{N}_+#.-]*)/u.exec(info.toLowerCase())![1]!;
}

/** Whether a label names a language, or a kind of file, that is not Python. */
export function isOtherLabel(label: string): boolean {
  return OTHER_LANGUAGES.has(label) || (languageOfLabel(label) ?? 'python') !== 'python';
}

export function isPythonLabel(label: string): boolean {
  return /^(?:i?py(?:thon)?[\d.]*w?|pycon|py-?repl|python-?(?:repl|console)|pyi|cython|sage)$/.test(label);
}

/** A line is judged by its first characters: longer ones only cost time. */
const MAX_JUDGED = 400;

/** Python's, though perhaps not one that parses: code without its colon must not pass for no code. */
const DEF = /^(?:async )?def \w+ ?\(/;
const DEFINITION = /^(?:async )?def \w+ ?(?:\[[^\]]*\])?\((?:[^)]*$|.*\).*:)/;
const CLASS = /^class \w+ ?(?:\([^)]*\))? ?:(?! ?(?:public|private|protected)\b)/;
const NAME_LIST = /^import [A-Za-z_][\w.]*(?: as \w+)?(?: ?, ?[A-Za-z_][\w.]*(?: as \w+)?)* ?(?:;.+|#.*)?$/;
const FROM = /^from [\w.]+ import [\w(*]/;
const WITH = /^(?:async )?with [^:]*\(.*:/;
const ASSIGNMENT =
  /^[A-Za-z_][\w.]*(?:\[[^\]]*\])?(?: ?: ?[\w[\], .|]+)? ?(?:[-+*/%|&^]|\/\/|\*\*|<<|>>)?= ?[^=\s]/;
const CALL = /^(?:await )?[A-Za-z_][\w.]*\(.*\)(?:[.[].*| ?#.*| ?;.*)?$/;
const DECORATOR = /^@[A-Za-z_][\w.]*(?:\(.*)?$/;
const SESSION = /^>>> \S/;
/** Only inside code: at the start of a line they may be prose. */
const CONTINUATION =
  /^(?:else ?:|try ?:|finally ?:|except\b.*:|elif .+:|if .+:|while .+:|(?:async )?for .+ in .+:|match .+:|case .+:|return\b|raise\b|pass\b|break$|continue$|yield\b|global \w|nonlocal \w|assert |del \w|lambda\b|await |[)\]}#@"'])/;

/** Whether a line outside fences begins code. */
export function startsBareCode(text: string): boolean {
  const line = judged(text);
  if (line.length >= MAX_JUDGED && /^(?:await )?[A-Za-z_][\w.]*\(/.test(line)) return true;
  return isDefinite(line) || isStatement(line) || DECORATOR.test(line) || SESSION.test(line);
}

/** Whether a line that is no deeper than the code before it still belongs to it. */
export function staysBareCode(text: string, previous: string): boolean {
  return startsBareCode(text) || CONTINUATION.test(judged(text)) || /[([{,\\=]$/.test(previous.trimEnd());
}

/**
 * Whether a block is Python by its looks. Under another language's label only what no other language writes
 * counts; `bare` (code without a fence) needs a definition or an import.
 */
export function looksLikePython(code: string, label: string): boolean {
  const lines = judgedLines(code);
  if (isOtherLabel(label)) {
    const mayDefine = !DEF_LANGUAGES.has(label) && !lines.includes('end');
    return lines.some((line) => FROM.test(line) || (DEF.test(line) && (mayDefine || line.endsWith(':'))));
  }
  if (lines.some(isDefinite)) return true;
  if (label === 'bare') return false;
  if (lines.some((line) => DEF.test(line))) return true;
  const statements = lines.filter(isStatement).length;
  const pythonic = lines.filter((line) => isStatement(line) || CONTINUATION.test(line)).length;
  return statements > 0 && pythonic >= 0.5 * lines.length;
}

/** Whether code defines or imports as only Python does. */
export function isDefinitelyPython(code: string): boolean {
  let defines = false;
  let ends = false;
  for (const text of code.split('\n')) {
    const line = judged(text);
    if (isDefinite(line)) return true;
    defines ||= DEF.test(line);
    ends ||= line === 'end';
  }
  // Ruby's methods have no colon, and an end.
  return defines && !ends;
}

function judgedLines(code: string): string[] {
  return code
    .split('\n')
    .map(judged)
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function isDefinite(line: string): boolean {
  return DEFINITION.test(line) || CLASS.test(line) || NAME_LIST.test(line) || FROM.test(line);
}

function isStatement(line: string): boolean {
  return WITH.test(line) || ASSIGNMENT.test(line) || CALL.test(line);
}

function judged(text: string): string {
  const line = text.trim().slice(0, 4 * MAX_JUDGED);
  return (/\s\s|[^\S ]/.test(line) ? line.replace(/\s+/g, ' ') : line).slice(0, MAX_JUDGED);
}
