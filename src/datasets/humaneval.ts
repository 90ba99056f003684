/** HumanEval (Chen et al., arXiv 2107.03374) and HumanEval+. */
import { z } from 'zod';
import { beforeFunction, type CodingProblem } from './coding-problem.ts';
import type { DataFile } from './data-file.ts';
import { hubTests, releaseProblem, releaseRow } from './evalplus.ts';
import { parseKeepingNumbers } from './json-numbers.ts';
import { type Rows, readJsonLines } from './rows.ts';

export const HUMANEVAL_FILE: DataFile = {
  path: 'humaneval/HumanEval.jsonl.gz',
  url: 'https://raw.githubusercontent.com/openai/human-eval/6d43fb980f9fee3c892a914eda09951f772ad10d/data/HumanEval.jsonl.gz',
  sha256: 'b796127e635a67f93fb35c04f4cb03cf06f38c8072ee7cee8833d7bee06979ef',
  licence: 'MIT',
  alternatives: ['humaneval/HumanEval.jsonl'],
};

export const HUMANEVAL_PLUS_FILE: DataFile = {
  path: 'humaneval/HumanEvalPlus.jsonl.gz',
  url: 'https://github.com/evalplus/humanevalplus_release/releases/download/v0.1.10/HumanEvalPlus.jsonl.gz',
  licence: 'Apache-2.0',
  alternatives: ['humaneval/HumanEvalPlus.jsonl', 'humaneval/humanevalplus.jsonl'],
};

const humanEvalRow = z.object({
  task_id: z.string().min(1),
  prompt: z.string().min(1),
  canonical_solution: z.string().min(1),
  test: z.string().min(1),
  entry_point: z.string().regex(/^\w+$/, 'expected the name of a function'),
});

function toProblem(row: z.infer<typeof humanEvalRow>): CodingProblem {
  return {
    id: row.task_id,
    prompt: row.prompt,
    entryPoint: row.entry_point,
    solution: row.prompt + row.canonical_solution,
    // Some tests use the functions that stand before the one that is asked for.
    tests: `${beforeFunction(row.prompt, row.entry_point)}\n\n${row.test}\n\ncheck(${row.entry_point})\n`,
  };
}

export function readHumanEval(path: string): Rows<CodingProblem> {
  return readJsonLines(path, {
    name: 'HumanEval',
    expected: 'JSON lines of { task_id, prompt, canonical_solution, test, entry_point }',
    schema: humanEvalRow.transform(toProblem),
  });
}

const plusRow = z.union(
  [
    releaseRow.transform((row) => releaseProblem(row, row.prompt + row.canonical_solution)),
    humanEvalRow.transform((row) => ({
      ...toProblem(row),
      tests: hubTests(row.test, row.prompt, row.entry_point),
    })),
  ],
  'expected { task_id, prompt, entry_point, canonical_solution } with { base_input, plus_input, atol } or { test }',
);

export function readHumanEvalPlus(path: string): Rows<CodingProblem> {
  return readJsonLines(
    path,
    {
      name: 'HumanEval+',
      expected:
        'JSON lines of { task_id, prompt, entry_point, canonical_solution } with { base_input, plus_input, atol } or { test }',
      schema: plusRow,
    },
    parseKeepingNumbers,
  );
}
