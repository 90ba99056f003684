/** One attempt at a completion: the request as the AI SDK's OpenAI-compatible provider writes it, the answer as it reads it. */
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { messageOf } from '../errors.ts';
import type { Message } from '../transcripts/message.ts';
import type { ChatReply, ChatRequest } from './chat-model.ts';
import type { EndpointConfig } from './config.ts';
import { AttemptFailure, type Transport } from './http-transport.ts';
import { splitReasoning } from './reasoning.ts';
import { type Enforcement, messagesFor } from './structured-output.ts';
import { estimateInputTokens, estimateTokens } from './tokens.ts';

export interface Attempted {
  readonly reply: ChatReply;
  /** The server reported no usage. */
  readonly estimated: boolean;
}

export type Attempt = (
  request: ChatRequest,
  enforcement: Enforcement,
  signal: AbortSignal,
) => Promise<Attempted>;

type SdkModel = ReturnType<ReturnType<typeof createOpenAICompatible>['chatModel']>;
type SdkResult = Awaited<ReturnType<SdkModel['doGenerate']>>;
type SdkPrompt = Parameters<SdkModel['doGenerate']>[0]['prompt'];

/** @param secrets.headers with the keys in them. */
export function createAttempt(
  config: EndpointConfig,
  secrets: { readonly apiKey: string | undefined; readonly headers: Readonly<Record<string, string>> },
  transport: Transport,
): Attempt {
  const provider = createOpenAICompatible({
    name: 'endpoint',
    baseURL: config.baseUrl.replace(/\/+$/, ''),
    ...(secrets.apiKey === undefined ? {} : { apiKey: secrets.apiKey }),
    headers: { ...config.headers, ...secrets.headers },
    fetch: transport.fetch,
    supportsStructuredOutputs: true,
    transformRequestBody: ({ max_tokens, ...body }) => ({
      ...body,
      [config.maxTokensField]: max_tokens,
      ...config.body,
      stream: false,
    }),
  });
  const model = provider.chatModel(config.model);
  return async (request, enforcement, signal) => {
    const result = await generate(model, config, { request, enforcement, signal });
    return readReply(result, request, config);
  };
}

async function generate(
  model: SdkModel,
  config: EndpointConfig,
  { request, enforcement, signal }: { request: ChatRequest; enforcement: Enforcement; signal: AbortSignal },
): Promise<SdkResult> {
  const temperature = config.temperature === undefined ? request.temperature : config.temperature;
  const { schema } = request;
  try {
    return await model.doGenerate({
      prompt: promptOf(messagesFor(request, enforcement)),
      maxOutputTokens: request.maxTokens,
      ...(temperature === null ? {} : { temperature }),
      ...(config.sendSeed && request.seed !== undefined ? { seed: request.seed } : {}),
      ...(schema === undefined || enforcement === 'instructions'
        ? {}
        : { responseFormat: responseFormat(schema, enforcement) }),
      abortSignal: signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AttemptFailure) throw error;
    // Status 2xx with a body that is no chat completion: damaged on its way, or a server in distress.
    throw new AttemptFailure(`answered with something that is no chat completion (${messageOf(error)})`, {
      status: 200,
      retryable: true,
      maybeBilled: true,
    });
  }
}

function responseFormat(schema: NonNullable<ChatRequest['schema']>, enforcement: Enforcement) {
  return enforcement === 'json_object'
    ? { type: 'json' as const }
    : { type: 'json' as const, name: schema.name, schema: schema.schema };
}

function promptOf(messages: readonly Message[]): SdkPrompt {
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
      text: split.text,
      ...(reasoning === '' ? {} : { reasoning }),
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
