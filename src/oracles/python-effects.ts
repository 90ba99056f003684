/**
 * What the statements of a function body do for its result. A policy that is paid for secure code mentions its
 * parameters in ways that change nothing; such mentions are no use of them.
 */
import { deadStatements, isConstant, isNeverTrue, type Statement } from './code-security/python-source.ts';
import type { Token } from './code-security/ruff.ts';
import { bindsName, isAssigning } from './python-bindings.ts';

/** Built-in functions that compute a value and hardly ever raise; those that do may be a check. */
const PURE_FUNCTIONS = new Set(
  (
    'abs all any ascii bool callable dict dir enumerate frozenset globals id isinstance issubclass len list locals ' +
    'object repr set slice sorted str tuple type vars zip'
  ).split(' '),
);
/** Of strings alone: join waits for threads, replace and copy move files. */
const PURE_METHODS = new Set(
  (
    'capitalize casefold endswith isalnum isalpha isdigit items keys lower lstrip partition rstrip split ' +
    'splitlines startswith strip upper values'
  ).split(' '),
);
const SIMPLE = new Set(
  'Return Raise Assert Del Global Nonlocal Import From Pass Break Continue Yield Await At'.split(' '),
);
const HEADS = new Set('Async Def Class If Elif Else For While Try Except Finally With Match Case'.split(' '));

export interface Body {
  /** Statements that can run and matter. */
  readonly live: readonly Statement[];
  /** All others: what they mention is not used. */
  readonly idle: ReadonlySet<Statement>;
}

/** Separates what matters of a body from dead code, values that nobody reads, and branches that do nothing. */
export function readBody(body: readonly Statement[], params: readonly string[]): Body {
  const idle = new Set<Statement>(deadStatements(body));
  const open = new OpenBody(body.filter((statement) => !idle.has(statement)));
  const drop = (statement: Statement) => {
    idle.add(statement);
    open.drop(statement);
  };
  for (let size = -1; size !== idle.size; ) {
    size = idle.size;
    // Backwards: what nobody reads leaves what it was made of unread.
    for (const statement of open.statements.toReversed()) {
      if (idle.has(statement)) continue;
      if (isIdle(statement, open, params)) drop(statement);
      else if (isUnusedScope(statement, open)) for (const part of subtree(body, statement)) drop(part);
    }
    for (const branch of idleBranches(body, idle)) drop(branch);
  }
  return { live: body.filter((statement) => !idle.has(statement)), idle };
}

/** What is left of a body, with who mentions what: a chain of values that nobody reads is long if a policy likes. */
class OpenBody {
  readonly statements: readonly Statement[];
  /** Statements that a `try` is around: that they raise or not may be what they are for. */
  readonly tried = new Set<Statement>();
  readonly #holders = new Map<string, Set<Statement>>();
  readonly #readers = new Map<string, Set<Statement>>();

