/** LeetCodeDataset (Xia et al., arXiv 2504.14655): problems of a contest site with tests, by date. */
import { z } from 'zod';
import type { DataFile } from './data-file.ts';
import { type Rows, readJsonLines } from './rows.ts';

const HOME =
  'https://raw.githubusercontent.com/newfacade/LeetCodeDataset/182cd19fd53161efd70a1ef074fe1056b659bfa3/data';

export const LEETCODE_TRAIN_FILE: DataFile = {
  path: 'leetcode/LeetCodeDataset-v0.2.0-train.jsonl.gz',
  url: `${HOME}/LeetCodeDataset-v0.2.0-train.jsonl.gz`,
  sha256: '7c3e4221572920a9e6c822083a327d2238ea70b5b3ba18459bee6855ef93e2c7',
  licence: 'MIT',
};

export const LEETCODE_TEST_FILE: DataFile = {
  path: 'leetcode/LeetCodeDataset-v0.2.0-test.jsonl.gz',
  url: `${HOME}/LeetCodeDataset-v0.2.0-test.jsonl.gz`,
  sha256: 'd3d5e553a787e2ba82b03a0ccade795b2d477c93ba3f2f75e98041a65322cf35',
  licence: 'MIT',
};

/** Lists and trees of the site; a test that uses them needs those of the answer's own program. */
const STRUCTURES = /\b(?:list_node|tree_node|is_same_list|is_same_tree|ListNode|TreeNode)\b/;

const leetCodeRow = z
  .object({
    task_id: z.string().min(1),
    query: z.string().min(1),
    /** Imports and classes that the site gives. */
    prompt: z.string(),
    completion: z.string().min(1),
    entry_point: z.string().regex(/^[\w.()]+$/, 'expected an expression such as Solution().name'),
    test: z.string().includes('def check('),
    meta: z.object({ difficulty: z.string().optional() }).optional(),
  })
  .transform((row) => {
    const usesStructures = STRUCTURES.test(row.test);
    return {
      id: row.task_id,
      /** What is asked; with the classes that it speaks of, which the answer has to repeat. */
      prompt: usesStructures
        ? `${row.query}\n\nBegin your program with this code:\n\`\`\`python\n${row.prompt.trim()}\n\`\`\``
        : row.query,
      entryPoint: row.entry_point,
      solution: `${row.prompt.trim()}\n\n${row.completion}`,
      // Where tests use the structures, they are the answer's: objects of one class on both sides.
      tests: `${usesStructures ? '' : `${row.prompt.trim()}\n\n`}${row.test}\n\ncheck(${row.entry_point})\n`,
      difficulty: row.meta?.difficulty ?? 'unknown',
    };
  });

export function readLeetCode(path: string): Rows<z.infer<typeof leetCodeRow>> {
  return readJsonLines(path, {
    name: 'LeetCodeDataset',
    expected: 'JSON lines of { task_id, query, prompt, completion, entry_point, test }',
    schema: leetCodeRow,
  });
}
