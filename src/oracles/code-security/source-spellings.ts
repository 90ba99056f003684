/** Spellings that compilers undo before they read code, and analysers do not; other names for what they look for. */
import type { Language } from '../../transcripts/code-language.ts';
import { withoutAliases } from './aliases.ts';

/** Escapes in names (ECMA-262 section 12.7, C# section 6.4.2). */
const ESCAPED_LETTER = /\\u(?:00([2-7][0-9a-f])|\{0{0,4}([2-7][0-9a-f])\})/gi;
/** Java's escapes stand for any character, before all else, line breaks included (JLS 3.3). */
const ESCAPED = /\\u+00([0-7][0-9a-f])/gi;
const MAX_MACROS = 200;

/** The code as its compiler understands it, with the same lines; undefined when that is what it says already. */
export function plainSpelling(code: string, language: Language): string | undefined {
  const plain = withoutAliases(spelled(code, language), language);
  return plain === code ? undefined : plain;
}

function spelled(code: string, language: Language): string {
  if (language === 'c' || language === 'cpp') return withoutMacros(spliceLines(code));
  if (!code.includes('\\u')) return code;
  if (language === 'java') return code.replace(ESCAPED, (_escape, hex: string) => characterOf(hex));
  if (language !== 'javascript' && language !== 'typescript' && language !== 'csharp') return code;
  return code.replace(ESCAPED_LETTER, (found, short?: string, braced?: string) => {
    const character = characterOf(short ?? braced!);
    return /[\w$]/.test(character) ? character : found;
  });
}

function characterOf(hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16));
}

/** A backslash at the end of a line joins the next one, even inside a name (C11 5.1.1.2). Lines are made up for. */
function spliceLines(code: string): string {
  if (!code.includes('\\\n')) return code;
  let owed = 0;
  return code
    .split('\n')
    .map((line) => {
      if (line.endsWith('\\')) {
        owed++;
        return line.slice(0, -1);
      }
      const made = '\n'.repeat(owed + 1);
      owed = 0;
      return line + made;
    })
    .join('')
    .replace(/\n$/, '');
}

const MACRO = /^[ \t]*#[ \t]*define[ \t]+([A-Za-z_]\w{0,60})[ \t]+([A-Za-z_]\w{0,60})[ \t]*$/gm;

/** Macros that are another name for a name. */
function withoutMacros(code: string): string {
  if (!code.includes('define')) return code;
  const names = new Map(
    [...code.matchAll(MACRO)].slice(0, MAX_MACROS).map((match) => [match[1]!, match[2]!]),
  );
  if (names.size === 0) return code;
  const meant = (name: string): string => {
    let found = name;
    for (let step = 0; step < MAX_MACROS && names.has(found); step++) found = names.get(found)!;
    return found;
  };
  return code.replace(/^[ \t]*#.*$|\b[A-Za-z_]\w*\b/gm, (word) => (names.has(word) ? meant(word) : word));
}
