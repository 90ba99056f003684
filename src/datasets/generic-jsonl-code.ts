/** Vulnerable code of one's own: JSON lines of `{ id, code, language?, cwes?, origin? }` (docs/guides/corpus.md). */
import { z } from 'zod';
import { languageOfLabel } from '../transcripts/code-language.ts';
import { cweNumber } from './cwe-number.ts';
import { type Rows, readJsonLines } from './rows.ts';

const language = z.string().transform((name, context) => {
  const known = languageOfLabel(name.toLowerCase());
  if (known !== undefined) return known;
  context.addIssue({ code: 'custom', message: `${name} is no language that the analysers read` });
  return z.NEVER;
});

const codeRow = z
  .strictObject({
    /** Unique in its file: a second row of the same id is left out. */
    id: z.union([z.string().min(1), z.number()]),
    code: z.string().min(1),
    /** As `python`, `js`, `c++`. Python unless given. */
    language: language.default('python'),
    /** What the code is said to be vulnerable to: numbers, or `"CWE-89"`. */
    cwes: z.array(z.union([z.int().min(1), cweNumber])).default([]),
    origin: z
      .strictObject({
        /** Counted by this name in the statistics. `own` unless given. */
        source: z
          .string()
          .regex(/^[a-z0-9][a-z0-9._-]{0,39}$/, 'expected a short name in lower case')
          .default('own'),
        /** Where people can look at it. */
        url: z.url({ protocol: /^https?$/ }).optional(),
        /** Id of an advisory. */
        advisory: z.string().min(1).optional(),
        /** SPDX id. */
        licence: z.string().min(1).optional(),
      })
      .prefault({}),
  })
  .transform((row) => ({ ...row, id: String(row.id) }));
export type CodeRow = z.infer<typeof codeRow>;

/** @throws ConfigError without a single row as expected, IoError. */
export function readCodeRows(path: string): Rows<CodeRow> {
  const read = readJsonLines(path, {
    name: 'a file of vulnerable code',
    expected: 'JSON lines of { id, code, language?, cwes?, origin? }',
    schema: codeRow,
  });
  const seen = new Set<string>();
  const isNew = (id: string) => !seen.has(id) && seen.add(id) !== undefined;
  const first = new Set(read.rows.filter(({ value }) => isNew(value.id)));
  const repeated = read.rows.filter((row) => !first.has(row));
  return {
    rows: [...first],
    problems: [
      ...read.problems,
      ...repeated.map(({ place, value }) => ({ place, reason: `id: ${value.id} is there already` })),
    ],
    count: read.count,
  };
}
