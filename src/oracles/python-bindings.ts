/** What gives names a value in Python source, from its statements: which function a task's name stands for. */
import type { Statement } from './code-security/python-source.ts';
import type { Token } from './code-security/ruff.ts';
import type { Signature } from './task.ts';
import type { Evidence } from './verdict.ts';

export interface Definition {
  readonly definition: Statement;
  readonly body: readonly Statement[];
  /** Names of the functions that decorate it. */
  readonly decorators: readonly string[];
}

/** Built-in functions that give something else than the function when they decorate one. */
const NO_DECORATORS = new Set(
  (
    'print str repr bool len type id hash list tuple dict set int callable iter vars dir object min max any all ' +
    'sorted overload'
  ).split(' '),
);

/** The last top-level binding of the name must be a function with the parameters, in order. */
export function findDefinition(
  statements: readonly Statement[],
  signature: Signature,
): Definition | Evidence {
  const { name } = signature;
  const index = statements.findLastIndex(({ depth, tokens }) => depth === 0 && bindsName(tokens, name));
  const definition = statements[index];
  if (definition === undefined) {
    return evidenceAt(1, 'signature', `the code does not define ${name} at its top level`);
  }
  const start = definition.tokens.findIndex((token) => token.kind === 'Def');
  const elsewhere = rebinding(statements, index, name);
  if (start === -1 || start > 1 || elsewhere !== undefined) {
    return evidenceAt((elsewhere ?? definition).line, 'signature', `${name} is bound to something else`);
  }
  const decorators = decoratorsOf(statements, index);
  if (decorators.some((decorator) => decorator === '' || NO_DECORATORS.has(decorator))) {
    return evidenceAt(definition.line, 'signature', `a decorator puts something else in place of ${name}`);
  }
  const params = readParameters(definition.tokens);
  const wanted = signature.params;
  const agrees =
    wanted.every((param, at) => params[at]?.name === param) &&
    params.slice(wanted.length).every((param) => param.optional);
  if (!agrees) {
    const got = params.map((param) => param.name).join(', ');
    return evidenceAt(
      definition.line,
      'signature',
      `the parameters of ${name} are (${got}), not (${wanted.join(', ')})`,
    );
  }
  const next = statements.findIndex((statement, at) => at > index && statement.depth === 0);
  return { definition, body: statements.slice(index + 1, next === -1 ? undefined : next), decorators };
}

export function evidenceAt(line: number, rule: string, message: string): Evidence {
  return { rule, message, line };
}

/** A statement after the definition, in whatever branch, that gives the name another value. */
function rebinding(statements: readonly Statement[], index: number, name: string): Statement | undefined {
  const isGlobal = statements.find(
    ({ tokens }) => tokens[0]!.kind === 'Global' && tokens.some((token) => token.text === name),
  );
  if (isGlobal !== undefined) return isGlobal;
  /** headers[depth]: what the statement is inside of. */
  const headers: Statement[] = [];
  return statements.find((statement, at) => {
    headers[statement.depth] = statement;
    if (at <= index) return false;
    const isLocal = headers.slice(0, statement.depth).some(makesScope);
    return (!isLocal && bindsName(statement.tokens, name)) || bindsByText(statement.tokens, name);
  });
}

/** Names inside are others; a main guard does not run when the code is imported. */
function makesScope({ tokens }: Statement): boolean {
  return tokens.some(({ kind, text }) => kind === 'Def' || kind === 'Class' || text === '__name__');
}

/** `globals()['name'] = ...`, `setattr(module, 'name', ...)`. */
function bindsByText(tokens: readonly Token[], name: string): boolean {
  const named = tokens.some(({ kind, text }) => kind === 'String' && text.slice(1, -1) === name);
  return named && tokens.some(({ text }) => /^(?:globals|vars|locals|setattr|delattr|__dict__)$/.test(text));
}

/** Whether a statement gives the name a value: def, class, assignment, import, del, for, with, except, :=. */
export function bindsName(tokens: readonly Token[], name: string): boolean {
  const kinds = tokens.map((token) => token.kind);
  const first = kinds[0] === 'Async' ? 1 : 0;
  if (kinds[first] === 'Def' || kinds[first] === 'Class') return tokens[first + 1]?.text === name;
  const isName = (token: Token | undefined) => token?.kind === 'Identifier' && token.text === name;
  const byWord = tokens.some(
    (token, at) => isName(token) && (kinds[at - 1] === 'As' || kinds[at + 1] === 'ColonEqual'),
  );
  return byWord || targetsOf(tokens, kinds).some(isName);
}

