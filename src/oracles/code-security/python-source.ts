/** The shape of Python source, from Ruff's tokens: statements with their indentation, and whether they do anything. */
import type { Token } from './ruff.ts';

/** A simple statement or the header of a compound one. */
export interface Statement {
  /** Nesting depth; 0 is the top level. A body on its header's line is one deeper than the header. */
  readonly depth: number;
  /** Without comments and newlines; never empty. */
  readonly tokens: readonly Token[];
  readonly line: number;
}

const SKIPPED = new Set(['Comment', 'NonLogicalNewline']);
const OPENING = new Set(['Lpar', 'Lsqb', 'Lbrace']);
const CLOSING = new Set(['Rpar', 'Rsqb', 'Rbrace']);
const COMPOUND = new Set(
  'Async Def Class If Elif Else For While Try Except Finally With Match Case'.split(' '),
);

/** Statements of source that parses, in order. */
export function readStatements(tokens: readonly Token[]): Statement[] {
  const statements: Statement[] = [];
  let current: Token[] = [];
  let indent = 0;
  let inline = 0;
  let brackets = 0;
  let lambdas = 0;
  const end = () => {
    if (current.length > 0) {
      statements.push({ depth: indent + inline, tokens: current, line: current[0]!.line });
    }
    current = [];
  };
  for (const token of tokens) {
    if (SKIPPED.has(token.kind)) continue;
    if (token.kind === 'Indent') indent++;
    else if (token.kind === 'Dedent') indent--;
    else if (token.kind === 'Newline') {
      end();
      inline = 0;
    } else if (token.kind === 'Semi') end();
    else {
      current.push(token);
      if (OPENING.has(token.kind)) brackets++;
      else if (CLOSING.has(token.kind)) brackets--;
      else if (token.kind === 'Lambda' && brackets === 0) lambdas++;
      else if (token.kind === 'Colon' && brackets === 0) {
        if (lambdas > 0) lambdas--;
        else if (COMPOUND.has(current[0]!.kind)) {
          end();
          inline++;
        }
      }
    }
  }
  end();
  return statements;
}

const LEAVING = new Set(['Return', 'Raise', 'Break', 'Continue']);
const FALSE = new Set([
  'False',
  'None',
  '0',
  '""',
  "''",
  '0.0',
  '()',
  '[]',
  '{}',
  'range(0)',
  'set()',
  'dict()',
  'list()',
]);

/**
 * Statements that can never run: those after a return, raise, break or continue in the same block, and the bodies
 * of tests that are never true, of loops over nothing, and of else after a test that is always true.
 */
export function deadStatements(statements: readonly Statement[]): Set<Statement> {
  const dead = new Set<Statement>();
  /** Statements at least this deep are dead. */
  let deadFrom = Number.POSITIVE_INFINITY;
  /** alwaysTrue[depth]: whether the last test at this depth always holds. */
  const alwaysTrue: boolean[] = [];
  for (const statement of statements) {
    const { depth, tokens } = statement;
    const { kind } = tokens[0]!;
    if (depth < deadFrom) deadFrom = Number.POSITIVE_INFINITY;
    if (depth >= deadFrom) {
      dead.add(statement);
      continue;
    }
    if (LEAVING.has(kind)) deadFrom = leftDepth(depth, alwaysTrue);
    else if (isNeverTrue(tokens) || ((kind === 'Else' || kind === 'Elif') && alwaysTrue[depth] === true)) {
      deadFrom = depth + 1;
    }
    if (kind !== 'Else' && kind !== 'Elif') alwaysTrue[depth] = kind === 'If' && isAlwaysTrue(tokens);
    alwaysTrue.length = depth + 1;
  }
  return dead;
}

/** Leaving under a test that always holds leaves what is around it too. */
function leftDepth(depth: number, alwaysTrue: readonly boolean[]): number {
  let left = depth;
  while (left > 0 && alwaysTrue[left - 1] === true) left--;
  return left;
}

/** `if` and `while` with a test that fails as it stands, `for` over nothing. */
export function isNeverTrue(tokens: readonly Token[]): boolean {
  const test = testOf(tokens);
  if (test === undefined) return false;
  if (tokens[0]!.kind === 'For') return FALSE.has(textOf(test));
  const parts = splitAt(test, 'And');
  if (parts.length > 1 && !test.some(({ kind }) => kind === 'Or')) {
    return parts.some((part) => FALSE.has(textOf(part)));
  }
  return test.length > 0 && isConstant(test) && !isTrueConstant(test);
}

function isAlwaysTrue(tokens: readonly Token[]): boolean {
  const test = testOf(tokens);
  return test !== undefined && test.length > 0 && isConstant(test) && isTrueConstant(test);
}

