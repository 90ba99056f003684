/** Keys from the environment, and their removal from whatever a server says. */
import { ConfigError } from '../errors.ts';
import type { ChatReply } from './chat-model.ts';
import type { EndpointConfig } from './config.ts';

/** Shorter values (`EMPTY`, `ollama`) are placeholders that local servers want, and words that texts contain. */
const SHORTEST_SECRET = 8;

export class Secrets {
  readonly apiKey: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly #values: readonly string[];

  /** @throws ConfigError when a variable is not set or its value cannot be sent. */
  constructor(config: EndpointConfig, environment: NodeJS.ProcessEnv, role: string) {
    const read = (variable: string): string => {
      const value = environment[variable]?.trim() ?? '';
      const fault = value === '' ? 'is not set' : /^[\x20-\x7e]+$/.test(value) ? undefined : 'holds no key';
      if (fault === undefined) return value;
      throw new ConfigError(`${role}: the environment variable ${variable} ${fault}`, {
        hint: `export ${variable}=... with the key of ${config.baseUrl}`,
      });
    };
    this.apiKey = config.apiKeyEnv === undefined ? undefined : read(config.apiKeyEnv);
    this.headers = Object.fromEntries(
      Object.entries(config.headerEnv).map(([header, variable]) => [header, read(variable)]),
    );
    this.#values = [this.apiKey ?? '', ...Object.values(this.headers)].filter(
      (value) => value.length >= SHORTEST_SECRET,
    );
  }

  redact(text: string): string {
    return this.#values.reduce((clean, secret) => clean.replaceAll(secret, '[key]'), text);
  }

  /** A server may echo what it was sent; replies are cached and saved. */
  redactReply(reply: ChatReply): ChatReply {
    if (this.#values.length === 0) return reply;
    const { text, reasoning } = reply;
    return {
      ...reply,
      text: this.redact(text),
      ...(reasoning === undefined ? {} : { reasoning: this.redact(reasoning) }),
    };
  }
}
