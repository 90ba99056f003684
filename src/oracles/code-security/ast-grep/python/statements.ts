/**
 * Python's statements, read without tree-sitter: a node of ast-grep's costs about 6 µs to bring into JavaScript
 * (kind, range and children are a crossing each), 1.1 ms for 30 lines; this reader takes a twentieth of it. It is
 * tolerant (fragments, Python 2): a statement that it cannot read is left out. Ruff decides whether code parses.
 */
import { ExpressionReader, Unreadable } from './expressions.ts';
import { tokenise } from './lexer.ts';
import type { Expression, Handler, Parameter, Statement } from './nodes.ts';

type WithItem = Extract<Statement, { kind: 'with' }>['items'][number];
type MatchCase = Extract<Statement, { kind: 'match' }>['cases'][number];

export function readModule(code: string): Statement[] {
  return new StatementReader(code, tokenise(code)).module();
}

class StatementReader extends ExpressionReader {
  module(): Statement[] {
    const statements: Statement[] = [];
    while (!this.is('end')) statements.push(...this.statement());
    return statements;
  }

  private statement(): Statement[] {
    const { kind } = this.token;
    if (kind === 'indent' || kind === 'dedent' || kind === 'newline') {
      this.at++;
      return [];
    }
    const mark = this.at;
    try {
      return this.compound() ?? this.simpleLine();
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      return this.skipLine(mark);
    }
  }

  /** Leaves a line out, but not the block below it. */
  private skipLine(mark: number): Statement[] {
    if (this.at <= mark) this.at = mark + 1;
    while (!this.is('newline', 'indent', 'dedent', 'end')) this.at++;
    return [];
  }

  private compound(): Statement[] | undefined {
    const { text, kind, start } = this.token;
    if (kind === 'op' && text === '@') return [this.decorated()];
    if (kind !== 'name') return undefined;
    switch (text) {
      case 'if':
        return [this.conditional(start)];
      case 'while': {
        this.at++;
        const test = this.expression();
        const body = this.block();
        return [{ kind: 'while', test, body, otherwise: this.elseBlock(), start, end: this.end }];
      }
      case 'for':
        return [this.loop(start)];
      case 'try':
        return [this.attempt(start)];
      case 'with':
        return [this.context(start)];
      case 'def':
        return [this.definition([], start)];
      case 'class':
        return [this.classDefinition([], start)];
      case 'async':
        this.at++;
        return this.compound();
      case 'match':
        return this.match(start);
      default:
        return undefined;
    }
  }

  private block(): Statement[] {
    this.expect(':');
    if (!this.is('newline')) return this.simpleLine();
    this.at++;
    const statements: Statement[] = [];
    if (!this.is('indent')) return statements;
    this.at++;
    while (!this.is('dedent', 'end')) statements.push(...this.statement());
    if (this.is('dedent')) this.at++;
    return statements;
  }

  private elseBlock(): Statement[] {
    return this.accept('else') ? this.block() : [];
  }

  private conditional(start: number): Statement {
    this.at++;
    const test = this.expression();
    const body = this.block();
    const next = this.token.start;
    const otherwise = this.peek('elif') ? [this.conditional(next)] : this.elseBlock();
    return { kind: 'if', test, body, otherwise, start, end: this.end };
  }

  private loop(start: number): Statement {
    this.at++;
    const target = this.targets();
    this.expect('in');
    const iterable = this.expressions();
    const body = this.block();
    return { kind: 'for', target, iterable, body, otherwise: this.elseBlock(), start, end: this.end };
  }

  private attempt(start: number): Statement {
    this.at++;
    const body = this.block();
    const handlers: Handler[] = [];
    while (this.peek('except')) {
      const from = this.token.start;
      this.at++;
      this.accept('*');
      const type = this.peek(':') ? undefined : this.expression();
      // `except A, e` is Python 2; `except A, B` is Python 3.14.
      const name = this.accept('as') || this.accept(',') ? this.name() : undefined;
      while (!this.peek(':') && !this.is('newline', 'end')) this.at++;
      handlers.push({ type, name, body: this.block(), start: from, end: this.end });
    }
    const otherwise = this.elseBlock();
    const last = this.accept('finally') ? this.block() : [];
    return { kind: 'try', body, handlers, otherwise, last, start, end: this.end };
  }

