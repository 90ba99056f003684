/** Code in the comments of languages other than Python, and what a line of theirs looks like. */
import type { Language } from '../../transcripts/code-language.ts';
import { mayBeStatement } from './salvage.ts';

const HASH_COMMENTS: ReadonlySet<Language> = new Set(['php', 'ruby']);
const MARKS = /\/\/|\/\*|#|"|'|`/g;

/**
 * The code with its commented-out statements switched on, all else in place, so that lines and columns stay: what
 * a reader gets who follows "uncomment this". Comments that are prose stay. undefined when there are none.
 */
export function uncomment(code: string, language: Language): string | undefined {
  if (!/\/[/*]|#/.test(code)) return undefined;
  const pieces: string[] = [];
  let copied = 0;
  let found = false;
  const marks = new RegExp(MARKS);
  for (let match = marks.exec(code); match !== null; match = marks.exec(code)) {
    const mark = match[0];
    if (mark === '#' && !HASH_COMMENTS.has(language)) continue;
    const start = match.index + mark.length;
    const end = endOf(code, start, mark);
    marks.lastIndex = end;
    if (mark === '"' || mark === "'" || mark === '`') continue;
    const comment = code.slice(match.index, end);
    const shown = comment.split('\n').map(uncommentLine).join('\n');
    if (shown.trim() === '') continue;
    found = true;
    pieces.push(code.slice(copied, match.index), shown);
    copied = end;
  }
  return found ? pieces.join('') + code.slice(copied) : undefined;
}

/** Index after the end of a comment or string. */
function endOf(code: string, start: number, mark: string): number {
  if (mark === '/*' || mark === '`') {
    const closing = mark === '`' ? '`' : '*/';
    const end = code.indexOf(closing, start);
    return end === -1 ? code.length : end + closing.length;
  }
  if (mark === '//' || mark === '#') {
    const end = code.indexOf('\n', start);
    return end === -1 ? code.length : end;
  }
  for (let index = start; index < code.length; index++) {
    if (code[index] === '\\') index++;
    // A lone apostrophe (Rust's lifetimes, prose in comments) opens no string that spans lines.
    else if (code[index] === mark || code[index] === '\n') return index + 1;
  }
  return code.length;
}

/** As long as the comment line; blank when it is no code. */
function uncommentLine(line: string): string {
  const head = /^[ \t]*(?:\/\/+!?|\/\*+|#+|\*+(?!\/))?/.exec(line)![0];
  const body = line.slice(head.length).replace(/\*\/[ \t]*$/, (end) => ' '.repeat(end.length));
  return `${' '.repeat(head.length)}${mayBeBracedCode(body) ? body : ' '.repeat(body.length)}`;
}

const MAX_LINE = 2000;
/** Plain words in a row: a sentence. */
const PROSE = /(?:\b[A-Za-z]+,? ){4}[A-Za-z]+/;

/** Whether a line can be one of a language with braces, or of Ruby: it ends, begins or calls as theirs do. */
export function mayBeBracedCode(text: string): boolean {
  const line = text.trim();
  if (line.length > MAX_LINE || line.length < 2) return false;
  if (/[;{}]$/.test(line))
    return /[\w)"'\]}]\s?[;{}]$/.test(line) && !/^[A-Z][a-z]+ [a-z]+ [a-z]+ /.test(line);
  if (/^(?:<\?php|# ?include ?[<"]|[)}\]])/.test(line)) return true;
  if (PROSE.test(line)) return false;
  if (
    /^(?:const|let|var|import|use|using|package|func|fn|def|end|puts|require|return|echo|if|for)\b.*[=('"{]/.test(
      line,
    )
  )
    return true;
  return mayBeStatement(line);
}
