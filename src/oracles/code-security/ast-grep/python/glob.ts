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
    const names = expandBraces(pattern);
    // With the common star in front the alternatives are tried once, not once at every place.
    const starred = names.every((name) => name.startsWith('*'));
    const body = names
      .map((name) =>
        name
          .slice(starred ? 1 : 0)
          .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
          .replaceAll('*', '.*'),
      )
      .join('|');
    known = new RegExp(starred ? `(?:${body})$` : `^(?:${body})$`, 's');
    compiled.set(pattern, known);
  }
  return known;
}
