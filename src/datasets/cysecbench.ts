/** CySecBench (Wahréus et al., arXiv 2501.01335): malicious requests in ten categories of attacks. */
import { z } from 'zod';
import type { DataFile } from './data-file.ts';
import { type Rows, readCsvRows } from './rows.ts';

export const CYSECBENCH_FILE: DataFile = {
  path: 'cysecbench/cysecbench.csv',
  url: 'https://raw.githubusercontent.com/cysecbench/dataset/ea3868f63961833e33d3e81933dd1024505dabe0/Dataset/Full%20dataset/cysecbench.csv',
  sha256: 'a151eb5c126b09e72a9729455a4dade8cd18ea970078cdca0c98f27a00d4cd3d',
  licence: 'MIT',
};

const cySecRow = z
  .object({ Prompt: z.string().trim().min(1), Category: z.string().trim().min(1) })
  .transform((row) => ({ prompt: row.Prompt, category: row.Category }));

export function readCySecBench(path: string): Rows<z.infer<typeof cySecRow>> {
  return readCsvRows(path, {
    name: 'CySecBench',
    expected: 'CSV with the columns Prompt, Category',
    schema: cySecRow,
  });
}
