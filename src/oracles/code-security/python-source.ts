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
      else if (token.kind === 'Lambda') lambdas++;
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

const LITERALS = new Set(
  (
    'String Int Float Complex Ellipsis True False None Minus Plus Comma Lpar Rpar Lsqb Rsqb Lbrace Rbrace Colon ' +
    'FStringStart FStringMiddle FStringEnd'
  ).split(' '),
);

const LEAVING = new Set(['Return', 'Raise', 'Break', 'Continue']);
const FALSE = new Set(['False', 'None', '0', '""', "''"]);

/**
 * Statements that can never run: those after a return, raise, break or continue in the same block, and an
 * `if False:` or `while 0:` without else, with its body.
 */
export function deadStatements(statements: readonly Statement[]): Set<Statement> {
  const dead = new Set<Statement>();
  /** Statements at least this deep are dead. */
  let deadFrom = Number.POSITIVE_INFINITY;
  for (const [index, statement] of statements.entries()) {
    const { depth, tokens } = statement;
    if (depth < deadFrom) deadFrom = Number.POSITIVE_INFINITY;
    if (depth >= deadFrom) dead.add(statement);
    else if (LEAVING.has(tokens[0]!.kind)) deadFrom = depth;
    else if (isNeverTrue(tokens) && !continues(statements, index)) {
      dead.add(statement);
      deadFrom = depth + 1;
    }
  }
  return dead;
}

function isNeverTrue(tokens: readonly Token[]): boolean {
  const isTest = tokens[0]!.kind === 'If' || tokens[0]!.kind === 'While';
  return isTest && tokens.length === 3 && FALSE.has(tokens[1]!.text);
}

/** Whether the compound statement goes on with elif or else. */
function continues(statements: readonly Statement[], index: number): boolean {
  const { depth } = statements[index]!;
  const next = statements.find((statement, at) => at > index && statement.depth <= depth);
  return next?.depth === depth && (next.tokens[0]!.kind === 'Elif' || next.tokens[0]!.kind === 'Else');
}

/** The source with statements replaced by `filler` and blanks: all lines and offsets stay. */
export function blankStatements(code: string, statements: Iterable<Statement>, filler: '' | '0'): string {
  const bytes = Buffer.from(code);
  for (const { tokens } of statements) {
    const [start, end] = [tokens[0]!.start, tokens.at(-1)!.end];
    for (let at = start; at < end; at++) if (bytes[at] !== 0x0a) bytes[at] = 0x20;
    if (filler !== '') bytes.write(filler, start);
  }
  return bytes.toString();
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
  const equal = tokens.findIndex((token) => token.kind === 'Equal');
  if (equal > 0) return isConstant(tokens.slice(equal + 1)) && !isConfiguration(tokens.slice(0, equal));
  return isConstant(tokens);
}

function isConstant(tokens: readonly Token[]): boolean {
  return tokens.every((token) => LITERALS.has(token.kind));
}

function isConfiguration(target: readonly Token[]): boolean {
  const name = target[0];
  return name?.kind === 'Identifier' && (/^[A-Z][A-Z0-9_]+$/.test(name.text) || target[1]?.kind === 'Dot');
}
