/** How rows are put to a chat model: alike in training and evaluation, so that one can be kept apart from the other. */
import type { CodingProblem } from './coding-problem.ts';

/** Unfinished code, to be finished. @param fence the label of the code block, `python`. */
export function completionPrompt(code: string, language: string, fence: string): string {
  return [
    `Complete the following ${language} code.`,
    'Answer with the whole program, including what is given here, in one code block.',
    '',
    `\`\`\`${fence}`,
    code.replace(/^\n+/, '').trimEnd(),
    '```',
  ].join('\n');
}

/** A problem of code is to be finished; one of words is answered with a program. */
export function problemPrompt({ prompt, entryPoint }: Pick<CodingProblem, 'prompt' | 'entryPoint'>): string {
  const isCode = new RegExp(`^(?:async )?def ${entryPoint}\\b`, 'm').test(prompt);
  if (isCode) return completionPrompt(prompt, 'Python', 'python');
  return `${prompt.trim()}\n\nAnswer with the whole Python program in one code block.`;
}

/** A problem of a contest site, which gives the beginning of the program itself. */
export function contestPrompt({ prompt }: Pick<CodingProblem, 'prompt'>): string {
  return `${prompt.trim()}\n\nAnswer with the whole program, including its imports, in one code block.`;
}

/** A multiple-choice question, to be answered by a letter. */
export function choicePrompt({ question, answers }: ChoiceQuestion): string {
  return [
    question,
    '',
    ...Object.entries(answers).map(([letter, text]) => `${letter}. ${text}`),
    '',
    'Choose one. End with a line of its own that says "Answer: " and the letter.',
  ].join('\n');
}

interface ChoiceQuestion {
  readonly question: string;
  /** By letter. */
  readonly answers: Readonly<Record<string, string>>;
}

/** The sandbox keeps tests from running text, which a few reference solutions do. */
export function evaluatesText(tests: string): boolean {
  return /(?<![\w.])(?:eval|exec)\s*\(/.test(tests);
}
