/** Python's expressions, by precedence climbing. */
import { fieldEnd, type Token, type TokenKind, tokenise } from './lexer.ts';
import type { Clause, Expression, Keyword, Literal, Parameter } from './nodes.ts';

/** The reader lost its way in a statement; the statement reader goes on with the next line. */
export class Unreadable extends Error {}

const BINARY: Readonly<Record<string, number>> = {
  '|': 1,
  '^': 2,
  '&': 3,
  '<<': 4,
  '>>': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '//': 6,
  '%': 6,
  '@': 6,
};
const COMPARISONS = new Set(['==', '!=', '<>', '<', '>', '<=', '>=']);
const KEYWORDS = new Set(
  'and as assert break class continue def del elif else except finally for from global if import in is nonlocal not or pass raise return try while with'.split(
    ' ',
  ),
);
const BEGINNINGS = new Set(['(', '[', '{', '-', '+', '~', '*', '**', '...']);
const CONSTANTS: Readonly<Record<string, Literal>> = { None: null, True: true, False: false };
/** Strings in strings in formatted strings; more is hostile. */
const MAX_DEPTH = 20;

export class ExpressionReader {
  protected readonly code: string;
  protected readonly tokens: readonly Token[];
  protected at = 0;
  private readonly depth: number;

  constructor(code: string, tokens: readonly Token[], depth = 0) {
    this.code = code;
    this.tokens = tokens;
    this.depth = depth;
  }

  protected get token(): Token {
    return this.tokens[this.at]!;
  }

  protected peek(text: string): boolean {
    const { kind, text: own } = this.token;
    return own === text && (kind === 'op' || kind === 'name');
  }

  protected accept(text: string): boolean {
    if (!this.peek(text)) return false;
    this.at++;
    return true;
  }

  protected expect(text: string): void {
    if (!this.accept(text)) throw new Unreadable();
  }

  protected is(...kinds: readonly TokenKind[]): boolean {
    return kinds.includes(this.token.kind);
  }

  /** End of what was read last. */
  protected get end(): number {
    return this.tokens[this.at - 1]?.end ?? 0;
  }

  protected name(): string {
    const { kind, text } = this.token;
    if (kind !== 'name') throw new Unreadable();
    this.at++;
    return text;
  }

  /** `a, *b, c`: a tuple if there is a comma. */
  expressions(): Expression {
    const start = this.token.start;
    const first = this.starred();
    if (!this.peek(',')) return first;
    const items = [first];
    while (this.accept(',') && this.startsExpression()) items.push(this.starred());
    return { kind: 'sequence', form: 'tuple', items, start, end: this.end };
  }

  protected startsExpression(): boolean {
    const { kind, text } = this.token;
    if (kind === 'name') return !KEYWORDS.has(text) || text === 'not';
    return kind === 'number' || kind === 'string' || kind === 'format' || BEGINNINGS.has(text);
  }

  private starred(): Expression {
    const { start, text } = this.token;
    if (!this.accept('*') && !this.accept('**')) return this.expression();
    return { kind: 'wrapped', op: text, value: this.binary(1), start, end: this.end };
  }

  expression(): Expression {
    const { start } = this.token;
    if (this.peek('lambda')) return this.lambda();
    if (this.accept('yield')) {
      this.accept('from');
      const value = this.startsExpression() ? this.expressions() : undefined;
      return { kind: 'wrapped', op: 'yield', value, start, end: this.end };
    }
    const value = this.or();
    if (this.accept(':=')) {
      return { kind: 'walrus', target: value, value: this.expression(), start, end: this.end };
    }
    if (!this.peek('if')) return value;
    const mark = this.at++;
    const test = this.or();
    if (!this.accept('else')) {
      // The condition of a comprehension.
      this.at = mark;
      return value;
    }
    return { kind: 'choice', test, body: value, otherwise: this.expression(), start, end: this.end };
  }