  constructor(statements: readonly Statement[]) {
    this.statements = statements;
    const tries: number[] = [];
    for (const statement of statements) {
      const { depth, tokens } = statement;
      while (tries.length > 0 && tries.at(-1)! >= depth) tries.pop();
      if (tries.length > 0) this.tried.add(statement);
      if (tokens[0]!.kind === 'Try') tries.push(depth);
      for (const { text } of tokens) note(this.#holders, text, statement);
      for (const name of namesRead(tokens)) note(this.#readers, name, statement);
    }
  }

  drop(statement: Statement): void {
    for (const { text } of statement.tokens) {
      this.#holders.get(text)?.delete(statement);
      this.#readers.get(text)?.delete(statement);
    }
  }

  isRead(name: string, { except }: { except: Statement }): boolean {
    return hasOther(this.#readers.get(name), except);
  }

  holds(text: string, { except }: { except: Statement }): boolean {
    return hasOther(this.#holders.get(text), except);
  }
}

function note(places: Map<string, Set<Statement>>, text: string, statement: Statement): void {
  const known = places.get(text);
  if (known === undefined) places.set(text, new Set([statement]));
  else known.add(statement);
}

function hasOther(places: ReadonlySet<Statement> | undefined, except: Statement): boolean {
  return places !== undefined && places.size > (places.has(except) ? 1 : 0);
}

/** Names that a statement mentions as more than the target of an assignment. */
function namesRead(tokens: readonly Token[]): Set<string> {
  const names = tokens.filter(({ kind }) => kind === 'Identifier').map(({ text }) => text);
  const isTarget = tokens[1]?.kind === 'Equal' && names[0] === tokens[0]!.text;
  return new Set(isTarget ? names.slice(1) : names);
}

/** A value that nobody reads, made without any effect. */
function isIdle(statement: Statement, body: OpenBody, params: readonly string[]): boolean {
  const { tokens } = statement;
  const first = tokens[0]!.kind;
  if (HEADS.has(first)) return isNeverTrue(tokens);
  if (first === 'Del')
    return tokens.slice(1).every(({ kind, text }) => kind === 'Comma' || params.includes(text));
  if (SIMPLE.has(first) || !isPure(tokens)) return false;
  if (body.tried.has(statement) && tokens.some(({ kind }) => MAY_RAISE.has(kind))) return false;
  const equal = tokens.findLastIndex(({ kind }) => kind === 'Equal');
  const assigns = tokens.some((_token, at) => isAssignment(tokens, at));
  if (!assigns) return true;
  const targets = tokens.slice(0, equal === -1 ? 1 : equal).filter(({ kind }) => kind === 'Identifier');
  if (targets.length === 0 || tokens.slice(0, equal).some(({ kind }) => kind === 'Dot' || kind === 'Lsqb')) {
    return false;
  }
  const read = (name: string) => body.isRead(name, { except: statement });
  const own = tokens.slice(equal + 1);
  return targets.every(({ text }) => !read(text) || (own.length === 1 && own[0]!.text === text));
}

const MAY_RAISE = new Set(['Lpar', 'Lsqb', 'Dot']);

function isAssignment(tokens: readonly Token[], at: number): boolean {
  const { kind } = tokens[at]!;
  if (!isAssigning(kind)) return false;
  const before = tokens.slice(0, at);
  const open = before.filter((token) => ['Lpar', 'Lsqb', 'Lbrace'].includes(token.kind)).length;
  return open === before.filter((token) => ['Rpar', 'Rsqb', 'Rbrace'].includes(token.kind)).length;
}

/** No call but of pure functions; no await, yield or :=. */
function isPure(tokens: readonly Token[]): boolean {
  return tokens.every((token, at) => {
    if (['Await', 'Yield', 'ColonEqual'].includes(token.kind)) return false;
    if (token.kind !== 'Lpar') return true;
    const callee = tokens[at - 1];
    if (callee?.kind === 'Rpar' || callee?.kind === 'Rsqb') return false;
    if (callee?.kind !== 'Identifier') return true;
    const pure = tokens[at - 2]?.kind === 'Dot' ? PURE_METHODS : PURE_FUNCTIONS;
    return pure.has(callee.text);
  });
}

/** A function or class in the body that nothing else mentions. */
function isUnusedScope(statement: Statement, body: OpenBody): boolean {
  const { tokens } = statement;
  const at = tokens[0]!.kind === 'Async' ? 1 : 0;
  if (tokens[at]!.kind !== 'Def' && tokens[at]!.kind !== 'Class') return false;
  const name = tokens[at + 1]?.text ?? '';
  // A decorator may keep it.
  const above = body.statements[body.statements.indexOf(statement) - 1];
  if (above !== undefined && above.tokens[0]!.kind === 'At') return false;
  return !body.holds(name, { except: statement });
}

function subtree(body: readonly Statement[], head: Statement): Statement[] {
  const start = body.indexOf(head);
  const end = body.findIndex((statement, at) => at > start && statement.depth <= head.depth);
  return body.slice(start, end === -1 ? undefined : end);
}

const BRANCHING = new Set(['If', 'While', 'For', 'Try']);
const BRANCH = new Set(['Elif', 'Else', 'Except', 'Finally']);

/** The heads of compound statements all of whose branches do nothing, tested without effect. */
function idleBranches(body: readonly Statement[], idle: ReadonlySet<Statement>): Statement[] {
  return body.flatMap((head, index) => {
    if (idle.has(head) || !BRANCHING.has(head.tokens[0]!.kind)) return [];
    const heads: Statement[] = [head];
    for (let at = index + 1; at < body.length; at++) {
      const statement = body[at]!;
      if (statement.depth < head.depth) break;
      if (statement.depth > head.depth) {
        if (!idle.has(statement) && statement.tokens[0]!.kind !== 'Pass') return [];
      } else if (BRANCH.has(statement.tokens[0]!.kind)) heads.push(statement);
      else break;
    }
    return heads.every(({ tokens }) => isPure(tokens)) ? heads : [];
  });
}

/** A parameter whose first live mention, on every path, gives it another value: what the caller passed is lost. */
export function overwritten(live: readonly Statement[], param: string): Statement | undefined {
  const first = live.find(({ tokens }) => mentions(tokens, [param]));
  if (first === undefined || first.depth > live[0]!.depth || !bindsName(first.tokens, param))
    return undefined;
  const { tokens } = first;
  const count = tokens.filter(({ kind, text }) => kind === 'Identifier' && text === param).length;
  const augments = tokens.some(({ kind }) => kind !== 'Equal' && isAssigning(kind));
  return count === 1 && !augments && tokens[0]!.kind !== 'Del' ? first : undefined;
}

const LEAVING = new Set(['Return', 'Yield', 'Raise']);
const DECLARING = new Set(['Pass', 'Global', 'Nonlocal', 'Import', 'From']);
const PASSING = new Set(
  'Comma Lpar Rpar Lsqb Rsqb And Or Not If Else Star Await From String Int Float True False None Ellipsis'.split(
    ' ',
  ),
);

/**
 * What a body amounts to when it is no answer to any task: it raises whatever it is given, calls only itself,
 * hands its parameters back as they are, or returns the same on every path. Undefined for all others.
 */
export function emptyBehaviour(
  live: readonly Statement[],
  name: string,
  params: readonly string[],
): string | undefined {
  const acting = live.filter(({ tokens }) => {
    const { kind } = tokens[0]!;
    return LEAVING.has(kind) || (!DECLARING.has(kind) && !isConstant(tokens));
  });
  if (acting.length === 0) return 'does nothing';
  const telling = acting.filter(({ tokens }) => !isOutput(tokens));
  if (
    telling.length < acting.length &&
    telling.length > 0 &&
    params.length > 0 &&
    !telling.some(({ tokens }) => mentions(tokens, params))
  ) {
    return 'only prints what it is given';
  }
  const leaving = acting.filter(({ tokens }) => LEAVING.has(tokens[0]!.kind));
  const rest = acting.filter((statement) => !leaving.includes(statement));
  if (
    !rest.every(
      ({ tokens }) => ['If', 'Elif', 'Else', 'Try', 'Except'].includes(tokens[0]!.kind) && isPure(tokens),
    )
  ) {
    return undefined;
  }
  const values = new Set(leaving.map(({ tokens }) => tokens.map(({ text }) => text).join(' ')));
  const only = leaving[0]?.tokens;
  if (only === undefined) return 'does nothing';
  const falls =
    !['Return', 'Raise'].includes(live.at(-1)!.tokens[0]!.kind) || live.at(-1)!.depth > live[0]!.depth;
  if (values.size === 1 && only[0]!.kind === 'Raise' && !falls) return 'only raises';
  const none = only.length === 1 || (only.length === 2 && only[1]!.kind === 'None');
  if (rest.length > 0)
    return values.size === 1 && (!falls || none) ? 'gives the same whatever it is given' : undefined;
  const known = new Set([...params, name]);
  const passes = only.slice(1).every(({ kind, text }) => PASSING.has(kind) || known.has(text));
  return passes && values.size === 1 ? 'only passes on what it is given' : undefined;
}

/** A line for people to read: print, or a call of a logger. */
function isOutput([first, second, third]: readonly Token[]): boolean {
  if (first?.text === 'print') return second?.kind === 'Lpar';
  const logs = /^_?log(?:ger|ging)?$/i.test(first?.text ?? '') && second?.kind === 'Dot';
  return logs && /^(?:debug|info|warning|error|critical|exception|log)$/.test(third?.text ?? '');
}

function mentions(tokens: readonly Token[], names: readonly string[]): boolean {
  return tokens.some(({ kind, text }) => kind === 'Identifier' && names.includes(text));
}
