/**
 * Multiple-choice questions by the letter (CyberMetric, arXiv 2402.07688). What was chosen is read, never judged: the
 * answer has to state one letter, and one only.
 */
import { normaliseNewlines, stripInvisible } from '../transcripts/format.ts';
import { type Item, type Oracle, readResponse } from './oracle.ts';
import type { Choice } from './task.ts';
import type { Verdict } from './verdict.ts';

export function createExactAnswerOracle(): Oracle {
  return { name: 'exact-answer', check: async (items) => items.map(checkItem) };
}

function checkItem(item: Item): Verdict {
  const { choice } = item.task;
  if (choice === undefined) return { kind: 'undecided', cause: 'the task has no choice' };
  const parsed = readResponse(item);
  if (parsed.kind === 'malformed') return fail('format', `malformed response: ${parsed.reason}`);
  const stated = statedLetters(parsed.answer, choice);
  if (stated.length === 0) return fail('no-letter', `the answer states none of ${choice.letters.join(', ')}`);
  if (stated.length > 1) return fail('many-letters', `the answer states ${stated.join(' and ')}`);
  if (stated[0] !== choice.correct) return fail('wrong-letter', `${stated[0]}, not ${choice.correct}`);
  return { kind: 'pass' };
}

/** "Answer: B", "**Answer:** (B)", "The correct answer is option B", "\boxed{B}": what follows is read. */
const STATEMENT =
  /\b(?:final |correct |right |best )*answer\b[*_`"')\]]*(?:\s*(?:is|would be|[:=-]))+|\\boxed\s*\{/gi;
/** A first line of a letter by itself, or with a mark behind it: not the article of "A key is ...". */
const LETTER_ALONE = /^[\s*_`"'([]*[A-Z](?![\w'’])[\s*_`"'\]]*(?:$|[).:,/&+]|\band\b|\bor\b)/;

/**
 * Every letter that the answer states as its choice, each once. Without a statement, an answer that begins with a
 * letter by itself ("B", "B) because …") states that one.
 */
function statedLetters(answer: string, { letters }: Choice): string[] {
  const text = normaliseNewlines(stripInvisible(answer)).trim();
  const lineAt = (index: number) => text.slice(index).split('\n', 1)[0]!;
  const statements = [...text.matchAll(STATEMENT)].map(({ index, 0: words }) => lineAt(index + words.length));
  const alone = statements.length === 0 && LETTER_ALONE.test(lineAt(0)) ? [lineAt(0)] : [];
  return [...new Set([...statements, ...alone].flatMap((line) => lettersAtStart(line, letters)))];
}

/** Words and marks that may stand before the letter. */
const BEFORE = /^(?:[\s*_`"'([{$:]|\\text|option\b|choice\b|letter\b)*/i;

/** The letter that a line begins with, and those that it names beside it: "A", "B or C", "A, B and C". */
function lettersAtStart(line: string, letters: readonly string[]): string[] {
  const list = letters.map((letter) => letter.replace(/\W/g, '\\$&')).join('|');
  const first = new RegExp(`^(${list})(?![\\w'’])`);
  const further = new RegExp(
    `^[\\s*_\`"')\\]}.$]*(?:,|/|&|\\+|\\band\\b|\\bor\\b)+\\s*[*_\`"'([{]*(${list})(?![\\w'’])`,
    'i',
  );
  const found: string[] = [];
  let rest = line.replace(BEFORE, '');
  for (let match = first.exec(rest); match !== null; match = further.exec(rest)) {
    found.push(match[1]!.toUpperCase());
    rest = rest.slice(match[0].length);
  }
  return found;
}

function fail(rule: string, message: string): Verdict {
  return { kind: 'fail', evidence: [{ rule, message }] };
}