  private lambda(): Expression {
    const { start } = this.token;
    this.expect('lambda');
    const parameters = this.parameters(':');
    this.expect(':');
    return { kind: 'lambda', parameters, body: this.expression(), start, end: this.end };
  }

  protected parameters(close: string): Parameter[] {
    const parameters: Parameter[] = [];
    while (!this.peek(close)) {
      const star = this.accept('**') ? '**' : this.accept('*') ? '*' : '';
      if (star === '' && this.accept('/')) {
        this.accept(',');
        continue;
      }
      if (this.token.kind === 'name') {
        const name = this.name();
        const annotation = close !== ':' && this.accept(':') ? this.starred() : undefined;
        const fallback = this.accept('=') ? this.expression() : undefined;
        parameters.push({ name, star, ...(annotation && { annotation }), ...(fallback && { fallback }) });
      } else if (this.peek('(')) this.primary();
      else if (star === '') throw new Unreadable();
      if (!this.accept(',') && !this.peek(close)) throw new Unreadable();
    }
    return parameters;
  }

  private or(): Expression {
    let left = this.and();
    while (this.accept('or')) {
      left = { kind: 'boolean', op: 'or', left, right: this.and(), start: left.start, end: this.end };
    }
    return left;
  }

  private and(): Expression {
    let left = this.not();
    while (this.accept('and')) {
      left = { kind: 'boolean', op: 'and', left, right: this.not(), start: left.start, end: this.end };
    }
    return left;
  }

  private not(): Expression {
    const { start } = this.token;
    if (!this.accept('not')) return this.comparison();
    return { kind: 'unary', op: 'not', operand: this.not(), start, end: this.end };
  }

  private comparison(): Expression {
    const first = this.binary(1);
    let result: Expression | undefined;
    let left = first;
    for (let op = this.comparator(); op !== undefined; op = this.comparator()) {
      const right = this.binary(1);
      const next: Expression = { kind: 'compare', op, left, right, start: first.start, end: this.end };
      result =
        result === undefined
          ? next
          : { kind: 'boolean', op: 'and', left: result, right: next, start: first.start, end: this.end };
      left = right;
    }
    return result ?? first;
  }

  private comparator(): string | undefined {
    const { kind, text } = this.token;
    if (kind === 'op' && COMPARISONS.has(text)) {
      this.at++;
      return text === '<>' ? '!=' : text;
    }
    if (this.accept('in')) return 'in';
    if (this.accept('is')) return this.accept('not') ? 'is not' : 'is';
    if (this.peek('not') && this.tokens[this.at + 1]?.text === 'in') {
      this.at += 2;
      return 'not in';
    }
    return undefined;
  }

  private binary(level: number): Expression {
    let left = this.unary();
    for (;;) {
      const { kind, text } = this.token;
      const own = kind === 'op' ? BINARY[text] : undefined;
      if (own === undefined || own < level) return left;
      this.at++;
      left = {
        kind: 'binary',
        op: text,
        left,
        right: this.binary(own + 1),
        start: left.start,
        end: this.end,
      };
    }
  }

  private unary(): Expression {
    const { kind, text, start } = this.token;
    if (kind === 'op' && (text === '-' || text === '+' || text === '~')) {
      this.at++;
      return { kind: 'unary', op: text, operand: this.unary(), start, end: this.end };
    }
    if (this.peek('await')) {
      this.at++;
      return { kind: 'wrapped', op: 'await', value: this.unary(), start, end: this.end };
    }
    const base = this.primary();
    if (!this.accept('**')) return base;
    return { kind: 'binary', op: '**', left: base, right: this.unary(), start, end: this.end };
  }

  protected primary(): Expression {
    let value = this.atom();
    const { start } = value;
    for (;;) {
      if (this.accept('.'))
        value = { kind: 'attribute', object: value, name: this.name(), start, end: this.end };
      else if (this.peek('('))
        value = { kind: 'call', callee: value, ...this.callArguments(), start, end: this.end };
      else if (this.accept('[')) {
        const index = this.subscript();
        this.expect(']');
        value = { kind: 'subscript', object: value, index, start, end: this.end };
      } else return value;
    }
  }

