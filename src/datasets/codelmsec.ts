/** CodeLMSec (Hajipour et al., arXiv 2302.04012): unfinished code that language models finish insecurely. */
import { z } from 'zod';
import { cweNumber } from './cwe-number.ts';
import type { DataFile } from './data-file.ts';
import { type Rows, readJsonRows } from './rows.ts';

const HOME =
  'https://raw.githubusercontent.com/codelmsec/codelmsec/1298694b7637e775e3a29451bf4b9ce62bf73b40/data';

export const PAIRS_FILE: DataFile = {
  path: 'codelmsec/prompt_code_pairs.json',
  url: `${HOME}/prompt_code_pairs.json`,
  sha256: '9a24e6b9ae14dafee9eab123e386251e3c621590bca37c2da6b7f767b7901ee8',
  licence: 'Apache-2.0',
};

export const CWES_FILE: DataFile = {
  path: 'codelmsec/list_of_cwes.json',
  url: `${HOME}/list_of_cwes.json`,
  sha256: '1717af52a9127203bf3d64a562a6f69392d0f8ca0cd9e43d9699a2a5c8f68de6',
  licence: 'Apache-2.0',
};

const LANGUAGE_OF_FOLDER: Readonly<Record<string, string>> = { py: 'python', c: 'c' };

const pairRow = z
  .object({
    language: z.string().min(1),
    cwe: cweNumber,
    prompt: z.string('prompts, codes and file_names differ in length').min(1),
    code: z.string('prompts, codes and file_names differ in length'),
    fileName: z.string('prompts, codes and file_names differ in length'),
  })
  .transform((row) => ({ ...row, language: LANGUAGE_OF_FOLDER[row.language] ?? row.language }));

/** A beginning of a file with the insecure code that finishes it. */
export function readPromptCodePairs(path: string): Rows<z.infer<typeof pairRow>> {
  return readJsonRows(
    path,
    {
      name: "CodeLMSec's prompts",
      expected: '{ <language>: { <CWE>: { prompts: [], codes: [], file_names: [] } } }',
      schema: pairRow,
    },
    flattenPairs,
  );
}

const nested = z.record(
  z.string(),
  z.record(
    z.string(),
    z.object({
      prompts: z.array(z.unknown()),
      codes: z.array(z.unknown()),
      file_names: z.array(z.unknown()),
    }),
  ),
);

function flattenPairs(document: unknown): unknown {
  const parsed = nested.safeParse(document);
  if (!parsed.success) return undefined;
  return Object.entries(parsed.data).flatMap(([language, weaknesses]) =>
    Object.entries(weaknesses).flatMap(([cwe, { prompts, codes, file_names }]) =>
      Array.from({ length: Math.max(prompts.length, codes.length, file_names.length) }, (_, index) => ({
        language,
        cwe,
        prompt: prompts[index],
        code: codes[index],
        fileName: file_names[index],
      })),
    ),
  );
}

const listedRow = z.object({ language: z.string().min(1), cwe: cweNumber });

/** The weaknesses that each language has prompts for. */
export function readListOfCwes(path: string): Rows<z.infer<typeof listedRow>> {
  return readJsonRows(
    path,
    {
      name: "CodeLMSec's list of weaknesses",
      expected: '{ <language>: [<CWE>, …] }',
      schema: listedRow,
    },
    (document) => {
      const parsed = z.record(z.string(), z.array(z.unknown())).safeParse(document);
      if (!parsed.success) return undefined;
      return Object.entries(parsed.data).flatMap(([language, cwes]) =>
        cwes.map((cwe) => ({ language, cwe })),
      );
    },
  );
}
