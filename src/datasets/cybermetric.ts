/** CyberMetric (Tihanyi et al., arXiv 2402.07688): multiple-choice questions on security. */
import { z } from 'zod';
import type { DataFile } from './data-file.ts';
import { type Rows, readJsonRows } from './rows.ts';

export const CYBERMETRIC_FILE: DataFile = {
  path: 'cybermetric/CyberMetric-500-v1.json',
  url: 'https://raw.githubusercontent.com/cybermetric/CyberMetric/2f5818bd2c19350cd6cfae028b75499ebe4ffd29/CyberMetric-500-v1.json',
  sha256: '036747c989da9f38f39a6b33fa2d5ab14147c928df0274217bbecab20be88faa',
  licence: 'not stated',
  alternatives: [
    'cybermetric/CyberMetric-80-v1.json',
    'cybermetric/CyberMetric-2000-v1.json',
    'cybermetric/CyberMetric-10000-v1.json',
  ],
};

const questionRow = z
  .object({
    question: z.string().trim().min(1),
    answers: z.record(z.string().regex(/^[A-Z]$/, 'answers have one capital letter each'), z.string()),
    solution: z.string().regex(/^[A-Z]$/, 'expected one capital letter'),
  })
  .refine(({ answers, solution }) => solution in answers, {
    message: 'the solution is none of the answers',
    path: ['solution'],
  });

export function readCyberMetric(path: string): Rows<z.infer<typeof questionRow>> {
  return readJsonRows(
    path,
    {
      name: 'CyberMetric',
      expected: '{ questions: [{ question, answers: { A, B, C, D }, solution }] }',
      schema: questionRow,
    },
    (document) => z.object({ questions: z.unknown() }).safeParse(document).data?.questions,
  );
}
