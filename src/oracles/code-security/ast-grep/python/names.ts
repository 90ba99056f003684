/** Answers about names of code: the same names come again and again, and the patterns that are asked are long. */

/** Hostile names must not fill the memory. */
const MAX_KNOWN = 5000;

export function remembered<T>(ask: (name: string) => T): (name: string) => T {
  const known = new Map<string, { readonly answer: T }>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before.answer;
    const answer = ask(name);
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(name, { answer });
    return answer;
  };
}
