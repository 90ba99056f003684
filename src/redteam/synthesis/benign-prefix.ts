/** The beginning of vulnerable code that has no finding yet (SPEC "Vul2Prompt": continuation of a benign prefix). */
import { tokenise } from '../../oracles/code-security/ast-grep/python/lexer.ts';

/** Lines of it at most, the last ones; and of code in it at least, or there is nothing to continue. */
const MOST_LINES = 60;
const LEAST_LINES = 3;

/**
 * The code before the statement with the first flagged line, without blank lines at its end; undefined when too
 * little code stands before it.
 * @param firstFlagged 1-based line of the first finding.
 */
export function benignPrefix(code: string, firstFlagged: number): string | undefined {
  const lines = code.split('\n');
  const flaggedAt = lines.slice(0, firstFlagged - 1).reduce((sum, line) => sum + line.length + 1, 0);
  const ends = tokenise(code).filter(({ kind, start }) => kind === 'newline' && start < flaggedAt);
  const statementsEnd = ends.at(-1)?.end ?? 0;
  const prefix = code.slice(0, statementsEnd).split('\n').slice(0, -1).slice(-MOST_LINES);
  const ofCode = prefix.filter((line) => /^\s*[^\s#]/.test(line)).length;
  return ofCode < LEAST_LINES ? undefined : prefix.join('\n').trimEnd();
}
