/** MBPP (Austin et al., arXiv 2108.07732), whole and sanitized, and MBPP+. */
import { z } from 'zod';
import { type CodingProblem, importOf } from './coding-problem.ts';
import type { DataFile } from './data-file.ts';
import { hubTests, releaseProblem, releaseRow } from './evalplus.ts';
import { JsonNumber, parseKeepingNumbers } from './json-numbers.ts';
import { type Rows, readJsonLines, readJsonRows } from './rows.ts';

const HOME = 'https://raw.githubusercontent.com/google-research/google-research/master/mbpp';
const SHARED = { licence: 'CC-BY-4.0', attribution: 'Austin et al., Google Research (MBPP, 2021)' } as const;

export const MBPP_FILE: DataFile = { path: 'mbpp/mbpp.jsonl', url: `${HOME}/mbpp.jsonl`, ...SHARED };
export const MBPP_SANITIZED_FILE: DataFile = {
  path: 'mbpp/sanitized-mbpp.json',
  url: `${HOME}/sanitized-mbpp.json`,
  ...SHARED,
};
export const MBPP_PLUS_FILE: DataFile = {
  path: 'mbpp/MbppPlus.jsonl.gz',
  url: 'https://github.com/evalplus/mbppplus_release/releases/download/v0.2.0/MbppPlus.jsonl.gz',
  licence: 'Apache-2.0',
  alternatives: ['mbpp/MbppPlus.jsonl', 'mbpp/mbppplus.jsonl'],
};

const taskId = z
  .union([z.int(), z.string().min(1), z.instanceof(JsonNumber)])
  .transform((id) => (id instanceof JsonNumber ? id.text : String(id)));
const asserts = z.array(z.string()).min(1);

interface MbppRow {
  readonly task_id: string;
  readonly text: string;
  readonly code: string;
  readonly test_list: readonly string[];
  readonly setup: readonly string[];
}

/** The first function of the solution that the tests call. */
function entryPointOf({ code, test_list }: Pick<MbppRow, 'code' | 'test_list'>): string | undefined {
  const called = new Set([...test_list.join('\n').matchAll(/(\w+)\s*\(/g)].map((match) => match[1]!));
  const defined = [...code.matchAll(/^(?:def|class)\s+(\w+)/gm)].map((match) => match[1]!);
  return defined.find((name) => called.has(name));
}

function toProblem(row: MbppRow, context: z.RefinementCtx): CodingProblem {
  const entryPoint = entryPointOf(row);
  if (entryPoint === undefined) {
    context.addIssue({
      code: 'custom',
      message: 'the tests call no function of the solution',
      path: ['code'],
    });
    return z.NEVER;
  }
  return {
    id: `MBPP/${row.task_id}`,
    // The name of the function is known from the tests alone: they belong to the prompt (section 2.2 of the paper).
    prompt: `${row.text}\n\nThe code must pass these tests:\n${row.test_list.join('\n')}`,
    entryPoint,
    solution: row.code,
    tests: `${importOf(entryPoint)}${[...row.setup, ...row.test_list].join('\n')}\n`,
  };
}

const originalRow = z
  .object({
    task_id: taskId,
    text: z.string().min(1),
    code: z.string().min(1),
    test_list: asserts,
    test_setup_code: z.string().default(''),
  })
  .transform((row, context) => toProblem({ ...row, setup: [row.test_setup_code] }, context));

export function readMbpp(path: string): Rows<CodingProblem> {
  return readJsonLines(path, {
    name: 'MBPP',
    expected: 'JSON lines of { task_id, text, code, test_list, test_setup_code }',
    schema: originalRow,
  });
}

const sanitizedRow = z
  .object({
    task_id: taskId,
    prompt: z.string().min(1),
    code: z.string().min(1),
    test_imports: z.array(z.string()).default([]),
    test_list: asserts,
  })
  .transform((row, context) => toProblem({ ...row, text: row.prompt, setup: row.test_imports }, context));

export function readSanitizedMbpp(path: string): Rows<CodingProblem> {
  return readJsonRows(path, {
    name: 'sanitized MBPP',
    expected: 'a JSON list of { task_id, prompt, code, test_imports, test_list }',
    schema: sanitizedRow,
  });
}

const hubRow = z
  .object({
    task_id: taskId,
    prompt: z.string().min(1),
    code: z.string().min(1),
    test_imports: z.array(z.string()).default([]),
    test_list: asserts,
    test: z.string().min(1),
  })
  .transform((row, context): CodingProblem => {
    const problem = toProblem({ ...row, text: row.prompt, setup: [] }, context);
    if (problem === z.NEVER) return problem;
    const imports = row.test_imports.length === 0 ? '' : `${row.test_imports.join('\n')}\n`;
    return { ...problem, tests: imports + hubTests(row.test, '', problem.entryPoint) };
  });

const plusRow = z.union(
  [releaseRow.transform((row) => releaseProblem(row, row.canonical_solution)), hubRow],
  'expected { task_id, prompt, entry_point, canonical_solution, base_input, plus_input, atol } or { task_id, prompt, code, test_list, test }',
);

export function readMbppPlus(path: string): Rows<CodingProblem> {
  return readJsonLines(
    path,
    {
      name: 'MBPP+',
      expected:
        'JSON lines of { task_id, prompt, entry_point, canonical_solution, base_input, plus_input, atol } or { task_id, prompt, code, test_list, test }',
      schema: plusRow,
    },
    parseKeepingNumbers,
  );
}
