/**
 * JSON as Python wrote it, for values that go back to Python: numbers keep their spelling (1.0 is no 1, long integers
 * lose no digit), and NaN and Infinity, which Python writes and JSON does not know, are read.
 */

/** A number as the file spells it. */
export class JsonNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const UNKNOWN_TO_JSON = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;
const SPECIAL = '\u0000number';

/** @throws SyntaxError as JSON.parse. */
export function parseKeepingNumbers(text: string): unknown {
  const plain = /NaN|Infinity/.test(text)
    ? text.replace(UNKNOWN_TO_JSON, (token) =>
        token.startsWith('"') ? token : JSON.stringify({ [SPECIAL]: token }),
      )
    : text;
  return JSON.parse(plain, (_key, value: unknown, context?: { readonly source?: string }) => {
    if (typeof value === 'number') return new JsonNumber(context?.source ?? String(value));
    if (value !== null && typeof value === 'object' && SPECIAL in value)
      return new JsonNumber(String(value[SPECIAL]));
    return value;
  });
}

const PYTHON_NUMBERS: Readonly<Record<string, string>> = {
  NaN: "float('nan')",
  Infinity: "float('inf')",
  '-Infinity': "-float('inf')",
};

/** A value of `parseKeepingNumbers` as a Python expression. */
export function pythonLiteral(value: unknown): string {
  if (value instanceof JsonNumber) return PYTHON_NUMBERS[value.text] ?? value.text;
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  // A JSON string is a Python string: both escape the same way.
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(', ')}]`;
  const entries = Object.entries(value).map(
    ([key, inner]) => `${JSON.stringify(key)}: ${pythonLiteral(inner)}`,
  );
  return `{${entries.join(', ')}}`;
}
