/** Words and numbers as all forms of the report write them. */
import { stripInvisible } from '../../transcripts/format.ts';

/** Text of a model, a benchmark or a server in one line: nothing that moves a cursor, turns or hides. */
export function visibleLine(text: string, most = 120): string {
  const line = stripInvisible(text.slice(0, 4 * most))
    .replace(/\s+/g, ' ')
    .trim();
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
}

/** `+1.5`, `−0.3`, `0.0` */
export function signed(value: number): string {
  const text = Math.abs(value).toFixed(1);
  return Number(text) === 0 ? text : `${value < 0 ? '−' : '+'}${text}`;
}

/** `−5.9 to −2.1`: a dash would be read as a minus. */
export function signedInterval(interval: readonly [number, number] | null): string {
  return interval === null ? '' : `${signed(interval[0])} to ${signed(interval[1])}`;
}

/** `0.012`, `< 0.001`, '' where there was no test. */
export function pText(p: number | null): string {
  if (p === null) return '';
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}

/** `1 prompt`, `1,200 prompts` */
export function counted(n: number, noun: string): string {
  return `${n.toLocaleString('en-US')} ${noun}${n === 1 ? '' : 's'}`;
}
