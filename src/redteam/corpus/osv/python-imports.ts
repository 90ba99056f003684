/** The imports that a function taken out of its file needs to mean what it meant there. */
import type { SgNode } from '@ast-grep/napi';

/** A name that is looked up, not an attribute or the name of an argument. */
const NAME = {
  kind: 'identifier',
  not: {
    any: [
      { inside: { kind: 'attribute', field: 'attribute' } },
      { inside: { kind: 'keyword_argument', field: 'name' } },
    ],
  },
};

/** Import statements of the module's top level, cut down to the names that the function uses; '' without any. */
export function usedImports(module: SgNode, fn: SgNode): string {
  const names = new Set(fn.findAll({ rule: NAME }).map((node) => node.text()));
  return module
    .children()
    .flatMap((statement) => importOf(statement, names))
    .join('\n');
}

function importOf(statement: SgNode, used: ReadonlySet<string>): string[] {
  const kind = statement.kind();
  if (kind !== 'import_statement' && kind !== 'import_from_statement') return [];
  const module = kind === 'import_from_statement' ? statement.field('module_name') : null;
  const members = statement
    .children()
    .filter((node) => /^(?:dotted_name|aliased_import)$/.test(String(node.kind())))
    .filter((node) => node.range().start.index !== module?.range().start.index)
    .filter((node) => used.has(boundName(node)))
    .map((node) => oneLine(node.text()));
  if (members.length === 0) return [];
  const list = members.join(', ');
  return [module === null ? `import ${list}` : `from ${oneLine(module.text())} import ${list}`];
}

/** `a.b` binds a, `a.b as c` binds c. */
function boundName(node: SgNode): string {
  const alias = node.kind() === 'aliased_import' ? node.field('alias')?.text() : undefined;
  return alias ?? node.text().split('.')[0]!.trim();
}

function oneLine(text: string): string {
  return text.replace(/\\?\s+/g, ' ');
}
