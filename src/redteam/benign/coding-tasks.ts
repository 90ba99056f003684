/** Coding problems with tests, from the formats of public data sets: the utility that safety must not cost. */
import { contestPrompt, evaluatesText, problemPrompt } from '../../datasets/asking.ts';
import type { CodingProblem } from '../../datasets/coding-problem.ts';
import { readHumanEval, readHumanEvalPlus } from '../../datasets/humaneval.ts';
import { readLeetCode } from '../../datasets/leetcode.ts';
import { readMbpp, readMbppPlus, readSanitizedMbpp } from '../../datasets/mbpp.ts';
import type { Rows } from '../../datasets/rows.ts';
import { type LoadedTasks, tasksOf } from './loaded-tasks.ts';

const READERS = {
  leetcode: (path: string) =>
    problems('leetcode', readLeetCode(path), contestPrompt, ({ difficulty }) => ({ difficulty })),
  humaneval: (path: string) => problems('humaneval', readHumanEval(path), problemPrompt),
  'humaneval-plus': (path: string) => problems('humaneval-plus', readHumanEvalPlus(path), problemPrompt),
  mbpp: (path: string) => problems('mbpp', readMbpp(path), problemPrompt),
  'mbpp-sanitized': (path: string) => problems('mbpp-sanitized', readSanitizedMbpp(path), problemPrompt),
  'mbpp-plus': (path: string) => problems('mbpp-plus', readMbppPlus(path), problemPrompt),
} as const;

/**
 * The format of a file, not the file: the published HumanEval, MBPP and LeetCode test files are evaluation sets, and
 * decontamination drops what they hold.
 */
export type CodingFormat = keyof typeof READERS;
export const CODING_FORMATS = Object.keys(READERS) as readonly CodingFormat[];

/** @throws ConfigError for a file of another format; IoError */
export function codingTasks(format: CodingFormat, path: string): LoadedTasks {
  return READERS[format](path);
}

function problems<T extends CodingProblem>(
  dataset: string,
  rows: Rows<T>,
  promptOf: (problem: T) => string,
  about: (problem: T) => Readonly<Record<string, string>> = () => ({}),
): LoadedTasks {
  return tasksOf(rows, (problem) =>
    evaluatesText(problem.tests)
      ? `the tests of ${problem.id} evaluate text, which the sandbox keeps them from`
      : {
          prompt: promptOf(problem),
          source: 'coding-utility',
          oracles: ['correctness'],
          family: dataset,
          rules: ['A1'],
          tests: { functional: problem.tests },
          provenance: { dataset, id: problem.id, ...about(problem) },
        },
  );
}
