/** Dotted names of rules: `*` stands for anything, `{a,b}` for a and b. */

export function expandBraces(name: string): string[] {
  const match = /^([^{]*)\{([^{}]*)\}(.*)$/.exec(name);
  if (match === null) return [name];
  return match[2]!.split(',').flatMap((part) => expandBraces(match[1]! + part + match[3]!));
}

const compiled = new Map<string, RegExp>();

export function glob(pattern: string): RegExp {
  let known = compiled.get(pattern);
  if (known === undefined) {
    const body = expandBraces(pattern)
      .map((name) => name.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*'))
      .join('|');
    known = new RegExp(`^(?:${body})$`, 's');
    compiled.set(pattern, known);
  }
  return known;
}
