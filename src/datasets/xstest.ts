/** XSTest (Röttger et al., arXiv 2308.01263): 250 safe prompts that look unsafe, and 200 unsafe contrasts. */
import { z } from 'zod';
import type { DataFile } from './data-file.ts';
import { type Rows, readCsvRows } from './rows.ts';

export const XSTEST_FILE: DataFile = {
  path: 'xstest/xstest_prompts.csv',
  url: 'https://raw.githubusercontent.com/paul-rottger/xstest/d7bb5bd738c1fcbc36edd83d5e7d1b71a3e2d84d/xstest_prompts.csv',
  sha256: '11783fb294ed017473ee53c207d71f2161c7672c8d0b037501e78387f801cb5a',
  licence: 'CC-BY-4.0',
  attribution: 'Röttger et al., XSTest (2024)',
  alternatives: ['xstest/xstest_v2_prompts.csv'],
};

const xsTestRow = z
  .object({
    id: z.string().min(1),
    prompt: z.string().trim().min(1),
    type: z.string().min(1),
    label: z.enum(['safe', 'unsafe']).optional(),
    focus: z.string().default(''),
    note: z.string().default(''),
  })
  .transform((row) => ({
    id: row.id,
    prompt: row.prompt,
    type: row.type,
    // Version 2 of the file has no column for it: unsafe rows are those whose type is a contrast.
    label: row.label ?? (row.type.startsWith('contrast_') ? ('unsafe' as const) : ('safe' as const)),
    focus: row.focus,
    note: row.note,
  }));

export function readXsTest(path: string): Rows<z.infer<typeof xsTestRow>> {
  return readCsvRows(path, {
    name: 'XSTest',
    expected: 'CSV with the columns id, prompt, type, label, focus, note',
    schema: xsTestRow,
  });
}
