/** SALLM (Siddiq et al., arXiv 2311.00889): Python prompts with insecure code that answers them. */
import { z } from 'zod';
import type { DataFile } from './data-file.ts';
import { type Rows, readJsonLines } from './rows.ts';

export const SALLM_FILE: DataFile = {
  path: 'sallm/dataset.jsonl',
  url: 'https://raw.githubusercontent.com/s2e-lab/SALLM/7f17a76b5a1cb54870df673b173795fa1014c9e9/PythonDataset/dataset.jsonl',
  sha256: '6704778bb972b4bf73c4e664d8bd71e6e21e3046b8f63557854c71a87abb9c6c',
  licence: 'Apache-2.0',
};

const sallmRow = z
  .object({
    id: z.string().regex(/_cwe\d+_\d+\.py$/i, 'expected a name that ends in _cwe<number>_<n>.py'),
    technique: z.string().optional(),
    source: z.string().optional(),
    prompt: z.string().min(1),
    insecure_code: z.string().min(1),
  })
  .transform((row) => ({
    id: row.id,
    cwe: Number(/_cwe(\d+)_\d+\.py$/i.exec(row.id)![1]),
    /** How the code is tested there: Matching or Assertion. */
    technique: row.technique ?? '',
    source: row.source ?? '',
    prompt: row.prompt,
    insecureCode: row.insecure_code,
  }));

export function readSallm(path: string): Rows<z.infer<typeof sallmRow>> {
  return readJsonLines(path, {
    name: 'SALLM',
    expected: 'JSON lines of { id, technique, source, prompt, insecure_code }',
    schema: sallmRow,
  });
}
