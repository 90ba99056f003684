/** A model behind an OpenAI-compatible endpoint. */
import { contentKey } from '../content-key.ts';
import { ModelError } from '../errors.ts';
import { Random } from '../random.ts';
import { type Attempted, type Endpoint, openEndpoint } from './attempt.ts';
import type { ChatReply, ChatRequest, OpenedModel } from './chat-model.ts';
import { type EndpointConfig, type EndpointSettings, endpointSchema, parseSettings } from './config.ts';
import { Gate } from './gate.ts';
import { AttemptFailure } from './http-transport.ts';
import { Ledger } from './ledger.ts';
import type { ReplyCache } from './reply-cache.ts';
import { jitteredSeconds, serverDelaySeconds } from './retry.ts';
import { Secrets } from './secrets.ts';
import { type Enforcement, firstEnforcement, weakerEnforcement } from './structured-output.ts';
import { maxInputTokens } from './tokens.ts';

/** What the models of a run share. */
export interface EndpointShared {
  /** Name in messages and in the ledger: the role that the model plays. */
  readonly role?: string;
  readonly ledger?: Ledger;
  /** Without it every request is paid for. */
  readonly cache?: ReplyCache;
  /** Where keys are looked up; `process.env` unless given. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Of the retries' jitter. */
  readonly seed?: number;
  /** Is told once when a server does not enforce the schemas of its answers; a process warning unless given. */
  readonly warn?: (message: string) => void;
}

/**
 * @throws ConfigError when a setting is wrong or the variable of a key is not set.
 * @throws ModelError when the ledger has a budget in money and the settings no prices.
 */
export function createEndpointModel(settings: EndpointSettings, shared: EndpointShared = {}): OpenedModel {
  const role = shared.role ?? 'model';
  const config = parseSettings(endpointSchema, settings, role);
  const environment = shared.environment ?? process.env;
  const secrets = new Secrets(config, environment, role);
  const endpoint = openEndpoint(config, secrets, environment);
  const name = config.name ?? endpointName(config);
  const ledger = (shared.ledger ?? new Ledger()).role(role, config.prices);
  const client = new Client({ ...shared, role, config, secrets, name, ledger }, endpoint);
  const { temperature, body } = config;
  const about = (request: ChatRequest) => ({ model: name, request, settings: { temperature, body } });
  return {
    name,
    isKnown: (request) => shared.cache?.has(about(request)) ?? false,
    complete: async (request, options = {}) => {
      const ask = (signal: AbortSignal): Promise<ChatReply> => client.complete(request, signal);
      if (shared.cache === undefined) return ask(options.signal ?? new AbortController().signal);
      const { reply, from } = await shared.cache.find(about(request), ask, options.signal);
      if (from === 'cache') ledger.hit();
      return reply;
    },
    close: () => endpoint.close(),
  };
}

interface ClientParts {
  readonly role: string;
  readonly config: EndpointConfig;
  readonly secrets: Secrets;
  readonly name: string;
  readonly ledger: ReturnType<Ledger['role']>;
  readonly seed?: number;
  readonly warn?: (message: string) => void;
}

/** Turns, retries and accounts around attempts. */
class Client {
  readonly #parts: ClientParts;
  readonly #endpoint: Endpoint;
  readonly #gate: Gate;
  #enforcement: Enforcement;

  constructor(parts: ClientParts, endpoint: Endpoint) {
    this.#parts = parts;
    this.#endpoint = endpoint;
    this.#gate = new Gate(parts.config);
    this.#enforcement = firstEnforcement(parts.config.structuredOutput);
  }

  complete(request: ChatRequest, signal: AbortSignal): Promise<ChatReply> {
    return this.#gate.run(signal, () => this.#retrying(request, signal));
  }