  protected callArguments(): { args: Expression[]; keywords: Keyword[] } {
    this.expect('(');
    const args: Expression[] = [];
    const keywords: Keyword[] = [];
    while (!this.peek(')')) {
      if (this.accept('**')) keywords.push({ name: undefined, value: this.expression() });
      else if (this.token.kind === 'name' && this.tokens[this.at + 1]?.text === '=') {
        const name = this.name();
        this.expect('=');
        // `f(x=)` does not parse, but a fragment may hold it.
        keywords.push({ name, value: this.expression() });
      } else {
        const item = this.starred();
        args.push(this.peek('for') || this.peek('async') ? this.comprehension(item.start, [item]) : item);
      }
      if (!this.accept(',')) break;
    }
    this.expect(')');
    return { args, keywords };
  }

  private subscript(): Expression {
    const { start } = this.token;
    const parts: Expression[] = [];
    let sliced = false;
    let listed = false;
    while (!this.peek(']')) {
      if (this.accept(':')) sliced = true;
      else if (this.accept(',')) listed = true;
      else parts.push(this.starred());
    }
    if (sliced) return { kind: 'slice', parts, start, end: this.end };
    if (listed || parts.length !== 1)
      return { kind: 'sequence', form: 'tuple', items: parts, start, end: this.end };
    return parts[0]!;
  }

  private atom(): Expression {
    const { kind, text, start, end } = this.token;
    if (kind === 'name') {
      if (KEYWORDS.has(text)) throw new Unreadable();
      this.at++;
      const value = CONSTANTS[text];
      if (value !== undefined) return { kind: 'literal', value, bytes: false, start, end };
      return { kind: 'name', id: text, start, end };
    }
    if (kind === 'number') {
      this.at++;
      return { kind: 'literal', value: readNumber(text), bytes: false, start, end };
    }
    if (kind === 'string' || kind === 'format') return this.strings();
    if (this.accept('(')) return this.group(start);
    if (this.accept('[')) return this.list(start);
    if (this.accept('{')) return this.braces(start);
    if (this.accept('...')) return { kind: 'literal', value: null, bytes: false, start, end };
    throw new Unreadable();
  }

  /** Adjacent literals are one. */
  private strings(): Expression {
    const { start } = this.token;
    const parts: (string | Expression)[] = [];
    let bytes = false;
    while (this.token.kind === 'string' || this.token.kind === 'format') {
      const token = this.token;
      const raw = token.text.includes('r');
      bytes ||= token.text.includes('b');
      if (token.kind === 'string') parts.push(decodeEscapes(this.code.slice(token.from, token.to), raw));
      else parts.push(...this.formatted(token, raw));
      this.at++;
    }
    const end = this.end;
    if (parts.some((part) => typeof part !== 'string')) return { kind: 'text', parts, start, end };
    return { kind: 'literal', value: parts.join(''), bytes, start, end };
  }

  private formatted(token: Token, raw: boolean): (string | Expression)[] {
    const parts: (string | Expression)[] = [];
    let text = '';
    for (let at = token.from; at < token.to; at++) {
      const char = this.code[at]!;
      if ((char === '{' || char === '}') && this.code[at + 1] === char) {
        text += char;
        at++;
      } else if (char === '{') {
        const end = Math.min(fieldEnd(this.code, at + 1, '"""', this.depth), token.to);
        parts.push(decodeEscapes(text, raw), this.field(at + 1, end));
        text = '';
        at = end;
      } else text += char;
    }
    return [...parts, decodeEscapes(text, raw)];
  }

