/** XSCode (PurpCode, arXiv 2507.19060): harmless coding requests with the trigger words of weaknesses. */
import { z } from 'zod';
import { cweNumbersIn } from './cwe-number.ts';
import type { DataFile } from './data-file.ts';
import { type Rows, readJsonLines } from './rows.ts';

export const XSCODE_FILE: DataFile = {
  path: 'xscode/xscode.jsonl',
  licence: 'not stated',
  attribution:
    'PurpCode team, https://huggingface.co/datasets/purpcode/XSCode: export its rows as JSON lines',
  alternatives: ['xscode/test.jsonl'],
};

const userTurn = z.object({ role: z.string(), content: z.string().min(1) });

/** The hub's rows have a conversation of one user turn; a row of our own may have the prompt by itself. */
const xsCodeRow = z
  .object({
    task_id: z.union([z.string().min(1), z.int()]).optional(),
    id: z.union([z.string().min(1), z.int()]).optional(),
    messages: z.array(userTurn).min(1).optional(),
    prompt: z.string().min(1).optional(),
    cwe_id: z.string().optional(),
    cwe: z.string().optional(),
  })
  .transform((row, context) => {
    const prompt = row.messages?.findLast(({ role }) => role === 'user')?.content ?? row.prompt;
    if (prompt === undefined) {
      context.addIssue({ code: 'custom', message: 'there is neither a user turn nor a prompt' });
      return z.NEVER;
    }
    const id = String(row.task_id ?? row.id ?? '');
    const named = cweNumbersIn(`${row.cwe_id ?? ''} ${row.cwe ?? ''} ${id}`);
    return { id, prompt, ...(named[0] === undefined ? {} : { cwe: named[0] }) };
  });

export function readXsCode(path: string): Rows<z.infer<typeof xsCodeRow>> {
  return readJsonLines(path, {
    name: 'XSCode',
    expected: 'JSON lines of { task_id, messages } or { id, prompt, cwe }',
    schema: xsCodeRow,
  });
}
