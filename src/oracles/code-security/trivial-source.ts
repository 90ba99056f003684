/** Whether code in a language other than Python does anything, by its statements and without parsing. */
import type { Language } from '../../transcripts/code-language.ts';

const HASH_COMMENTS: ReadonlySet<Language> = new Set(['php', 'ruby']);
/**
 * Comments go, strings become empty. Linear: each alternative begins with a mark of its own and takes what it reads,
 * closed or not; only a lone apostrophe (Rust's lifetimes) is passed over.
 */
const SLASHED = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.){0,200}'|`[^`]*`?/g;
const HASHED = /(?<![\w$])#(?!\{)[^\n]*/g;

const CONSTANT_WORDS =
  '(?:true|false|null|nil|None|undefined|NULL|nullptr|NaN|void|new|Object|String|default)';
const IMPORT =
  /^(?:import|package|use|using|require|require_relative|include|namespace|module|from|mod|extern)(?=\s+["'\w<{*\\])|^export \*|^#\s?include\b|^<\?|^['"]use strict|^(?:const|let|var) [\w${}:, ]+= ?require\(/;
const PRINT =
  /^(?:console\.\w+|System\.(?:out|err)\.\w+|fmt\.(?:Print|Fprint)\w*|Console\.Write\w*|std::(?:cout|cerr)|cout|printf|puts|echo|print|p|println!|eprintln!|print!|var_dump|log\.Print\w*)(?:[\s(<]|$)/;
const GIVING_UP =
  /^(?:throw new \w+\("*\)|throw new NotImplementedException\(\)|panic!?\("*\)|raise\b.*|todo!\(\)|unimplemented!\(\)|exit\(\d*\)|break|continue|pass)$/;
const TEST = /^(?:\} ?)?(?:else )?(?:if|elsif|while|for|foreach|switch|match|case|when|unless)\b(.*)$/;

/** Nothing but comments, imports, declarations, prints, constants and giving up. Cf. isTrivialProgram for Python. */
export function isTrivialSource(code: string, language: Language): boolean {
  const slashed = code.replace(SLASHED, (found) => (/^["'`]/.test(found) ? '""' : ' '));
  const plain = HASH_COMMENTS.has(language) ? slashed.replace(HASHED, ' ') : slashed;
  let tests = false;
  let returns = false;
  for (const match of plain.matchAll(/([^;{}\n]*)([;{}\n]|$)/g)) {
    const statement = match[1]!.trim();
    if (statement === '' || IMPORT.test(statement) || PRINT.test(statement) || GIVING_UP.test(statement))
      continue;
    const test = TEST.exec(statement);
    if (test !== null) tests ||= namesSomething(test[1]!);
    else if (/^return\b/.test(statement)) {
      returns ||= statement !== 'return';
      if (namesSomething(statement.slice('return'.length))) return false;
    } else if (match[2] !== '{' && !isDeclaration(statement) && doesSomething(statement)) return false;
  }
  // A constant returned under a condition is a decision.
  return !(tests && returns);
}

function namesSomething(text: string): boolean {
  return /[A-Za-z_$]/.test(text.replace(new RegExp(`\\b${CONSTANT_WORDS}\\b`, 'g'), ''));
}

function isDeclaration(statement: string): boolean {
  return /^(?:(?:pub|public|private|protected|static|final|export|default|async|abstract|const|unsafe|override|virtual) )*(?:function|class|interface|struct|enum|trait|impl|def|fn|func|type|typedef|template|record|end|else|do|begin|try|finally)\b/.test(
    statement,
  );
}

/** It calls something, or computes a value from something that has a name. */
function doesSomething(statement: string): boolean {
  const equal = /(?<![=!<>])(?::=|[-+*/%.|&^]?=)(?![=>])/.exec(statement);
  if (equal !== null) return namesSomething(statement.slice(equal.index + equal[0].length));
  if (/[\w$)\]!?] ?\(/.test(statement)) return true;
  return (
    /->|<<|\+\+|--|^\w+[?!]? [\w@:"$]/.test(statement) &&
    /^[a-z@$]/.test(statement) &&
    !/^[a-z]\w* \w+$/.test(statement)
  );
}
