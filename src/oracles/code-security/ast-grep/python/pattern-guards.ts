/** What a text must be for a regular expression to find something in it, as far as it is a protection (CWE-625, CWE-777). */

/**
 * `whole`: the pattern describes all of the text. `prefix`: its beginning, of which `literal` is fixed. `foreign`: the
 * text has a character that is not among those that are allowed. Undefined: it says nothing that protects.
 */
export type PatternSays =
  | { readonly kind: 'whole' }
  | { readonly kind: 'prefix'; readonly literal: string }
  | { readonly kind: 'foreign' }
  | undefined;

const MAX_PATTERN = 2000;

/** @param method `match`, `fullmatch` or `search`. */
export function whatPatternSays(method: string, pattern: string): PatternSays {
  if (pattern.length > MAX_PATTERN) return undefined;
  if (method === 'search' && /^\(?(?:\[\^[^\]]+\]|\\W)[+*]?\)?$/.test(pattern)) return { kind: 'foreign' };
  const branches = alternatives(pattern.replace(/^\(\?[aiLmsux]+\)/, ''));
  const fromStart = method !== 'search' || branches.every((branch) => /^\(*(?:\?:)?(?:\^|\\A)/.test(branch));
  if (!fromStart || branches.some(isAnything)) return undefined;
  const toEnd = method === 'fullmatch' || branches.every((branch) => /(?:(?<!\\)\$|\\[Zz])\)*$/.test(branch));
  if (toEnd) return { kind: 'whole' };
  const [only, ...others] = branches;
  const literal = others.length > 0 ? '' : literalStart(only!);
  return literal === '' ? undefined : { kind: 'prefix', literal };
}

/** Whether a pattern matches whatever it is given. */
function isAnything(pattern: string): boolean {
  return /^(?:(?:\.|\[\\([sSwWdD])\\[sSwWdD]\])[*+]?\??)?$/.test(pattern.replace(/[()^$]|\\[AZz]/g, ''));
}

/** The branches of `a|b` that are not inside a group or a class. */
function alternatives(pattern: string): string[] {
  const branches: string[] = [];
  let depth = 0;
  let inClass = false;
  let from = 0;
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]!;
    if (char === '\\') at++;
    else if (inClass) inClass = char !== ']';
    else if (char === '[') {
      inClass = true;
      // `[]a]` and `[^]a]` hold a bracket.
      if (pattern[at + 1] === '^') at++;
      if (pattern[at + 1] === ']') at++;
    } else if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (char === '|' && depth === 0) {
      branches.push(pattern.slice(from, at));
      from = at + 1;
    }
  }
  return [...branches, pattern.slice(from)];
}

/** `^https?://host\.example/`: what the text begins with, `http://host.example/`. */
function literalStart(branch: string): string {
  const pattern = branch.replace(/^(?:\^|\\A)/, '').replace(/^https\?/, 'http');
  const plain = /^(?:\\[^\w\s]|[^\\.^$*+?()[\]{}|])*/.exec(pattern)![0];
  const repeated = /^[*+?{]/.test(pattern.slice(plain.length));
  const text = plain.replace(/\\(.)/g, '$1');
  return repeated ? text.slice(0, -1) : text;
}
