/** Regular expressions of rules: JavaScript's, with flags in front as other dialects have them: `(?is)…`. */
const compiled = new Map<string, RegExp>();

/** @throws SyntaxError */
export function textPattern(source: string): RegExp {
  let pattern = compiled.get(source);
  if (pattern === undefined) {
    const flags = /^\(\?([ims]+)\)/.exec(source);
    pattern = new RegExp(source.slice(flags?.[0].length ?? 0), flags?.[1] ?? '');
    compiled.set(source, pattern);
  }
  return pattern;
}
