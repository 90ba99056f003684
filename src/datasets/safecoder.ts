/** SafeCoder and SVEN (He et al., arXiv 2402.09497): functions before and after the commit that made them secure. */
import { extname } from 'node:path';
import { z } from 'zod';
import { LANGUAGE_OF_EXTENSION } from '../transcripts/code-language.ts';
import { cweNumber } from './cwe-number.ts';
import type { DataFile } from './data-file.ts';
import { type Rows, readJsonLines } from './rows.ts';

const HOME =
  'https://raw.githubusercontent.com/eth-sri/SafeCoder/1bf9d57b42b785ca1bf5454c040cc9d2d27c4ab5/data_train_val';

export const SAFECODER_TRAIN_FILE: DataFile = {
  path: 'safecoder/train-sec-new-desc.jsonl',
  url: `${HOME}/train/sec-new-desc.jsonl`,
  sha256: '0dd01682f2f777d2bea54b59daf3a6a32e16f80b0a2c10b3bab3a4a28aface76',
  licence: 'MIT',
};

export const SAFECODER_VALIDATION_FILE: DataFile = {
  path: 'safecoder/val-sec-desc.jsonl',
  url: `${HOME}/val/sec-desc.jsonl`,
  sha256: '24005491907cb5244ea7cdaeabe3b22c699532c317218b1f74a39f52e0466dd0',
  licence: 'MIT',
};

const fixRow = z
  .object({
    func_name: z.string(),
    func_src_before: z.string().min(1),
    func_src_after: z.string().min(1),
    vul_type: cweNumber,
    file_name: z.string().min(1),
    commit_link: z.string().optional(),
    description: z.string().optional(),
  })
  .transform((row) => ({
    functionName: row.func_name,
    before: row.func_src_before,
    after: row.func_src_after,
    cwe: row.vul_type,
    fileName: row.file_name,
    /** Absent where no analyser of ours knows the ending. */
    language: LANGUAGE_OF_EXTENSION.get(extname(row.file_name).toLowerCase()),
    ...(row.commit_link === undefined ? {} : { commit: row.commit_link }),
    ...(row.description === undefined ? {} : { description: row.description }),
  }));

export function readFixes(path: string): Rows<z.infer<typeof fixRow>> {
  return readJsonLines(path, {
    name: 'SafeCoder',
    expected: 'JSON lines of { func_name, func_src_before, func_src_after, vul_type, file_name }',
    schema: fixRow,
  });
}