  private context(start: number): Statement {
    this.at++;
    const mark = this.at;
    const items = this.withItems(this.accept('('), mark);
    return { kind: 'with', items, body: this.block(), start, end: this.end };
  }

  /** Brackets may hold the whole list, or just begin the first expression. */
  private withItems(bracket: boolean, mark: number): WithItem[] {
    const items: WithItem[] = [];
    do {
      if (bracket && this.peek(')')) break;
      const context = this.expression();
      items.push({ context, target: this.accept('as') ? this.primary() : undefined });
    } while (this.accept(','));
    if (!bracket) return items;
    if (this.accept(')') && this.peek(':')) return items;
    this.at = mark;
    return this.withItems(false, mark);
  }

  private decorated(): Statement {
    const { start } = this.token;
    const decorators: Expression[] = [];
    while (this.accept('@')) {
      decorators.push(this.expression());
      while (this.is('newline')) this.at++;
    }
    this.accept('async');
    if (this.peek('class')) return this.classDefinition(decorators, start);
    if (this.peek('def')) return this.definition(decorators, start);
    throw new Unreadable();
  }

  private definition(decorators: readonly Expression[], start: number): Statement {
    this.expect('def');
    const name = this.name();
    if (this.peek('[')) this.typeParameters();
    this.expect('(');
    const parameters: readonly Parameter[] = this.parameters(')');
    this.expect(')');
    if (this.accept('->')) this.expression();
    return { kind: 'function', name, parameters, decorators, body: this.block(), start, end: this.end };
  }

  private typeParameters(): void {
    while (!this.accept(']')) {
      if (this.is('newline') || this.is('end')) throw new Unreadable();
      this.at++;
    }
  }

  private classDefinition(decorators: readonly Expression[], start: number): Statement {
    this.expect('class');
    const name = this.name();
    if (this.peek('[')) this.typeParameters();
    const { args, keywords } = this.peek('(') ? this.callArguments() : { args: [], keywords: [] };
    return {
      kind: 'class',
      name,
      bases: args,
      keywords,
      decorators,
      body: this.block(),
      start,
      end: this.end,
    };
  }

  /** `match` is a name, too. */
  private match(start: number): Statement[] | undefined {
    const mark = this.at++;
    try {
      if (!this.startsExpression() || this.peek('=')) throw new Unreadable();
      const subject = this.expressions();
      if (!this.accept(':') || !this.is('newline')) throw new Unreadable();
      this.at++;
      if (!this.is('indent')) throw new Unreadable();
      this.at++;
      const cases: MatchCase[] = [];
      while (this.accept('case')) cases.push(this.matchCase());
      while (!this.is('dedent', 'end')) this.statement();
      if (this.is('dedent')) this.at++;
      return [{ kind: 'match', subject, cases, start, end: this.end }];
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.at = mark;
      return undefined;
    }
  }

  private matchCase(): MatchCase {
    const mark = this.at;
    let pattern: Expression | undefined;
    try {
      pattern = this.expressions();
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.at = mark;
    }
    while (!this.peek('if') && !this.peek(':') && !this.is('newline', 'end')) this.at++;
    const guard = this.accept('if') ? this.expression() : undefined;
    return { pattern, guard, body: this.block() };
  }

  /** Statements with `;` between them, to the line's end. */
  private simpleLine(): Statement[] {
    const statements: Statement[] = [];
    do {
      if (this.is('newline')) break;
      const statement = this.simple();
      if (statement !== undefined) statements.push(statement);
    } while (this.accept(';'));
    if (this.is('newline')) this.at++;
    else if (!this.is('end', 'dedent')) this.skipLine(this.at);
    return statements;
  }