  async #retrying(request: ChatRequest, signal: AbortSignal): Promise<ChatReply> {
    const { config, ledger, seed } = this.#parts;
    for (let retry = 0; ; retry++) {
      try {
        return await this.#enforced(request, signal);
      } catch (error) {
        if (!(error instanceof AttemptFailure)) throw error;
        if (!error.retryable || retry === config.retries) throw this.#error(error, retry);
        const asked = serverDelaySeconds(error.headers, Date.now()) ?? 0;
        if (asked > config.maxWaitSeconds) throw this.#error(error, retry, asked);
        ledger.retry();
        // A limit is the role's, not the request's: the others in flight wait with it.
        this.#gate.pause(asked);
        const random = new Random(seed ?? 1, 'model-retry', contentKey(request), retry);
        await this.#gate.wait(asked + jitteredSeconds(retry, config.backoffSeconds, random), signal);
      }
    }
  }

  /** One attempt, or several where the server refuses the way in which a schema is asked for. */
  async #enforced(request: ChatRequest, signal: AbortSignal): Promise<ChatReply> {
    let enforcement = this.#enforcement;
    for (;;) {
      try {
        const reply = await this.#paid(request, enforcement, signal);
        if (request.schema !== undefined) this.#keep(enforcement);
        return reply;
      } catch (error) {
        if (!(error instanceof AttemptFailure) || request.schema === undefined) throw error;
        const weaker = weakerEnforcement(enforcement, error, this.#parts.config.structuredOutput);
        if (weaker === undefined) throw error;
        enforcement = weaker;
      }
    }
  }

  /** One attempt within the rates and the budget, and its account. */
  async #paid(request: ChatRequest, enforcement: Enforcement, signal: AbortSignal): Promise<ChatReply> {
    const bound = { input: maxInputTokens(request), output: request.maxTokens };
    const tokens = Math.ceil(bound.input / 4) + bound.output;
    await this.#gate.turn(tokens, signal);
    const hold = await this.#parts.ledger.reserve(bound, signal);
    try {
      const { reply, estimated } = await this.#timed(request, enforcement, signal);
      hold.settle(reply.usage, {
        estimated,
        unenforced: request.schema !== undefined && enforcement !== 'json_schema',
      });
      this.#gate.giveBack(tokens - reply.usage.input - reply.usage.output);
      return this.#parts.secrets.redactReply(reply);
    } catch (error) {
      if (signal.aborted || (error instanceof AttemptFailure && error.maybeBilled)) hold.lost();
      else hold.release();
      throw error;
    }
  }

  #keep(enforcement: Enforcement): void {
    if (this.#enforcement === enforcement) return;
    this.#enforcement = enforcement;
    const warn = this.#parts.warn ?? ((message: string) => process.emitWarning(message));
    warn(
      `${this.#where()} refuses response_format json_schema: its schemas are asked for by ${enforcement} and not enforced`,
    );
  }

  async #timed(request: ChatRequest, enforcement: Enforcement, signal: AbortSignal): Promise<Attempted> {
    const { timeoutSeconds } = this.#parts.config;
    const controller = new AbortController();
    const abort = (): void => controller.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    const expire = (): void => {
      const reason = `gave no answer in ${timeoutSeconds} s`;
      controller.abort(new AttemptFailure(reason, { retryable: true, maybeBilled: true }));
    };
    const timer = setTimeout(expire, timeoutSeconds * 1000);
    try {
      return await this.#endpoint.attempt(request, enforcement, controller.signal);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    }
  }

  #where(): string {
    const { role, config } = this.#parts;
    return `${role} (${config.model} at ${config.baseUrl})`;
  }

  #error(failure: AttemptFailure, retries: number, asked?: number): ModelError {
    const { secrets, config } = this.#parts;
    const said = excerpt(secrets.redact(errorMessage(failure.body) ?? failure.body));
    const wait = asked === undefined ? '' : ` and asks to wait ${Math.ceil(asked)} s`;
    const tries = retries === 0 ? '' : ` (after ${retries + 1} attempts)`;
    const message = secrets.redact(`${this.#where()} ${failure.message}${wait}${tries}`);
    return new ModelError(said === '' ? message : `${message}: ${said}`, {
      failure: REFUSED.has(failure.status ?? 0) ? 'request' : 'endpoint',
      hint: hintFor(failure, config, asked),
    });
  }
}

/** `model@host/path`. */
function endpointName({ baseUrl, model }: EndpointConfig): string {
  const { host, pathname } = new URL(baseUrl);
  return `${model}@${host}${pathname.replace(/\/+$/, '')}`;
}

const EXCERPT = 300;

/** On one line without control characters. */
function excerpt(text: string): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length > EXCERPT ? `${line.slice(0, EXCERPT)}…` : line;
}

/** `error.message` as OpenAI writes it, `error` or `message` or `detail` as others do. */
function errorMessage(body: string): string | undefined {
  try {
    const parsed = JSON.parse(body) as Record<string, unknown>;
    const inner = parsed.error ?? parsed;
    if (typeof inner === 'string') return inner;
    const { message, detail } = inner as Record<string, unknown>;
    return typeof message === 'string' ? message : typeof detail === 'string' ? detail : undefined;
  } catch {
    return undefined;
  }
}

/** HTTP status of a server that takes exception to this request, and may take others. */
const REFUSED: ReadonlySet<number> = new Set([400, 413, 422]);

function hintFor(failure: AttemptFailure, config: EndpointConfig, asked: number | undefined): string {
  const again = 'then run the same command again: finished calls are kept';
  const { status } = failure;
  if (asked !== undefined) return `wait, or raise maxWaitSeconds, ${again}`;
  if (status === 401 || status === 403) {
    return config.apiKeyEnv === undefined
      ? 'the endpoint wants a key: name its environment variable in apiKeyEnv'
      : `check the key in ${config.apiKeyEnv}`;
  }
  if (status === 404 || (status !== undefined && status >= 300 && status < 400)) {
    return 'check baseUrl (it mostly ends in /v1) and model';
  }
  if (status === 429)
    return `lower concurrency or set requestsPerMinute, or look at your account's credit, ${again}`;
  if (status !== undefined && REFUSED.has(status)) {
    return 'the server refuses the request: see sendSeed, temperature, maxTokensField and structuredOutput in docs/guides/models.md, and the context length of the model';
  }
  if (status === undefined)
    return `check that the server runs at ${config.baseUrl}, or raise timeoutSeconds, ${again}`;
  if (status < 300) return 'check that baseUrl is that of an OpenAI-compatible API';
  return `look at the server's log, ${again}`;
}