/** The condition of an if, elif or while, or what a for loops over. */
function testOf(tokens: readonly Token[]): readonly Token[] | undefined {
  const { kind } = tokens[0]!;
  if (kind === 'If' || kind === 'Elif' || kind === 'While') return tokens.slice(1, -1);
  return kind === 'For' ? tokens.slice(tokens.findIndex((token) => token.kind === 'In') + 1, -1) : undefined;
}

/** Any constant test but the plain true ones is taken to fail: nobody writes `if 1 == 2:` to have it run. */
function isTrueConstant(test: readonly Token[]): boolean {
  const text = textOf(test).replace(/[()]/g, '');
  return /^(?:True|[1-9]\d*|not(?:False|None|0)|(["']).+\1)$/.test(text);
}

function textOf(tokens: readonly Token[]): string {
  return tokens.map(({ text }) => text).join('');
}

function splitAt(tokens: readonly Token[], kind: string): Token[][] {
  const parts: Token[][] = [[]];
  for (const token of tokens) {
    if (token.kind === kind) parts.push([]);
    else parts.at(-1)!.push(token);
  }
  return parts;
}

/**
 * The source without the statements: all lines stay, and it still parses. Heads of compound statements keep their
 * place with a constant test, the first statements of a body become constants.
 */
export function blankStatements(
  code: string,
  all: readonly Statement[],
  blank: ReadonlySet<Statement>,
): string {
  const bytes = Buffer.from(code);
  for (const statement of all) {
    if (!blank.has(statement)) continue;
    const [start, end] = [statement.tokens[0]!.start, statement.tokens.at(-1)!.end];
    for (let at = start; at < end; at++) if (bytes[at] !== 0x0a) bytes[at] = 0x20;
    bytes.write(placeholder(statement).slice(0, end - start), start);
  }
  return bytes.toString();
}

/** As long as the statement or shorter. */
function placeholder({ tokens }: Statement): string {
  const { kind } = tokens[0]!;
  if (!COMPOUND.has(kind)) return '0';
  if (['Elif', 'Else', 'Try', 'Finally', 'Except'].includes(kind)) {
    return kind === 'Elif' ? 'elif 0:' : `${tokens[0]!.text}:`;
  }
  return 'if 0:';
}

/**
 * Whether a program does nothing that a task could have asked for: `pass`, docstrings and other constants,
 * prints, imports, constant assignments and returns, not-implemented errors. A constant returned under a
 * condition is a decision, and constants given to CAPITALS or attributes are a configuration: both are answers.
 */
export function isTrivialProgram(statements: readonly Statement[]): boolean {
  /** conditional[depth]: whether a header at this depth, or one around it, tests something. */
  const conditional: boolean[] = [];
  const dead = deadStatements(statements);
  return statements.every((statement) => {
    if (dead.has(statement)) return true;
    const { depth, tokens } = statement;
    const around = depth > 0 && conditional[depth - 1] === true;
    conditional[depth] =
      around || (DECIDING.has(tokens[0]!.kind) && tokens.some(({ kind }) => kind === 'Identifier'));
    const decides = around && tokens[0]!.kind === 'Return' && tokens.length > 1;
    return !decides && isTrivial(statement);
  });
}

const DECIDING = new Set(['If', 'Elif', 'Match', 'Case', 'Except', 'While', 'For']);
const TRIVIAL = new Set('Pass Import From Break Continue Global Nonlocal'.split(' '));

function isTrivial({ tokens }: Statement): boolean {
  const [first, second] = tokens as readonly [Token, ...Token[]];
  if (first.kind === 'With' || (first.kind === 'Async' && second?.kind === 'With')) return false;
  if (COMPOUND.has(first.kind) || TRIVIAL.has(first.kind)) return true;
  if (first.kind === 'Return') return isConstant(tokens.slice(1));
  if (first.kind === 'Raise') return second?.text === 'NotImplementedError';
  if (first.kind === 'Identifier' && first.text === 'print' && second?.kind === 'Lpar') return true;
  const equal = tokens.findLastIndex((token) =>
    /^(?:Plus|Minus|Star|Slash|Vbar|Amper)?Equal$/.test(token.kind),
  );
  if (equal > 0) {
    const targets = tokens.slice(0, equal);
    const plain = targets.every(({ kind }) => kind !== 'Lpar' && kind !== 'Lsqb');
    return plain && isConstant(tokens.slice(equal + 1)) && !isConfiguration(targets);
  }
  return isConstant(tokens);
}

/** Whether tokens name nothing: an expression of literals is known before the program runs. */
export function isConstant(tokens: readonly Pick<Token, 'kind'>[]): boolean {
  return tokens.every(({ kind }) => kind !== 'Identifier');
}

function isConfiguration(target: readonly Token[]): boolean {
  const name = target[0];
  return name?.kind === 'Identifier' && (/^[A-Z][A-Z0-9_]+$/.test(name.text) || target[1]?.kind === 'Dot');
}
