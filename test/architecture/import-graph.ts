/** Reads the imports of TypeScript files and holds them against the layer order of the design. */
import { posix } from 'node:path';

/** Source text by path from the repository's root, with slashes. */
export type SourceTree = ReadonlyMap<string, string>;

/** Lower layers first. A part is a folder of src, or a file directly in it; parts of a layer are peers. */
const LAYERS: readonly (readonly string[])[] = [
  ['errors', 'random', 'content-key', 'statistics'],
  ['transcripts', 'runs'],
  ['rules', 'models', 'engines', 'datasets'],
  ['oracles'],
  ['redteam', 'rule-learning', 'rl', 'evals', 'nano'],
  ['report'],
  ['recipe'],
  ['dashboard', 'reward-service'],
  ['cli', 'index'],
];

const ROOT = 'src/';

/** Specifiers of every import and re-export, types and dynamic imports included. */
export function readImports(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, ' ').replace(/(^|\s)\/\/[^\n]*/g, '$1');
  const patterns = [
    /^[ \t]*(?:import|export)\b[^'"`;]*?\bfrom\s*(['"])([^'"\n]+)\1/gm,
    /^[ \t]*import\s*(['"])([^'"\n]+)\1/gm,
    /\bimport\s*\(\s*(['"`])([^'"`\n]+)\1/g,
  ];
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[2] ?? ''));
}

/** @returns a line for every import that goes up, or across to a peer; empty when the order is kept. */
export function layerViolations(tree: SourceTree): string[] {
  return edges(tree).flatMap(({ from, to }) => {
    const importer = partOf(from);
    const imported = partOf(to);
    if (importer === imported) return [];
    const [high, low] = [layerOf(importer), layerOf(imported)];
    if (high === -1 || low === -1)
      return [`${from} -> ${to}: ${high === -1 ? importer : imported} has no layer`];
    if (high < low) return [`${from} -> ${to}: ${importer} is below ${imported}`];
    return high === low ? [`${from} -> ${to}: ${importer} and ${imported} are peers`] : [];
  });
}

/** @returns each cycle found, as `a -> b -> a`. */
export function importCycles(tree: SourceTree): string[] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of edges(tree)) targets.set(from, [...(targets.get(from) ?? []), to]);
  const cycles: string[] = [];
  const finished = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
    } else if (!finished.has(file)) {
      for (const target of targets.get(file) ?? []) visit(target, [...path, file]);
      finished.add(file);
    }
  };
  for (const file of targets.keys()) visit(file, []);
  return cycles;
}

/** Imports from file to file of src; those of packages are left out. */
function edges(tree: SourceTree): { from: string; to: string }[] {
  return [...tree].flatMap(([from, source]) =>
    readImports(source)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => ({ from, to: posix.join(posix.dirname(from), specifier) })),
  );
}

/** `src/rl/trainer.ts` is of `rl`, `src/errors.ts` of `errors`; what is not in src is a part without a layer. */
function partOf(path: string): string {
  if (!path.startsWith(ROOT)) return path;
  const [part = ''] = path.slice(ROOT.length).split('/');
  return part.replace(/\.ts$/, '');
}

function layerOf(part: string): number {
  return LAYERS.findIndex((layer) => layer.includes(part));
}
