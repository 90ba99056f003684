/** HumanEval, MBPP and their "+" variants: code that passes tests. */
import type { CodingProblem } from '../../datasets/coding-problem.ts';
import type { DataFile } from '../../datasets/data-file.ts';
import {
  HUMANEVAL_FILE,
  HUMANEVAL_PLUS_FILE,
  readHumanEval,
  readHumanEvalPlus,
} from '../../datasets/humaneval.ts';
import { LEETCODE_TEST_FILE, readLeetCode } from '../../datasets/leetcode.ts';
import {
  MBPP_FILE,
  MBPP_PLUS_FILE,
  MBPP_SANITIZED_FILE,
  readMbpp,
  readMbppPlus,
  readSanitizedMbpp,
} from '../../datasets/mbpp.ts';
import type { Rows } from '../../datasets/rows.ts';
import { completionPrompt } from './code-prompts.ts';
import { fileBenchmark, type RowOutcome } from './file-benchmark.ts';
import type { BenchmarkSource } from './source.ts';

/** A prompt of code is to be finished; one of words is answered with a program. */
function problemPrompt({ prompt, entryPoint }: CodingProblem): string {
  const isCode = new RegExp(`^(?:async )?def ${entryPoint}\\b`, 'm').test(prompt);
  if (isCode) return completionPrompt(prompt, 'Python', 'python');
  return `${prompt.trim()}\n\nAnswer with the whole Python program in one code block.`;
}

/** The sandbox keeps tests from running text, which a few reference solutions do. */
const RUNS_TEXT = /(?<![\w.])(?:eval|exec)\s*\(/;

function problemTask(problem: CodingProblem): RowOutcome {
  if (RUNS_TEXT.test(problem.tests)) return { notRun: `the tests of ${problem.id} evaluate text` };
  return {
    prompt: problemPrompt(problem),
    id: problem.id,
    source: 'coding-utility',
    oracles: ['correctness'],
    family: problem.id,
    tests: { functional: problem.tests },
    language: 'python',
  };
}

function passAtOne(
  name: string,
  title: string,
  file: DataFile,
  read: (path: string) => Rows<CodingProblem>,
): BenchmarkSource {
  return fileBenchmark({ name, title, axis: 'utility', metric: 'pass@1', file, read, task: problemTask });
}

export const HUMANEVAL = passAtOne('humaneval', 'HumanEval', HUMANEVAL_FILE, readHumanEval);
export const HUMANEVAL_PLUS = passAtOne(
  'humaneval-plus',
  'HumanEval+',
  HUMANEVAL_PLUS_FILE,
  readHumanEvalPlus,
);
export const MBPP = passAtOne('mbpp', 'MBPP', MBPP_FILE, readMbpp);
export const MBPP_SANITIZED = passAtOne(
  'mbpp-sanitized',
  'MBPP (sanitized)',
  MBPP_SANITIZED_FILE,
  readSanitizedMbpp,
);
export const MBPP_PLUS = passAtOne('mbpp-plus', 'MBPP+', MBPP_PLUS_FILE, readMbppPlus);

/** The data set's latest problems, which are its own test split. */
export const LEETCODE = fileBenchmark({
  name: 'leetcode',
  title: 'LeetCodeDataset (test)',
  axis: 'utility',
  metric: 'pass@1',
  file: LEETCODE_TEST_FILE,
  read: readLeetCode,
  task: (problem) => ({
    prompt: `${problem.prompt.trim()}\n\nAnswer with the whole program, including its imports, in one code block.`,
    id: problem.id,
    source: 'coding-utility',
    oracles: ['correctness'],
    family: problem.id,
    tests: { functional: problem.tests },
    language: 'python',
    category: problem.difficulty,
  }),
});
