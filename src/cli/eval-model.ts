/** The model that `purpcode eval` evaluates: an endpoint, a GGUF file, a checkpoint folder, or a file of completions. */
import { createHash } from 'node:crypto';
import { createReadStream, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { createEmbeddedEngine } from '../engines/embedded/engine.ts';
import { ConfigError } from '../errors.ts';
import type { Decoding } from '../evals/model-evaluation/conversation.ts';
import { modelResponder, type Responder, withCache } from '../evals/model-evaluation/responder.ts';
import type { Evaluation } from '../evals/results.ts';
import type { ChatModel, ChatRequest } from '../models/chat-model.ts';
import {
  type Budget,
  type ChatModelConfig,
  chatModelSchema,
  modelsSchema,
  type Prices,
  parseSettings,
  withoutKeys,
} from '../models/config.ts';
import { checkChatModel, createChatModel, modelTitle } from '../models/create-chat-model.ts';
import type { Ledger } from '../models/ledger.ts';
import type { ReplyCache } from '../models/reply-cache.ts';
import { fromSampler } from '../models/sampler-model.ts';
import { readSettings } from '../recipe/settings.ts';
import { exists } from '../runs/files.ts';

export interface ModelOptions {
  readonly model?: string;
  readonly baseUrl?: string;
  readonly apiKeyEnv?: string;
  readonly models?: string;
  readonly responses?: string;
  readonly concurrency?: number;
  readonly budget?: number;
}

/** Which model it is; nothing is opened yet. */
export type ModelChoice =
  | { readonly kind: 'endpoint' | 'gguf'; readonly name: string; readonly config: ChatModelConfig }
  | { readonly kind: 'checkpoint'; readonly name: string; readonly folder: string }
  | { readonly kind: 'responses'; readonly name: string; readonly file: string };

export interface ChosenModels {
  readonly policy: ModelChoice;
  /** Of a file of model roles: judges where the oracles' settings name none. */
  readonly judge: ChatModelConfig | undefined;
  /** Of the same file: who attacks, where somebody does. */
  readonly attacker: ChatModelConfig | undefined;
  readonly budget: Budget;
}

/**
 * @param role that the model plays in a file of roles; a file without a target has its policy attacked.
 * @throws ConfigError unless the options name one model.
 */
export async function chooseModels(
  options: ModelOptions,
  role: 'policy' | 'target' = 'policy',
): Promise<ChosenModels> {
  const written = options.models === undefined ? {} : readSettings(options.models);
  // The roles themselves, or a part of a larger file.
  const roles = parseSettings(modelsSchema, written.models ?? written, options.models ?? 'models');
  const budget = options.budget === undefined ? roles.budget : { ...roles.budget, usd: options.budget };
  const { judge, attacker } = roles;
  return { policy: await choosePolicy(options, roles[role] ?? roles.policy), judge, attacker, budget };
}

async function choosePolicy(options: ModelOptions, role: ChatModelConfig | undefined): Promise<ModelChoice> {
  const { model, baseUrl, responses } = options;
  if (responses !== undefined) {
    if (baseUrl !== undefined) throw new ConfigError('--responses and --base-url exclude each other');
    return { kind: 'responses', name: model ?? basename(responses).replace(/\.jsonl$/, ''), file: responses };
  }
  if (baseUrl !== undefined) {
    if (model === undefined) throw new ConfigError('--base-url needs --model, the id of the model there');
    return roleChoice(options, { baseUrl, model });
  }
  if (model?.endsWith('.gguf')) return roleChoice(options, { provider: 'gguf', path: model });
  if (model !== undefined && (role === undefined || isFolder(model))) return checkpointChoice(model);
  if (role === undefined) {
    throw new ConfigError('which model? there is no --model, no --models with a policy and no --responses', {
      hint: 'an endpoint: --base-url URL --model ID; a GGUF file or a checkpoint folder: --model PATH; docs/guides/evaluate.md',
    });
  }
  return roleChoice(options, model === undefined ? role : { ...role, model });
}

function roleChoice({ apiKeyEnv, concurrency }: ModelOptions, settings: object): ModelChoice {
  const role = { ...settings, ...(apiKeyEnv && { apiKeyEnv }), ...(concurrency && { concurrency }) };
  const config = parseSettings(chatModelSchema, role, 'model');
  return { kind: config.provider === 'gguf' ? 'gguf' : 'endpoint', name: modelTitle(config), config };
}

function isFolder(path: string): boolean {
  return exists(join(path, 'config.json')) || exists(join(path, 'checkpoints'));
}

/** @throws ConfigError where there is no checkpoint. */
async function checkpointChoice(folder: string): Promise<ModelChoice> {
  if (exists(join(folder, 'config.json')) && exists(join(folder, 'tokenizer.json'))) {
    const name = `${basename(resolve(folder))}@${await fingerprint(folder)}`;
    return { kind: 'checkpoint', name, folder };
  }
  const checkpoints = join(folder, 'checkpoints');
  if (exists(checkpoints)) {
    const names = readdirSync(checkpoints).map((name) => join(checkpoints, name));
    throw new ConfigError(`${folder} is a run with several checkpoints`, {
      hint: `name one of them: --model ${names.join(', --model ')}`,
    });
  }
  throw new ConfigError(`${folder} is no checkpoint folder, and there is no --base-url`, {
    hint: 'a checkpoint has config.json, tokenizer.json and model.safetensors; a model at an endpoint needs --base-url',
  });
}

/** Of the weights: two checkpoints of one name are two models. */
async function fingerprint(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const files = readdirSync(folder).filter((name) =>
    /\.safetensors$|^config\.json$|^tokenizer\.json$/.test(name),
  );
  for (const name of files.sort()) {
    for await (const chunk of createReadStream(join(folder, name))) hash.update(chunk as Buffer);
  }
  return hash.digest('hex').slice(0, 12);
}

export interface OpenModel {
  readonly model: ChatModel;
  /** Calls that it takes at once. */
  readonly concurrency: number;
  readonly responder: Responder;
  readonly prices: Prices | undefined;
  isKnown(request: ChatRequest): boolean;
  close(): Promise<void>;
}

/** To be opened for an estimate: it is not asked, so no key is needed. */
export function unasked<C extends ModelChoice>(choice: C): C {
  return 'config' in choice ? { ...choice, config: withoutKeys(choice.config) } : choice;
}

/** Opens the model to be asked. @throws ConfigError when a key is missing, ModelError when a budget meets no prices. */
export async function openModel(
  choice: Exclude<ModelChoice, { kind: 'responses' }>,
  generation: { readonly decoding: Decoding; readonly samples: number },
  {
    role = 'policy',
    ...shared
  }: { readonly ledger: Ledger; readonly cache: ReplyCache; readonly role?: string },
): Promise<OpenModel> {
  if (choice.kind !== 'checkpoint') {
    const { concurrency, prices } = choice.config;
    const model = createChatModel(choice.config, { ...shared, role });
    return {
      model,
      concurrency,
      responder: modelResponder(model, { ...generation, concurrency }),
      prices,
      isKnown: (request) => model.isKnown(request),
      close: async () => model.close(),
    };
  }
  const engine = await createEmbeddedEngine({ tokenizerFolder: choice.folder });
  try {
    const sampler = await engine.createSamplingClient(choice.folder);
    const { maxContext } = engine.capabilities;
    const model = withCache(
      fromSampler(sampler, engine.tokenizer, { name: choice.name, maxContext, maxBatch: SAMPLER_BATCH }),
      shared.cache,
      shared.ledger.role(role, FREE),
    );
    return {
      model,
      concurrency: SAMPLER_BATCH,
      responder: modelResponder(model, { ...generation, concurrency: SAMPLER_BATCH }),
      prices: FREE,
      isKnown: (request) => model.isKnown(request),
      close: () => engine.close(),
    };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

const SAMPLER_BATCH = 64;
/** What is sampled on this machine. */
const FREE: Prices = { input: 0, output: 0 };

/** Before anything is paid: everyone who will be asked is there. @throws ModelError */
export async function checkEndpoints(policy: ModelChoice, judges: readonly ChatModelConfig[]): Promise<void> {
  const asked = 'config' in policy ? [{ config: policy.config, role: 'model' }] : [];
  asked.push(...judges.map((config) => ({ config, role: 'judge' })));
  await Promise.all(asked.map(({ config, role }) => checkChatModel(config, role)));
}

export function aboutModel({ name, kind }: ModelChoice): Evaluation['model'] {
  return { name, kind };
}
