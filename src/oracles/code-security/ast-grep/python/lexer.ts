/** Python's tokens. Tolerant: what it does not know becomes an operator of one character. */

export type TokenKind =
  | 'name'
  | 'number'
  | 'string'
  | 'format'
  | 'op'
  | 'newline'
  | 'indent'
  | 'dedent'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** Source text; for a string its prefix, in lower case. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Of strings: where the content begins and ends. */
  readonly from: number;
  readonly to: number;
}

const BLANK = /(?:[ \t\f]|\\\r?\n)*/y;
const COMMENT = /#[^\n\r]*/y;
const NAME = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*/uy;
const NUMBER =
  /0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?[jJlL]?/y;
const PREFIX = /([a-zA-Z]{0,3})("""|'''|"|')/y;
const OPERATOR = /\*\*=|\/\/=|>>=|<<=|\.\.\.|!=|->|:=|[-+*/%&|^@=<>]=|\*\*|\/\/|>>|<<|<>|./suy;
const OPEN = '([{';
const CLOSE = ')]}';
/** Replacement fields within replacement fields; more is hostile. */
const MAX_DEPTH = 20;

/** @param inside whether brackets are open around the range, so that line ends mean nothing. */
export function tokenise(code: string, start = 0, end = code.length, inside = false): Token[] {
  const tokens: Token[] = [];
  const indents: number[] = [];
  let depth = inside ? 1 : 0;
  let at = start;
  let lineStart = !inside;
  const push = (kind: TokenKind, from: number, to: number, text = code.slice(from, to)) => {
    tokens.push({ kind, text, start: from, end: to, from, to });
  };
  while (at < end) {
    const before = at;
    at = Math.min(skipBlank(code, at), end);
    const char = code[at];
    if (at >= end) break;
    if (char === '#') {
      at = Math.min(skip(COMMENT, code, at), end);
      continue;
    }
    if (char === '\n' || char === '\r') {
      at += 1;
      if (depth === 0 && !lineStart) {
        push('newline', at - 1, at);
        lineStart = true;
      }
      continue;
    }
    if (lineStart) {
      lineStart = false;
      changeIndent(indents, at - Math.max(before, code.lastIndexOf('\n', at - 1) + 1), (kind) =>
        push(kind, at, at, ''),
      );
    }
    const string = beginsString(code, at) ? stringAt(code, at) : null;
    if (string !== null) {
      const prefix = string[1]!.toLowerCase();
      const from = at + string[0].length;
      const format = /[ft]/.test(prefix);
      const to = Math.min(
        format ? formatEnd(code, from, string[2]!, 0) : stringEnd(code, from, string[2]!),
        end,
      );
      const next = Math.min(to + string[2]!.length, end);
      tokens.push({ kind: format ? 'format' : 'string', text: prefix, start: at, end: next, from, to });
      at = next;
      continue;
    }
    let next = skipName(code, at);
    if (next > at) push('name', at, next);
    else {
      next = /[\d.]/.test(char!) ? skip(NUMBER, code, at) : at;
      if (next > at) push('number', at, next);
      else {
        next = skip(OPERATOR, code, at);
        push('op', at, next);
        if (OPEN.includes(char!)) depth++;
        else if (CLOSE.includes(char!)) depth = Math.max(inside ? 1 : 0, depth - 1);
      }
    }
    at = next;
  }
  if (!lineStart) push('newline', end, end);
  for (let i = 1; i < indents.length; i++) push('dedent', end, end, '');
  push('end', end, end, '');
  return tokens;
}

function skipBlank(code: string, at: number): number {
  let next = at;
  while (code.charCodeAt(next) === 32) next++;
  const char = code[next];
  return char === '\t' || char === '\f' || char === '\\' ? skip(BLANK, code, next) : next;
}

function skipName(code: string, at: number): number {
  if (!isWord(code.charCodeAt(at)) || isDigit(code.charCodeAt(at))) return skip(NAME, code, at);
  let next = at + 1;
  while (isWord(code.charCodeAt(next))) next++;
  return code.charCodeAt(next) > 127 ? skip(NAME, code, at) : next;
}

function isWord(char: number): boolean {
  return (char >= 97 && char <= 122) || (char >= 65 && char <= 90) || char === 95 || isDigit(char);
}

function isDigit(char: number): boolean {
  return char >= 48 && char <= 57;
}

/** A quote after at most three letters. */
function beginsString(code: string, at: number): boolean {
  for (let next = at; next <= at + 3; next++) {
    const char = code.charCodeAt(next);
    if (char === 34 || char === 39) return true;
    if (!isWord(char)) return false;
  }
  return false;
}

function stringAt(code: string, at: number): RegExpExecArray | null {
  PREFIX.lastIndex = at;
  return PREFIX.exec(code);
}

function skip(pattern: RegExp, code: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(code) ? pattern.lastIndex : at;
}

/** Fragments may begin indented, and end less so: the lowest level is whatever comes. */
function changeIndent(indents: number[], column: number, push: (kind: 'indent' | 'dedent') => void): void {
  if (indents.length === 0) indents.push(column);
  const top = () => indents.at(-1)!;
  if (column > top()) {
    indents.push(column);
    push('indent');
    return;
  }
  while (column < top() && indents.length > 1) {
    indents.pop();
    push('dedent');
  }
  if (column < top()) indents[0] = column;
}

/** Where the string's content ends: at its quote, or for one without a second quote at the line's end. */
function stringEnd(code: string, from: number, quote: string): number {
  const long = quote.length === 3;
  for (let at = from; at < code.length; at++) {
    const char = code[at];
    if (char === '\\') at++;
    else if (char === '\n' && !long) return at;
    else if (char === quote[0] && (!long || code.startsWith(quote, at))) return at;
  }
  return code.length;
}

/** The same for a formatted string, whose replacement fields may hold strings with the same quotes (PEP 701). */
function formatEnd(code: string, from: number, quote: string, depth: number): number {
  const long = quote.length === 3;
  for (let at = from; at < code.length; at++) {
    const char = code[at];
    if (char === '\\') at++;
    else if (char === '{' && code[at + 1] === '{') at++;
    else if (char === '{' && depth < MAX_DEPTH) at = fieldEnd(code, at + 1, quote, depth + 1);
    else if (char === '\n' && !long) return at;
    else if (char === quote[0] && (!long || code.startsWith(quote, at))) return at;
  }
  return code.length;
}

/** Offset of the brace that closes a replacement field. */
export function fieldEnd(code: string, from: number, quote: string, depth: number): number {
  let open = 0;
  for (let at = from; at < code.length; at++) {
    const char = code[at]!;
    if (char === '}' && open === 0) return at;
    if (OPEN.includes(char)) open++;
    else if (CLOSE.includes(char)) open--;
    else if (char === '\n' && quote.length === 1) return at - 1;
    else if (char === '"' || char === "'") {
      PREFIX.lastIndex = at;
      const inner = PREFIX.exec(code)![2]!;
      const format = /[ft]/i.test(code.slice(Math.max(from, at - 2), at).replace(/^.*[^a-zA-Z]/, ''));
      const end = format
        ? formatEnd(code, at + inner.length, inner, depth)
        : stringEnd(code, at + inner.length, inner);
      at = end + inner.length - 1;
    }
  }
  return code.length;
}
