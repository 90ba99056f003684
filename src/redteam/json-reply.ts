/** Replies of a model that are one JSON value of a known form. */
import type { z } from 'zod';
import type { ReadReply } from './generation.ts';

/** Nothing but the value counts, save for a code fence around it: servers that enforce no schema tend to add one. */
export function readJsonReply<T>(text: string, schema: z.ZodType<T>): ReadReply<T> {
  const trimmed = text.trim();
  const json = /^```(?:json)?\s*\n(.*)\n```$/s.exec(trimmed)?.[1] ?? trimmed;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { kind: 'malformed', reason: 'the reply is not JSON' };
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { kind: 'made', value: parsed.data };
  const issue = parsed.error.issues[0]!;
  const field = issue.path.length === 0 ? 'the reply' : issue.path.join('.');
  return { kind: 'malformed', reason: `${field}: ${issue.message}` };
}