  /** The expression of a replacement field, without its conversion and format. */
  private field(start: number, end: number): Expression {
    const nothing: Expression = { kind: 'name', id: '', start, end };
    if (this.depth > MAX_DEPTH) return nothing;
    try {
      const inner = new ExpressionReader(this.code, tokenise(this.code, start, end, true), this.depth + 1);
      return inner.expressions();
    } catch (error) {
      if (error instanceof Unreadable) return nothing;
      throw error;
    }
  }

  private group(start: number): Expression {
    if (this.accept(')')) return { kind: 'sequence', form: 'tuple', items: [], start, end: this.end };
    const value = this.expressions();
    const whole = this.peek('for') || this.peek('async') ? this.comprehension(start, [value]) : value;
    this.expect(')');
    return whole;
  }

  private list(start: number): Expression {
    if (this.accept(']')) return { kind: 'sequence', form: 'list', items: [], start, end: this.end };
    const first = this.starred();
    if (this.peek('for') || this.peek('async')) {
      const whole = this.comprehension(start, [first]);
      this.expect(']');
      return whole;
    }
    const items = [first];
    while (this.accept(',') && !this.peek(']')) items.push(this.starred());
    this.expect(']');
    return { kind: 'sequence', form: 'list', items, start, end: this.end };
  }

  private braces(start: number): Expression {
    const entries: { key: Expression | undefined; value: Expression }[] = [];
    const items: Expression[] = [];
    while (!this.peek('}')) {
      if (this.accept('**')) entries.push({ key: undefined, value: this.binary(1) });
      else {
        const key = this.starred();
        if (this.accept(':')) entries.push({ key, value: this.expression() });
        else items.push(key);
      }
      if (this.peek('for') || this.peek('async')) {
        const elements = [...items, ...entries.flatMap(({ key, value }) => (key ? [key, value] : [value]))];
        const whole = this.comprehension(start, elements);
        this.expect('}');
        return whole;
      }
      if (!this.accept(',')) break;
    }
    this.expect('}');
    const end = this.end;
    if (items.length > 0) return { kind: 'sequence', form: 'set', items, start, end };
    return { kind: 'dict', entries, start, end };
  }

  private comprehension(start: number, elements: readonly Expression[]): Expression {
    const clauses: Clause[] = [];
    while (this.accept('async') || this.peek('for')) {
      this.expect('for');
      const target = this.targets();
      this.expect('in');
      const iterable = this.or();
      const tests: Expression[] = [];
      while (this.accept('if')) tests.push(this.expressionWithoutChoice());
      clauses.push({ target, iterable, tests });
    }
    return { kind: 'comprehension', elements, clauses, start, end: this.end };
  }

  private expressionWithoutChoice(): Expression {
    const value = this.or();
    return this.accept(':=') ? { ...value, ...this.walrusOf(value) } : value;
  }

  private walrusOf(target: Expression): Expression {
    return { kind: 'walrus', target, value: this.or(), start: target.start, end: this.end };
  }

  /** What stands between `for` and `in`: `in` is no comparison there. */
  protected targets(): Expression {
    const { start } = this.token;
    const items: Expression[] = [];
    do {
      if (this.peek('in')) break;
      this.accept('*');
      items.push(this.primary());
    } while (this.accept(','));
    if (items.length === 1) return items[0]!;
    return { kind: 'sequence', form: 'tuple', items, start, end: this.end };
  }
}

function readNumber(text: string): number {
  const digits = text.replace(/_|[lLjJ]$/g, '');
  return /^0\d+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '0': '\0',
  a: '\x07',
  '\n': '',
};

function decodeEscapes(text: string, raw: boolean): string {
  if (raw || !text.includes('\\')) return text;
  return text.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{2,3})|(.))/gsu,
    (whole, two, four, eight, octal, char) => {
      const hex = two ?? four ?? eight;
      const point =
        hex === undefined
          ? octal === undefined
            ? undefined
            : Number.parseInt(octal, 8)
          : Number.parseInt(hex, 16);
      if (point !== undefined) return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
      return ESCAPES[char] ?? (/[\\'"]/.test(char) ? char : whole);
    },
  );
}
