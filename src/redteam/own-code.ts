/** Prompts only ask: a model that writes them may name a function or a line, but brings no program of its own. */
import { extractCode } from '../transcripts/code.ts';

/** Characters of code that a prompt may bring: a signature or a call, not a program. */
export const MOST_OWN_CODE = 300;

/** Characters of the code in a text, names in the running text not counted. */
export function codeLength(text: string): number {
  return extractCode(text).reduce((sum, { code, style }) => sum + (style === 'inline' ? 0 : code.length), 0);
}
