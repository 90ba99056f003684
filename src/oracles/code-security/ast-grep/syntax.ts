/** How much of a snippet its grammar could not read. */
import type { SgNode } from '@ast-grep/napi';
import { type Finding, INVALID_SYNTAX } from '../analyser.ts';
import type { Tree } from './languages.ts';

/**
 * Share of the visible text inside error nodes above which a snippet is no code of its language. tree-sitter
 * recovers: a macro, a dialect or a slip costs it some tokens, prose and other languages most of the text.
 * Measured on the functions of SafeCoder: above a fifth are 2 of 157 in C, C++, Go and Java, 3 of 75 in Ruby and
 * 16 of 101 in JavaScript (object members without their object), but 62 to 92 % of functions of *other*
 * languages, and all English descriptions (in Ruby, which reads words as calls, a third). Above a tenth more C
 * functions with macros would be refused; at 0.3 more foreign code passes without any gain.
 */
const MAX_ERROR_SHARE = 0.2;

export function invalidSyntax({ root, shift }: Tree, code: string): Finding[] {
  const errors = outermost([
    ...(root.kind() === 'ERROR' ? [root] : root.findAll(ERROR)),
    ...incomplete(root),
  ]);
  if (errors.length === 0) return [];
  const broken = errors.reduce((sum, node) => sum + visible(node.text()), 0);
  if (broken <= MAX_ERROR_SHARE * visible(code)) return [];
  return errors.map((node) => ({
    analyser: 'ast-grep',
    rule: INVALID_SYNTAX,
    message: 'this does not parse',
    cwes: [],
    severity: 'medium',
    span: spanOf(node, shift),
    help: 'Mend the syntax.',
  }));
}

const ERROR = { rule: { kind: 'ERROR' } };
/** tree-sitter puts in tokens that are missing, without text. */
const MISSING = { rule: { regex: '^$' } };

/**
 * What lacks its name or its semicolon: to Java's grammar prose is declarations, `an explanation`, without
 * semicolons. A missing bracket says nothing of what it closes.
 */
function incomplete(root: SgNode): SgNode[] {
  return root.findAll(MISSING).flatMap((node) => {
    const parent = /^(?:;|\w*identifier)$/.test(String(node.kind())) ? node.parent() : null;
    return parent === null ? [] : [parent];
  });
}

function visible(text: string): number {
  return text.replace(/\s+/g, '').length;
}

/** Without those inside another, in the order of their starts. */
function outermost(nodes: readonly SgNode[]): SgNode[] {
  const placed = nodes.map((node) => ({ node, range: node.range() }));
  placed.sort((a, b) => a.range.start.index - b.range.start.index || b.range.end.index - a.range.end.index);
  let end = -1;
  return placed.flatMap(({ node, range }) => {
    if (range.end.index <= end) return [];
    end = range.end.index;
    return [node];
  });
}

export function spanOf(node: SgNode, shift: number): Finding['span'] {
  const { start, end } = node.range();
  const column = (at: { line: number; column: number }) =>
    Math.max(1, at.column + 1 - (at.line === 0 ? shift : 0));
  return {
    startLine: start.line + 1,
    startColumn: column(start),
    endLine: end.line + 1,
    endColumn: column(end),
  };
}
