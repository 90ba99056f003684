/** Weaknesses as data sets spell them: `CWE-089`, `cwe-89`, `cwe089`. */
import { z } from 'zod';

/** The CWE number, without leading zeros. */
export const cweNumber = z
  .string()
  .regex(/^CWE-?\d+$/i, 'expected a weakness such as CWE-89')
  .transform((text) => Number(/\d+/.exec(text)![0]));

/** Every CWE number that a text names, in order, each once. */
export function cweNumbersIn(text: string): number[] {
  return [...new Set([...text.matchAll(/CWE[-_ ]?(\d+)/gi)].map((match) => Number(match[1])))];
}