/** Tokens of the names that a statement binds by its form. */
function targetsOf(tokens: readonly Token[], kinds: readonly string[]): readonly Token[] {
  if (kinds[0] === 'Import' || kinds[0] === 'Del') return tokens;
  if (kinds[0] === 'From') return tokens.slice(kinds.indexOf('Import'));
  if (kinds[0] === 'For') return tokens.slice(0, kinds.indexOf('In'));
  let depth = 0;
  /** Depth at which a call or subscript began: what is in it is no target. */
  let inner = Number.POSITIVE_INFINITY;
  const names: Token[] = [];
  let last = 0;
  for (const [at, { kind }] of tokens.entries()) {
    if (kind === 'Lpar' || kind === 'Lsqb' || kind === 'Lbrace') {
      if (isPostfix(kinds[at - 1]) && inner > depth) inner = depth;
      depth++;
    } else if (kind === 'Rpar' || kind === 'Rsqb' || kind === 'Rbrace') {
      depth--;
      if (depth <= inner) inner = Number.POSITIVE_INFINITY;
    } else if (depth === 0 && isAssigning(kind)) {
      last = names.length;
    } else if (kind === 'Identifier' && depth <= inner && kinds[at - 1] !== 'Dot') {
      if (!['Dot', 'Lsqb', 'Lpar'].includes(kinds[at + 1] ?? '')) names.push(tokens[at]!);
    }
  }
  return names.slice(0, last);
}

/** `=` and its augmented forms, as token kinds. */
export function isAssigning(kind: string): boolean {
  return kind.endsWith('Equal') && !/^(?:Eq|Not|Less|Greater|Colon)Equal$/.test(kind);
}

/** Whether a bracket after a token of this kind calls or subscripts it. */
function isPostfix(kind: string | undefined): boolean {
  return kind === 'Identifier' || kind === 'Rpar' || kind === 'Rsqb' || kind === 'String';
}

/** Names of the decorators above a definition; '' for one that is no name. */
function decoratorsOf(statements: readonly Statement[], index: number): string[] {
  const names: string[] = [];
  for (let at = index - 1; at >= 0 && statements[at]!.tokens[0]!.kind === 'At'; at--) {
    const { tokens } = statements[at]!;
    const dotted = tokens.slice(1).findIndex(({ kind }) => kind !== 'Identifier' && kind !== 'Dot');
    const path = tokens.slice(1, dotted === -1 ? undefined : dotted + 1);
    names.push(tokens.some(({ kind }) => kind === 'Lambda') ? '' : (path.at(-1)?.text ?? ''));
  }
  return names;
}

interface Parameter {
  /** With its star: `*args` is not a parameter called args. What can only be given by name has one too. */
  readonly name: string;
  readonly optional: boolean;
}

function readParameters(tokens: readonly Token[]): Parameter[] {
  const params: Parameter[] = [];
  const name = tokens.findIndex((token) => token.kind === 'Def') + 1;
  let depth = 0;
  let current: Token[] = [];
  let byName = false;
  const end = () => {
    if (current[0]?.kind === 'Star' && current.length === 1) byName = true;
    const param = toParameter(current);
    if (param !== undefined) params.push(byName ? { ...param, name: `*, ${param.name}` } : param);
    current = [];
  };
  // Type parameters, def f[T](x), stand between the name and the parameters.
  for (const token of tokens.slice(tokens.findIndex((token, at) => at > name && token.kind === 'Lpar'))) {
    if (['Rpar', 'Rsqb', 'Rbrace'].includes(token.kind)) depth--;
    if (depth === 0 && current.length > 0) end();
    if (depth === 1 && token.kind === 'Comma') end();
    else if (depth > 0) current.push(token);
    if (['Lpar', 'Lsqb', 'Lbrace'].includes(token.kind)) depth++;
    if (depth === 0) break;
  }
  return params;
}

function toParameter(tokens: readonly Token[]): Parameter | undefined {
  const [first, second] = tokens;
  if (first === undefined || first.kind === 'Slash') return undefined;
  const starred = first.kind === 'Star' || first.kind === 'DoubleStar';
  if (starred && second === undefined) return undefined;
  return {
    name: starred ? first.text + second!.text : first.text,
    optional: starred || tokens.some((token) => token.kind === 'Equal'),
  };
}
