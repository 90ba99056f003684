/** LLM judges from settings: the models behind a judge or a panel, over one ledger and one cache. */
import * as z from 'zod';
import { chatModelSchema } from '../../models/config.ts';
import { createChatModel } from '../../models/create-chat-model.ts';
import type { EndpointShared } from '../../models/endpoint.ts';
import {
  createLlmJudge,
  DEFAULT_MAX_CHARACTERS,
  DEFAULT_MAX_TOKENS,
  DEFAULT_RETRIES,
  type LlmJudge,
  type LlmJudgeOptions,
} from './llm-judge.ts';

const positive = z.int().min(1);

export const judgeSchema = z.strictObject({
  /** One judge, or several that decide by majority. */
  models: z.array(chatModelSchema).min(1),
  /** Further tries after a malformed answer. */
  retries: z.int().min(0).max(20).default(DEFAULT_RETRIES),
  /** Limit of a judge's answer, tokens; a reasoning model's thoughts count. */
  maxTokens: positive.default(DEFAULT_MAX_TOKENS),
  /** Transcripts that are longer, with their escapes, are undecided. */
  maxCharacters: positive.default(DEFAULT_MAX_CHARACTERS),
  /** Of the requests, where a server takes one. */
  seed: z.int().min(0).default(0),
});

export type JudgeConfig = z.output<typeof judgeSchema>;

export interface OpenJudge extends LlmJudge {
  /** Of the models, as they stand in votes. */
  readonly names: readonly string[];
  /** Closes the connections of all models. */
  close(): void;
}

/**
 * @param shared ledger and cache of the run; the models play the role `judge`
 * @throws ConfigError when the variable of a key is not set. @throws ModelError when a budget in money meets a model
 *   without prices.
 */
export function openLlmJudge(
  { models: configs, ...settings }: JudgeConfig,
  shared: Omit<EndpointShared, 'role'> & Pick<LlmJudgeOptions, 'secret' | 'allVotes' | 'retryMalformed'> = {},
): OpenJudge {
  const { secret, allVotes, retryMalformed, ...rest } = shared;
  const models = configs.map((config) => createChatModel(config, { ...rest, role: 'judge' }));
  const judge = createLlmJudge({
    ...settings,
    models,
    ...(secret === undefined ? {} : { secret }),
    ...(allVotes === undefined ? {} : { allVotes }),
    ...(retryMalformed === undefined ? {} : { retryMalformed }),
  });
  return {
    ...judge,
    names: models.map(({ name }) => name),
    close: () => {
      for (const model of models) model.close();
    },
  };
}