  private simple(): Statement | undefined {
    const { start, text, kind } = this.token;
    if (kind !== 'name') return this.assignment(start);
    switch (text) {
      case 'return':
      case 'raise': {
        this.at++;
        const value = this.startsExpression() ? this.expressions() : undefined;
        if (this.accept('from')) this.expression();
        return { kind: text, value, start, end: this.end };
      }
      case 'break':
      case 'continue':
        this.at++;
        return { kind: 'jump', start, end: this.end };
      case 'pass':
        this.at++;
        return { kind: 'pass', start, end: this.end };
      case 'assert': {
        this.at++;
        const test = this.expression();
        const message = this.accept(',') ? this.expression() : undefined;
        return { kind: 'assert', test, message, start, end: this.end };
      }
      case 'del':
      case 'nonlocal':
        this.at++;
        this.expressions();
        return undefined;
      case 'global': {
        this.at++;
        const named = this.expressions();
        const names = (named.kind === 'sequence' ? named.items : [named]).flatMap((part) =>
          part.kind === 'name' ? [part.id] : [],
        );
        return { kind: 'global', names, start, end: this.end };
      }
      case 'import':
        return this.importModules(start);
      case 'from':
        return this.importFrom(start);
      case 'print':
      case 'exec':
        return this.pythonTwo(start) ?? this.assignment(start);
      default:
        return this.assignment(start);
    }
  }

  /** `print x` and `exec x` are calls. */
  private pythonTwo(start: number): Statement | undefined {
    const next = this.tokens[this.at + 1]!;
    if (next.kind !== 'string' && next.kind !== 'format' && next.kind !== 'name') return undefined;
    if (['in', 'is', 'if', 'and', 'or', 'not'].includes(next.text) && next.kind === 'name') return undefined;
    const { end } = this.token;
    const callee: Expression = { kind: 'name', id: this.name(), start, end };
    const args = [this.expressions()];
    return {
      kind: 'expression',
      value: { kind: 'call', callee, args, keywords: [], start, end: this.end },
      start,
      end: this.end,
    };
  }

  private dotted(): string {
    let name = this.name();
    while (this.accept('.')) name += `.${this.name()}`;
    return name;
  }

  private importModules(start: number): Statement {
    this.at++;
    const names: { name: string; as: string }[] = [];
    do {
      const name = this.dotted();
      const root = name.split('.')[0]!;
      if (this.accept('as')) names.push({ name, as: this.name() });
      else names.push({ name: root, as: root });
    } while (this.accept(','));
    return { kind: 'import', names, start, end: this.end };
  }

  private importFrom(start: number): Statement {
    this.at++;
    let relative = '';
    while (this.peek('.') || this.peek('...')) {
      relative += this.token.text;
      this.at++;
    }
    const module = relative + (this.peek('import') ? '' : this.dotted());
    this.expect('import');
    const bracket = this.accept('(');
    const names: { name: string; as: string }[] = [];
    do {
      if (bracket && this.peek(')')) break;
      if (this.accept('*')) break;
      const name = this.name();
      names.push({ name: `${module}.${name}`, as: this.accept('as') ? this.name() : name });
    } while (this.accept(','));
    if (bracket) this.expect(')');
    return { kind: 'import', names, start, end: this.end };
  }

  private assignment(start: number): Statement {
    const first = this.expressions();
    if (this.accept(':')) this.expression();
    const { kind, text } = this.token;
    if (kind === 'op' && /^(?:[-+*/%&|^@]|\*\*|\/\/|>>|<<)=$/.test(text)) {
      this.at++;
      const value = this.expressions();
      return { kind: 'assign', targets: [first], op: text.slice(0, -1), value, start, end: this.end };
    }
    const targets: Expression[] = [];
    let value = first;
    while (this.accept('=')) {
      targets.push(value);
      value = this.expressions();
    }
    if (targets.length === 0) return { kind: 'expression', value, start, end: this.end };
    return { kind: 'assign', targets, op: '', value, start, end: this.end };
  }
}
