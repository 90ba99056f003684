/** The functions of a file that a fix changed, as they were before (tree-sitter through ast-grep). */
import type { SgNode } from '@ast-grep/napi';
import { type Grammars, loadGrammars } from '../../../oracles/code-security/ast-grep/languages.ts';
import type { Language } from '../../../transcripts/code-language.ts';
import { type LengthLimits, lengthFault } from '../snippet.ts';
import { dedent, plainText } from '../source-text.ts';
import { usedImports } from './python-imports.ts';
import type { Change } from './unified-diff.ts';

const SCRIPT =
  'function_declaration generator_function_declaration function_expression arrow_function method_definition';
/** Names of tree-sitter's grammars for functions, methods and what else has a body of its own. */
const FUNCTIONS: Readonly<Record<Language, string>> = {
  python: 'function_definition',
  javascript: SCRIPT,
  typescript: SCRIPT,
  java: 'method_declaration constructor_declaration',
  go: 'function_declaration method_declaration',
  c: 'function_definition',
  cpp: 'function_definition',
  csharp: 'method_declaration constructor_declaration local_function_statement',
  php: 'function_definition method_declaration',
  ruby: 'method singleton_method',
  rust: 'function_item',
};
/** What belongs to a function though it stands around it: its decorators, the name that it is given to. */
const AROUND = new Set(
  'decorated_definition variable_declarator lexical_declaration variable_declaration assignment_expression expression_statement export_statement template_declaration'.split(
    ' ',
  ),
);

export interface ExtractedFunction {
  /** Standing alone; in Python with those imports of the file that it uses. */
  readonly code: string;
  /** 1-based lines of the file, inclusive. */
  readonly startLine: number;
  readonly endLine: number;
}

export interface ChangedFunctions {
  readonly functions: readonly ExtractedFunction[];
  /** Changes (`outside-functions`), functions (`too-short`, `too-long`) and files (`too-complex`) that gave nothing. */
  readonly faults: readonly ('outside-functions' | 'too-short' | 'too-long' | 'too-complex')[];
}

/** Code of people is some tens deep, and some thousand nodes are beside a change. Native code cannot be interrupted. */
const MAX_DEPTH = 1_000;
const MAX_NODES = 50_000;

let grammars: Grammars | undefined;

/**
 * For each change the outermost function around it, each once; where that is too long, the functions inside it. A
 * class or a module is no function: its methods are.
 * @throws OracleError when ast-grep is not installed.
 */
export function changedFunctions(
  file: { readonly code: string; readonly language: Language },
  changes: readonly Change[],
  limits: LengthLimits,
): ChangedFunctions {
  const text = plainText(file.code);
  grammars ??= loadGrammars();
  const { root } = grammars.parse(file.language, text);
  const tops = touchedScopes(root, file.language, changes);
  if (tops === undefined) return { functions: [], faults: ['too-complex'] };
  const lines = text.split('\n');
  const found = new Map<number, ExtractedFunction>();
  const faults: ChangedFunctions['faults'][number][] = [];
  const seenFaults = new Set<Scope>();
  const take = (scope: Scope, change: Change): void => {
    const body = dedent(lines.slice(scope.start - 1, scope.end).join('\n')).trimEnd();
    const fault = lengthFault(body, limits);
    const inner = fault === 'too-long' ? scope.inner.filter((own) => isTouched(own, change, lines)) : [];
    if (fault === undefined) {
      const imports = file.language === 'python' ? usedImports(root, scope.node) : '';
      const code = imports === '' ? body : `${imports}\n\n\n${body}`;
      found.set(scope.start, { code, startLine: scope.start, endLine: scope.end });
    } else if (inner.length > 0) for (const own of inner) take(own, change);
    else if (!seenFaults.has(scope)) {
      seenFaults.add(scope);
      faults.push(fault);
    }
  };
  for (const change of changes) {
    const touched = tops.filter((scope) => isTouched(scope, change, lines));
    if (touched.length === 0) faults.push('outside-functions');
    for (const scope of touched) take(scope, change);
  }
  return { functions: [...found.values()].sort((a, b) => a.startLine - b.startLine), faults };
}

interface Scope {
  readonly node: SgNode;
  /** 1-based, inclusive, with what belongs to it. */
  readonly start: number;
  readonly end: number;
  /** Column of the first line. */
  readonly column: number;
  readonly inner: Scope[];
}

/**
 * The outermost functions on the lines of a change or beside them, with those inside them; undefined where the tree is
 * deeper than MAX_DEPTH, or has too much on those lines. From the root down, and only where a change is: a file may be long and hostile.
 */
function touchedScopes(root: SgNode, language: Language, changes: readonly Change[]): Scope[] | undefined {
  const kinds = new Set(FUNCTIONS[language].split(' '));
  const tops: Scope[] = [];
  const open: Visit[] = [{ node: root, depth: 0, siblings: tops }];
  let nodes = 0;
  for (let visit = open.pop(); visit !== undefined; visit = open.pop()) {
    const { node, depth, siblings } = visit;
    if (depth > MAX_DEPTH || nodes > MAX_NODES) return undefined;
    const { start, end } = node.range();
    if (!changes.some((change) => change.start - 2 <= end.line + 1 && change.end + 2 >= start.line + 1))
      continue;
    nodes++;
    const kind = String(node.kind());
    let inside = siblings;
    if (kinds.has(kind)) {
      const scope = scopeOf(node, visit.around ?? node);
      siblings.push(scope);
      inside = scope.inner;
    }
    const around = AROUND.has(kind) ? (visit.around ?? node) : undefined;
    // Keywords and brackets hold no functions.
    for (const child of node.children().filter((own) => own.isNamed()))
      open.push({ node: child, depth: depth + 1, siblings: inside, ...(around !== undefined && { around }) });
  }
  return tops;
}

interface Visit {
  readonly node: SgNode;
  readonly depth: number;
  /** Where its functions belong. */
  readonly siblings: Scope[];
  /** The first of the nodes above it that belong to a function which they hold. */
  readonly around?: SgNode;
}

function scopeOf(node: SgNode, whole: SgNode): Scope {
  const { start, end } = whole.range();
  // A node that ends in column 0 ends with the line before.
  const last = end.column === 0 && end.line > start.line ? end.line - 1 : end.line;
  return { node, start: start.line + 1, end: last + 1, column: start.column, inner: [] };
}

/**
 * Removed lines touch what they are in. Added ones touch what they stand in the middle of, and in Python the function
 * that they go on with: what is indented deeper than its head.
 */
function isTouched({ start, end, column }: Scope, change: Change, lines: readonly string[]): boolean {
  if (change.end >= change.start) return change.start <= end && change.end >= start;
  if (change.start > start && change.start <= end) return true;
  if (change.start !== end + 1 || /^\s*(?:\}|end\b)/.test(lines[end - 1] ?? '')) return false;
  const first = change.added.find((line) => line.trim() !== '') ?? '';
  return /^\s*/.exec(first)![0].length > column;
}
