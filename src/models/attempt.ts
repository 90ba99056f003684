/**
 * One attempt at a completion: the AI SDK's OpenAI-compatible provider writes the request and reads the answer, our
 * transport carries both (decisions/0012).
 */
import { OpenAICompatibleChatLanguageModel } from '@ai-sdk/openai-compatible';
import type { Message } from '../transcripts/message.ts';
import type { ChatReply, ChatRequest } from './chat-model.ts';
import type { EndpointConfig } from './config.ts';
import { AttemptFailure, createTransport } from './http-transport.ts';
import { splitReasoning } from './reasoning.ts';
import { type Enforcement, messagesFor } from './structured-output.ts';
import { estimateInputTokens, estimateTokens } from './tokens.ts';

export interface Attempted {
  readonly reply: ChatReply;
  /** The server reported no usage. */
  readonly estimated: boolean;
}

export interface Endpoint {
  /** @throws AttemptFailure, or the signal's reason when aborted. */
  attempt(request: ChatRequest, enforcement: Enforcement, signal: AbortSignal): Promise<Attempted>;
  close(): void;
}

type SdkOptions = Parameters<OpenAICompatibleChatLanguageModel['prepareRequest']>[0];
type SdkResult = Awaited<ReturnType<OpenAICompatibleChatLanguageModel['convertResponse']>>;

/** @param secrets.headers with the keys in them. */
export function openEndpoint(
  config: EndpointConfig,
  secrets: { readonly apiKey: string | undefined; readonly headers: Readonly<Record<string, string>> },
  environment: NodeJS.ProcessEnv,
): Endpoint {
  const url = new URL(`${config.baseUrl.replace(/\/+$/, '')}/chat/completions`);
  const transport = createTransport(url, { connections: config.concurrency, environment });
  const headers = {
    ...(secrets.apiKey === undefined ? {} : { authorization: `Bearer ${secrets.apiKey}` }),
    ...config.headers,
    ...secrets.headers,
  };
  const model = new OpenAICompatibleChatLanguageModel(config.model, {
    provider: 'endpoint.chat',
    url: () => url.href,
    supportsStructuredOutputs: true,
    transformRequestBody: ({ max_tokens, ...body }) => ({
      ...body,
      [config.maxTokensField]: max_tokens,
      ...config.body,
      stream: false,
    }),
  });
  return {
    attempt: async (request, enforcement, signal) => {
      const { body } = await model.prepareRequest(sdkOptions(request, enforcement, config));
      const answer = await transport.post({ headers, body: JSON.stringify(body), signal });
      return readReply(await readAnswer(model, answer), request, config);
    },
    close: () => transport.close(),
  };
}

async function readAnswer(model: OpenAICompatibleChatLanguageModel, answer: string): Promise<SdkResult> {
  try {
    return await model.convertResponse({ body: JSON.parse(answer) as unknown });
  } catch {
    // Status 2xx with a body that is no chat completion: damaged on its way, or a server in distress.
    throw new AttemptFailure('answered with something that is no chat completion', {
      status: 200,
      body: answer,
      retryable: true,
      maybeBilled: true,
    });
  }
}

function sdkOptions(request: ChatRequest, enforcement: Enforcement, config: EndpointConfig): SdkOptions {
  const temperature = config.temperature === undefined ? request.temperature : config.temperature;
  const { schema } = request;
  return {
    prompt: promptOf(messagesFor(request, enforcement)),
    maxOutputTokens: request.maxTokens,
    ...(temperature === null ? {} : { temperature }),
    ...(config.sendSeed && request.seed !== undefined ? { seed: request.seed } : {}),
    ...(schema === undefined || enforcement === 'instructions'
      ? {}
      : { responseFormat: responseFormat(schema, enforcement) }),
  };
}

function responseFormat(schema: NonNullable<ChatRequest['schema']>, enforcement: Enforcement) {
  return enforcement === 'json_object'
    ? { type: 'json' as const }
    : { type: 'json' as const, name: schema.name, schema: schema.schema };
}

function promptOf(messages: readonly Message[]): SdkOptions['prompt'] {
  return messages.map(({ role, content }) =>
    role === 'system' ? { role, content } : { role, content: [{ type: 'text' as const, text: content }] },
  );
}

const FINISHES: Readonly<Record<string, ChatReply['finish']>> = {
  stop: 'stop',
  length: 'length',
  'content-filter': 'content-filter',
};

function readReply(result: SdkResult, request: ChatRequest, config: EndpointConfig): Attempted {
  const join = (type: 'text' | 'reasoning'): string =>
    result.content.map((part) => (part.type === type ? part.text : '')).join('');
  const split = splitReasoning(join('text'), config.reasoningTags);
  const reasoning = [join('reasoning'), split.reasoning ?? ''].filter((part) => part !== '').join('\n');
  const input = result.usage.inputTokens.total ?? 0;
  const output = result.usage.outputTokens.total ?? 0;
  const estimated = input === 0;
  return {
    estimated,
    reply: {
      // Half of a surrogate pair, as JSON can escape it, is no text: other programs choke on files that hold one.
      text: split.text.toWellFormed(),
      ...(reasoning === '' ? {} : { reasoning: reasoning.toWellFormed() }),
      finish: FINISHES[result.finishReason.unified] ?? 'other',
      usage: estimated
        ? {
            input: estimateInputTokens(request),
            output: estimateTokens(split.text) + estimateTokens(reasoning),
          }
        : { input, output },
    },
  };
}
