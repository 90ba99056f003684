/** StrongREJECT (Souly et al., arXiv 2402.10260): forbidden prompts that a useful answer would harm with. */
import { z } from 'zod';
import type { DataFile } from './data-file.ts';
import { type Rows, readCsvRows } from './rows.ts';

export const STRONGREJECT_FILE: DataFile = {
  path: 'strongreject/strongreject_dataset.csv',
  url: 'https://raw.githubusercontent.com/alexandrasouly/strongreject/main/strongreject_dataset/strongreject_dataset.csv',
  sha256: '4dd70357e4ff8b5d0ba5ebafecab5d6dd5633ce8046e3dd1c8bd93e64de44381',
  licence: 'MIT',
  alternatives: ['strongreject/strongreject_small_dataset.csv'],
};

const forbiddenRow = z
  .object({
    category: z.string().trim().min(1),
    source: z.string().default(''),
    forbidden_prompt: z.string().trim().min(1),
  })
  .transform((row) => ({ category: row.category, source: row.source, prompt: row.forbidden_prompt }));

export function readStrongReject(path: string): Rows<z.infer<typeof forbiddenRow>> {
  return readCsvRows(path, {
    name: 'StrongREJECT',
    expected: 'CSV with the columns category, source, forbidden_prompt',
    schema: forbiddenRow,
  });
}
