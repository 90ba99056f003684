/**
 * Settings of the model roles: one strict schema, a misspelt key is an error that names it. Nothing here is secret:
 * the resolved settings are saved with the run, so keys and secret headers are named by environment variable only.
 */
import { z } from 'zod';
import { ConfigError } from '../errors.ts';

/** DESIGN "Models: roles". */
export const ROLES = ['policy', 'synthesizer', 'attacker', 'target', 'judge', 'classifier'] as const;
export type Role = (typeof ROLES)[number];

const positive = z.int().min(1);
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected the name of an environment variable');
const SECRET_HEADER = /authorization|cookie|token|secret|api-?key/i;

const baseUrl = z.string().superRefine((text, context) => {
  const fault = urlFault(text);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

const headers = z.record(z.string(), z.string()).superRefine((record, context) => {
  for (const name of Object.keys(record).filter((header) => SECRET_HEADER.test(header))) {
    context.addIssue({ code: 'custom', message: `${name} may be a secret: name its variable in headerEnv` });
  }
});

const prices = z.strictObject({
  /** US dollars per million input tokens. */
  input: z.number().min(0),
  /** US dollars per million output tokens, reasoning included. */
  output: z.number().min(0),
});

/**
 * In a leading `<think>` block (`leading`), before the first `</think>` because the chat template opens the block
 * (`template`), or nowhere.
 */
const reasoningTags = z.enum(['leading', 'template', 'none']);

export const endpointSchema = z.strictObject({
  /** The protocol spoken: chat completions as vLLM, SGLang, Ollama, llama.cpp and the hosted vendors serve them. */
  provider: z.literal('openai-compatible').optional().default('openai-compatible'),
  /** Up to and without `/chat/completions`, e.g. `http://127.0.0.1:8000/v1`. */
  baseUrl,
  /** The model's id at the endpoint. */
  model: z.string().min(1),
  /**
   * Name in provenance and cache keys; `model@host/path` unless given. Give one when the address of a server changes
   * between runs and its answers are to be found again.
   */
  name: z.string().min(1).optional(),
  /** Environment variable with the API key, sent as `Authorization: Bearer`. Unset: no key is sent. */
  apiKeyEnv: variable.optional(),
  /** Headers sent with each request; never secrets. */
  headers: headers.default({}),
  /** Header to environment variable, for endpoints that want a key elsewhere, e.g. `{ "api-key": "AZURE_KEY" }`. */
  headerEnv: z.record(z.string(), variable).default({}),
  /** Requests in flight at once. */
  concurrency: positive.default(16),
  /** Requests begun in any 60 s, retries included; unset: no limit. */
  requestsPerMinute: positive.optional(),
  /** Tokens in any 60 s: input estimated, output at its limit until the reply is there; unset: no limit. */
  tokensPerMinute: positive.optional(),
  /** Time limit of one attempt, connection and whole answer, seconds. */
  timeoutSeconds: z.number().positive().max(86_400).default(600),
  /** Attempts after the first on 408, 409, 429, 5xx, resets, timeouts and damaged answers. */
  retries: z.int().min(0).max(100).default(6),
  /** The wait before retry i is drawn from 0 to backoffSeconds x 2^i, at most 60 s, unless the server says how long. */
  backoffSeconds: z.number().positive().default(0.5),
  /** A server that asks to wait longer than this is given up on, seconds. */
  maxWaitSeconds: z.number().positive().default(300),
  /** Unset: the money that the role costs is unknown, and a budget in money refuses it. 0 and 0 for one's own machine. */
  prices: prices.optional(),
  /** Sent instead of the temperature that the caller asks for; null: none is sent (some reasoning models refuse it). */
  temperature: z.number().min(0).nullable().optional(),
  /** Whether the caller's seed is sent; off for servers that refuse the field. */
  sendSeed: z.boolean().default(true),
  /** Name of the field with the completion's limit; OpenAI's reasoning models want `max_completion_tokens`. */
  maxTokensField: z.enum(['max_tokens', 'max_completion_tokens']).default('max_tokens'),
  /**
   * How an answer's JSON Schema is enforced. `auto` asks for `json_schema` and, where the server refuses that, for
   * `json_object`, then for nothing but the schema in words (`instructions`); decisions/0012.
   */
  structuredOutput: z.enum(['auto', 'json_schema', 'json_object', 'instructions']).default('auto'),
  /** Where reasoning may stand in the text, apart from a `reasoning_content` field. */
  reasoningTags: reasoningTags.default('leading'),
  /** More fields of the request's body, e.g. `{ "reasoning_effort": "low" }`; part of the cache key. */
  body: z.record(z.string(), z.json()).default({}),
});

export const ggufSchema = z.strictObject({
  /** A model in this process, through the optional package node-llama-cpp. */
  provider: z.literal('gguf'),
  /** The GGUF file with its weights and chat template; of a file in parts, the first. */
  path: z.string().min(1),
  /** Name in provenance and cache keys; the file's name and a fingerprint of its content unless given. */
  name: z.string().min(1).optional(),
  /** Tokens of a conversation and its completion together; what the model was trained on, at most 8,192, unless given. */
  contextSize: positive.min(128).optional(),
  /**
   * Conversations decoded together. More are faster, and with more than one an answer can differ in its last digits
   * from run to run (decisions/0018); each has a context in memory of its own.
   */
  concurrency: positive.max(256).default(1),
  /** CPU threads; as many as the machine has cores unless given. */
  threads: positive.optional(),
  /** Where it computes. `auto`: the best that the installed package has a ready program for. */
  gpu: z.enum(['auto', 'cuda', 'vulkan', 'metal', 'none']).default('auto'),
  /** Of sampling, where the caller gives no seed. */
  seed: z.int().min(0).default(1),
  /** Where reasoning may stand in the text, as at an endpoint; what the chat format marks as such is told apart anyway. */
  reasoningTags: reasoningTags.default('leading'),
  /** US dollars per million tokens: nothing on one's own machine. */
  prices: prices.prefault({ input: 0, output: 0 }),
});

export type GgufSettings = z.input<typeof ggufSchema>;
export type GgufConfig = z.output<typeof ggufSchema>;

/** A model that can play a role: at an endpoint unless `provider` says otherwise. */
export const chatModelSchema = z.discriminatedUnion('provider', [endpointSchema, ggufSchema], {
  error: 'expected openai-compatible (the default) or gguf',
});

export type ChatModelConfig = z.output<typeof chatModelSchema>;

/** The same model for an estimate, which asks nobody: whether the variables of its keys are set does not matter. */
export function withoutKeys(config: ChatModelConfig): ChatModelConfig {
  if (config.provider === 'gguf') return config;
  const { apiKeyEnv: _key, ...rest } = config;
  return { ...rest, headerEnv: {} };
}

/** Settings of one endpoint as a user writes them. */
export type EndpointSettings = z.input<typeof endpointSchema>;
/** With defaults filled in. */
export type EndpointConfig = z.output<typeof endpointSchema>;

const role = chatModelSchema.optional();

export const modelsSchema = z.strictObject({
  policy: role,
  synthesizer: role,
  attacker: role,
  target: role,
  judge: role,
  classifier: role,
  /** All roles together; a call that could exceed it is not made. */
  budget: z
    .strictObject({
      /** US dollars. */
      usd: z.number().min(0).optional(),
      /** Input and output tokens. */
      tokens: z.int().min(0).optional(),
    })
    .prefault({}),
  /** Of the retries' jitter. */
  seed: z.int().min(0).default(1),
});

export type ModelsSettings = z.input<typeof modelsSchema>;
export type ModelsConfig = z.output<typeof modelsSchema>;
export type Prices = z.output<typeof prices>;
export type Budget = ModelsConfig['budget'];

/** @throws ConfigError naming every wrong key. */
export function parseSettings<S extends z.ZodType>(schema: S, value: unknown, where: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(
    ({ path, message }) => `${[where, ...path].map(String).join('.')}: ${message}`,
  );
  throw new ConfigError(faults.join('; '), {
    hint: 'docs/guides/models.md lists the settings of a model role',
  });
}

function urlFault(text: string): string | undefined {
  if (!URL.canParse(text)) return 'expected a URL such as http://127.0.0.1:8000/v1';
  const url = new URL(text);
  if (!['http:', 'https:'].includes(url.protocol)) return 'expected http or https';
  if (url.username !== '' || url.password !== '') return 'no user or password in the URL: use apiKeyEnv';
  if (url.search !== '' || url.hash !== '') return 'no ? or # in the URL: it is saved with the run';
  if (/\/(chat\/)?completions\/*$/.test(url.pathname)) return 'leave out /chat/completions';
  return undefined;
}
