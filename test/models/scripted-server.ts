/** An OpenAI-compatible server on loopback whose answers, and misbehaviour, are written down. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the server does with one request; `delayMs` before it does. */
export type Step = { readonly delayMs?: number } & (
  | {
      /** A completion; usage null: none is reported. */
      readonly kind: 'reply';
      readonly text: string;
      readonly reasoning?: string;
      readonly finish?: string;
      readonly usage?: { readonly input: number; readonly output: number } | null;
    }
  | {
      /** An error in OpenAI's form, or any body. */
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly message?: string;
      readonly body?: string;
    }
  /** Status 200 and this body. */
  | { readonly kind: 'raw'; readonly body: string; readonly type?: string }
  /** A completion that breaks off in the middle of its body. */
  | { readonly kind: 'truncated'; readonly text: string }
  /** Half of a completion, and no more. */
  | { readonly kind: 'stall'; readonly text: string }
  /** The completion as server-sent events, whatever was asked for. */
  | { readonly kind: 'stream'; readonly text: string }
  /** The connection is reset without an answer. */
  | { readonly kind: 'reset' }
  /** No answer until the server is closed. */
  | { readonly kind: 'hang' }
);

export interface SeenRequest {
  /** When it was there, milliseconds since the epoch. */
  readonly at: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: {
    readonly model: string;
    readonly messages: readonly { readonly role: string; readonly content: string }[];
    readonly response_format?: { readonly type: string; readonly json_schema?: unknown };
    readonly [field: string]: unknown;
  };
}

/** @param index of the request, from 0. */
export type ServerScript = (request: SeenRequest, index: number) => Step | Promise<Step>;

export interface ScriptedServer extends AsyncDisposable {
  /** For `baseUrl`, ends in /v1. */
  readonly baseUrl: string;
  /** Every request so far (none with `record: false`). */
  readonly requests: readonly SeenRequest[];
  /** Most requests in work at once. */
  readonly peak: number;
  close(): Promise<void>;
}

export function reply(text: string, more: Partial<Extract<Step, { kind: 'reply' }>> = {}): Step {
  return { kind: 'reply', text, ...more };
}

/** The steps one after the other, the last one for ever. */
export function inTurn(...steps: readonly [Step, ...Step[]]): ServerScript {
  return (_request, index) => steps[Math.min(index, steps.length - 1)]!;
}

/** Refuses requests with a response_format of these types, as servers without guided decoding do. */
export function refusing(types: readonly string[], script: ServerScript): ServerScript {
  return (request, index) => {
    const type = request.body.response_format?.type;
    return type !== undefined && types.includes(type)
      ? { kind: 'status', status: 400, message: `response_format type ${type} is unavailable` }
      : script(request, index);
  };
}

export async function startScriptedServer(
  script: ServerScript,
  options: { readonly record?: boolean; readonly port?: number } = {},
): Promise<ScriptedServer> {
  const requests: SeenRequest[] = [];
  let [index, active, peak] = [0, 0, 0];
  const server = createServer((incoming, response) => {
    peak = Math.max(peak, ++active);
    const work = async (): Promise<void> => {
      const request = await readRequest(incoming);
      if (options.record ?? true) requests.push(request);
      const step = await script(request, index++);
      if (step.delayMs !== undefined) await sleep(step.delayMs, undefined, { ref: false });
      play(step, request, response);
    };
    work()
      .catch(() => response.destroy())
      .finally(() => active--);
  });
  server.listen({ port: options.port ?? 0, host: '127.0.0.1', backlog: 4096 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    get peak() {
      return peak;
    },
    close: () => stop(server),
    [Symbol.asyncDispose]: () => stop(server),
  };
}

async function stop(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

async function readRequest(incoming: IncomingMessage): Promise<SeenRequest> {
  let text = '';
  for await (const chunk of incoming.setEncoding('utf8')) text += chunk as string;
  return {
    at: Date.now(),
    path: incoming.url ?? '',
    headers: incoming.headers as SeenRequest['headers'],
    body: JSON.parse(text) as SeenRequest['body'],
  };
}

function play(step: Step, request: SeenRequest, response: ServerResponse): void {
  switch (step.kind) {
    case 'reply':
      send(response, 200, JSON.stringify(completion(step, request)));
      return;
    case 'status': {
      const { status, message = `scripted ${status}`, body = JSON.stringify({ error: { message } }) } = step;
      send(response, status, body, step.headers);
      return;
    }
    case 'raw':
      send(response, 200, step.body, { 'content-type': step.type ?? 'application/json' });
      return;
    case 'stall':
    case 'truncated': {
      const body = JSON.stringify(completion({ kind: 'reply', text: step.text }, request));
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      });
      response.write(body.slice(0, body.length / 2), () => {
        if (step.kind === 'truncated') response.destroy();
      });
      return;
    }
    case 'stream':
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(
        `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: step.text } }] })}\n\ndata: [DONE]\n\n`,
      );
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'hang':
  }
}

function send(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}

function completion(step: Extract<Step, { kind: 'reply' }>, { body }: SeenRequest): unknown {
  const usage = step.usage === undefined ? { input: 11, output: 7 } : step.usage;
  return {
    id: 'scripted',
    object: 'chat.completion',
    created: 0,
    model: body.model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: step.text,
          ...(step.reasoning === undefined ? {} : { reasoning_content: step.reasoning }),
        },
        finish_reason: step.finish ?? 'stop',
      },
    ],
    ...(usage === null
      ? {}
      : {
          usage: {
            prompt_tokens: usage.input,
            completion_tokens: usage.output,
            total_tokens: usage.input + usage.output,
          },
        }),
  };
}
