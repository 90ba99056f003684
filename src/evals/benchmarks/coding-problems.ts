/** HumanEval, MBPP and their "+" variants: code that passes tests. */
import { contestPrompt, evaluatesText, problemPrompt } from '../../datasets/asking.ts';
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
import { fileBenchmark, type RowOutcome } from './file-benchmark.ts';
import type { BenchmarkSource } from './source.ts';

function problemTask(problem: CodingProblem): RowOutcome {
  if (evaluatesText(problem.tests)) return { notRun: `the tests of ${problem.id} evaluate text` };
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
    prompt: contestPrompt(problem),
    id: problem.id,
    source: 'coding-utility',
    oracles: ['correctness'],
    family: problem.id,
    tests: { functional: problem.tests },
    language: 'python',
    category: problem.difficulty,
  }),
});
