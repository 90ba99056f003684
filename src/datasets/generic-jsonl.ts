/**
 * A data set of one's own: JSON lines with the fields of `purpcode reward`, without the response (docs/guides/data.md).
 */
import { z } from 'zod';
import { cweNumber } from './cwe-number.ts';
import { type Rows, readJsonLines } from './rows.ts';

const strings = z.array(z.string());
/** Tests of a coding problem, as SPEC has them. */
export const testsSchema = z.union(
  [
    z.strictObject({ pytest: z.string() }),
    z.strictObject({ functional: z.string() }),
    z
      .strictObject({ stdin: strings, stdout: strings })
      .refine(({ stdin, stdout }) => stdin.length === stdout.length, 'stdin and stdout differ in length'),
  ],
  'expected { pytest }, { functional } or { stdin, stdout } of equal length',
);

export const messageSchema = z.strictObject({
  role: z.enum(['system', 'user', 'assistant']),
  content: z.string(),
});

/** Strict: a misspelt field would leave a test out without a word. */
const promptRow = z
  .strictObject({
    id: z.union([z.string().min(1), z.number()]),
    /** Names of oracles; those who use the row say which they know. */
    oracle: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)], 'expected one oracle or a list'),
    /** The user turn, or a conversation that ends with one. */
    prompt: z.union(
      [z.string().min(1), z.array(messageSchema).min(1)],
      'expected a string or a list of messages',
    ),
    tests: testsSchema.optional(),
    securityTests: testsSchema.optional(),
    signature: z.strictObject({ name: z.string(), params: strings }).optional(),
    /** Multiple choice: the letters, and the right one. */
    choice: z.strictObject({ letters: strings.min(2), correct: z.string() }).optional(),
    cwes: z.array(z.union([z.int(), cweNumber])).default([]),
    /** What the row is like others with: the unit of intervals. Its own id unless given. */
    family: z.string().optional(),
    language: z.string().optional(),
    category: z.string().optional(),
  })
  .transform(({ oracle, prompt, id, family, ...rest }) => ({
    ...rest,
    id: String(id),
    family: family ?? String(id),
    oracles: [...new Set([oracle].flat())],
    messages: typeof prompt === 'string' ? [{ role: 'user' as const, content: prompt }] : prompt,
  }))
  .refine(({ messages }) => messages.at(-1)!.role === 'user', {
    message: 'the last message is not a user turn',
    path: ['prompt'],
  });
export type PromptRow = z.infer<typeof promptRow>;

export function readPromptRows(path: string): Rows<PromptRow> {
  return readJsonLines(path, {
    name: 'a file of prompts',
    expected: 'JSON lines of { id, oracle, prompt, tests?, cwes?, family?, language?, category? }',
    schema: promptRow,
  });
}
