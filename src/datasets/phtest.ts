/** PHTest (An et al., arXiv 2409.00598): pseudo-harmful prompts, harmless or controversial. */
import { z } from 'zod';
import type { DataFile } from './data-file.ts';
import { type Rows, readCsvRows } from './rows.ts';

export const PHTEST_FILE: DataFile = {
  path: 'phtest/dataset_v0.1.csv',
  url: 'https://raw.githubusercontent.com/umd-huang-lab/FalseRefusal/b37fcd51d3e1e81ce74bdd5cf468a8bf87bc0fb8/PHTest/dataset_v0.1.csv',
  sha256: '175cfb357a3d65ebf11419c6a258c5083f6fd5cb0e44c4c2ce29f4553b4f1d84',
  licence: 'not stated',
};

const phTestRow = z
  .object({
    ID: z.string().min(1),
    Request: z.string().trim().min(1),
    Harmfulness: z.enum(['harmless', 'controversial']),
  })
  .transform((row) => ({ id: row.ID, prompt: row.Request, harmfulness: row.Harmfulness }));

export function readPhTest(path: string): Rows<z.infer<typeof phTestRow>> {
  return readCsvRows(path, {
    name: 'PHTest',
    expected: 'CSV with the columns ID, Request, Harmfulness (harmless or controversial)',
    schema: phTestRow,
  });
}
