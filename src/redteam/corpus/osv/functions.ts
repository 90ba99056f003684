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
  /** Changes (`outside-functions`) and functions (`too-short`, `too-long`) that gave nothing, by reason. */
  readonly faults: readonly ('outside-functions' | 'too-short' | 'too-long')[];
}

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
  const tops = nested(functionsIn(root, file.language));
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

function functionsIn(root: SgNode, language: Language): Omit<Scope, 'inner'>[] {
  const any = FUNCTIONS[language].split(' ').map((kind) => ({ kind }));
  return root.findAll({ rule: { any } }).map((node) => {
    let whole = node;
    for (let parent = node.parent(); parent !== null; parent = parent.parent()) {
      if (!AROUND.has(String(parent.kind()))) break;
      whole = parent;
    }
    const { start, end } = whole.range();
    // A node that ends in column 0 ends with the line before.
    const last = end.column === 0 && end.line > start.line ? end.line - 1 : end.line;
    return { node, start: start.line + 1, end: last + 1, column: start.column };
  });
}

/** The outermost ones, with those inside them. */
function nested(flat: readonly Omit<Scope, 'inner'>[]): Scope[] {
  const tops: Scope[] = [];
  const open: Scope[] = [];
  for (const own of [...flat].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const scope: Scope = { ...own, inner: [] };
    while (open.length > 0 && open.at(-1)!.end < scope.start) open.pop();
    (open.at(-1)?.inner ?? tops).push(scope);
    open.push(scope);
  }
  return tops;
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
