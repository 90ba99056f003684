/** What `purpcode reward` and the reward service read and write (DESIGN "CLI"). */
import * as z from 'zod';
import { contentKey } from '../content-key.ts';
import { messageSchema, testsSchema } from '../datasets/generic-jsonl.ts';
import { ConfigError } from '../errors.ts';
import type { Item } from './oracle.ts';
import type { Reward } from './reward.ts';
import { ORACLE_NAMES, SOURCE_OF } from './task.ts';

const strings = z.array(z.string());

/** One response with what is needed to reward it. */
export const rewardLine = z.strictObject({
  /** Given back unchanged. */
  id: z.union([z.string(), z.number()]),
  /** What the response is checked for; the format is always checked. */
  oracle: z.union(
    [z.enum(ORACLE_NAMES), z.array(z.enum(ORACLE_NAMES)).min(1)],
    `expected one or a list of ${ORACLE_NAMES.join(', ')}`,
  ),
  /** The user turn, or the whole conversation before the response. */
  prompt: z.union([z.string(), z.array(messageSchema).min(1)], 'expected a string or a list of messages'),
  /** The raw completion, with its `## Analysis` and `## Answer`. */
  response: z.string(),
  tests: testsSchema.optional(),
  /** Tests that attack the code, for the oracle `security-tests`. */
  securityTests: testsSchema.optional(),
  /** The function that the code has to define: code without it earns 0. */
  signature: z.strictObject({ name: z.string(), params: strings }).optional(),
  /** Letters of a multiple-choice question and the right one, for the oracle `exact-answer`. */
  choice: z.strictObject({ letters: strings.min(2), correct: z.string() }).optional(),
  /** For `--judge rules`: the intent of the prompt, and words that an appropriate answer has. */
  judge: z.strictObject({ harmful: z.boolean(), relevant: z.array(strings) }).optional(),
});

export interface RewardItem {
  readonly id: string | number;
  readonly item: Item;
}

/**
 * Reads JSONL; blank lines are skipped.
 * @param name the file's name, for errors.
 * @throws ConfigError naming file, line and field of the first bad line.
 */
export function parseRewardItems(text: string, name: string): RewardItem[] {
  return text
    .replace(/^\ufeff/, '')
    .split('\n')
    .flatMap((raw, index) => (raw.trim() === '' ? [] : [parseLine(raw, `${name}:${index + 1}`)]));
}

function parseLine(raw: string, place: string): RewardItem {
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch (error) {
    throw new ConfigError(`${place}: not JSON`, { cause: error, hint: 'one JSON object a line' });
  }
  return readRewardItem(value, place);
}

/** @param place names the item in errors. @throws ConfigError naming the field. */
export function readRewardItem(value: unknown, place: string): RewardItem {
  const parsed = rewardLine.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const field = issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
    throw new ConfigError(`${place}: ${field}${issue.message}`, {
      hint: 'a line is { id, oracle, prompt, response, tests?, securityTests?, signature?, choice?, judge? }',
    });
  }
  return toItem(parsed.data);
}

function toItem({ id, oracle, prompt, response, ...rest }: z.infer<typeof rewardLine>): RewardItem {
  const oracles = typeof oracle === 'string' ? [oracle] : [...new Set(oracle)];
  const messages = typeof prompt === 'string' ? [{ role: 'user' as const, content: prompt }] : prompt;
  const task = {
    id: contentKey([messages, oracles, rest]),
    source: SOURCE_OF[oracles[0]!],
    messages,
    oracles,
    family: 'given',
    cwes: [],
    rules: [],
    ...(rest.tests === undefined ? {} : { tests: rest.tests }),
    ...(rest.securityTests === undefined ? {} : { securityTests: rest.securityTests }),
    ...(rest.signature === undefined ? {} : { signature: rest.signature }),
    ...(rest.choice === undefined ? {} : { choice: rest.choice }),
    ...(rest.judge === undefined ? {} : { judge: rest.judge }),
    provenance: {},
  };
  return { id, item: { task, response } };
}

/** What is written of a reward. `cause` stands only where the verdict is undecided. */
export const rewardRow = z.strictObject({
  id: z.union([z.string(), z.number()]),
  reward: z.number().nullable(),
  /** The reward of each oracle by itself, for multi-objective advantages. */
  objectives: z.record(z.string(), z.number().nullable()),
  verdicts: z.array(
    z.strictObject({
      oracle: z.string(),
      kind: z.enum(['pass', 'fail', 'undecided']),
      evidence: z.array(
        z.strictObject({
          message: z.string(),
          rule: z.string(),
          cwes: z.array(z.int()).readonly().optional(),
          severity: z.enum(['low', 'medium', 'high', 'critical']).optional(),
          line: z.int().optional(),
        }),
      ),
      cause: z.string().optional(),
    }),
  ),
});

export function toRewardRow(
  id: string | number,
  { reward, objectives, verdicts }: Reward,
): z.infer<typeof rewardRow> {
  return {
    id,
    reward,
    objectives: { ...objectives },
    verdicts: verdicts.map(({ oracle, verdict }) => ({
      oracle,
      kind: verdict.kind,
      evidence: verdict.kind === 'fail' ? [...verdict.evidence] : [],
      ...(verdict.kind === 'undecided' ? { cause: verdict.cause } : {}),
    })),
  };
}
