/**
 * JSON over HTTP. Node's fetch gives up when the headers of an answer take 300 s, which an answer that is not streamed
 * may, and follows redirects; this takes its time limit from the caller's signal, keeps as many connections as the
 * role has calls in flight, follows nothing, and reads an answer up to a size limit.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/** A completion of 100,000 tokens is under 1 MB; more than this is no completion. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
/** Idle connections are dropped after this. */
const IDLE_MS = 30_000;
/** A reset of a used connection within this time is a server that had closed it for idleness and read nothing. */
const STALE_MS = 1000;

/** An attempt that brought no completion. */
export class AttemptFailure extends Error {
  override readonly name = 'AttemptFailure';
  /** HTTP status; undefined when there was no answer. */
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** What the server said, whole. */
  readonly body: string;
  readonly retryable: boolean;
  /** The request was sent and its fate is unknown: the provider may have billed it. */
  readonly maybeBilled: boolean;

  constructor(
    message: string,
    details: {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      readonly retryable: boolean;
      readonly maybeBilled?: boolean;
    },
  ) {
    super(message);
    this.status = details.status;
    this.headers = details.headers ?? {};
    this.body = details.body ?? '';
    this.retryable = details.retryable;
    this.maybeBilled = details.maybeBilled ?? false;
  }
}

interface Post {
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
  readonly signal: AbortSignal;
}

export interface Transport {
  /** The body of an answer of status 2xx. @throws AttemptFailure for anything else, the signal's reason when aborted. */
  post(message: Post): Promise<string>;
  close(): void;
}

export function createTransport(
  url: URL,
  options: {
    readonly connections: number;
    /** For HTTP_PROXY, HTTPS_PROXY and NO_PROXY; loopback addresses never go through a proxy. */
    readonly environment: NodeJS.ProcessEnv;
  },
): Transport {
  const settings = {
    keepAlive: true,
    maxSockets: options.connections,
    maxFreeSockets: options.connections,
    timeout: IDLE_MS,
    ...(isLoopback(url.hostname) ? {} : { proxyEnv: options.environment }),
  };
  const agent = url.protocol === 'https:' ? new HttpsAgent(settings) : new HttpAgent(settings);
  return { post: (message) => post(url, agent, message), close: () => agent.destroy() };
}

function post(url: URL, agent: HttpAgent, { headers, body, signal }: Post): Promise<string> {
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(body);
    const begun = performance.now();
    const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = start(url, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', ...headers, 'content-length': bytes.length },
      signal,
    });
    const fail = (failure: AttemptFailure): void => reject(signal.aborted ? signal.reason : failure);
    request.on('response', (answer) => readAnswer(answer).then(resolve, fail));
    request.on('error', (error: NodeJS.ErrnoException) => {
      const stale = request.reusedSocket && performance.now() - begun < STALE_MS;
      fail(networkFailure(error, { sent: request.writableFinished && !stale }));
    });
    request.end(bytes);
  });
}

/** The whole answer. A body that ends early is a failure, not a shorter answer. */
function readAnswer(answer: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const status = answer.statusCode ?? 0;
    const headers = headersOf(answer);
    answer.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_ANSWER_BYTES) chunks.push(chunk);
      else {
        answer.destroy();
        reject(
          new AttemptFailure('the answer is larger than 32 MB', {
            status,
            retryable: false,
            maybeBilled: true,
          }),
        );
      }
    });
    answer.on('error', (error: NodeJS.ErrnoException) => reject(networkFailure(error, { sent: true })));
    answer.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const failure = answerFailure(status, headers, body);
      if (failure === undefined) resolve(body);
      else reject(failure);
    });
  });
}

function answerFailure(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): AttemptFailure | undefined {
  const type = headers['content-type'] ?? '';
  const details = { status, headers, body };
  if (status >= 200 && status < 300) {
    if (!/event-stream|html/.test(type)) return undefined;
    const what = type.includes('html')
      ? 'answered with a web page'
      : 'answered with a stream although none was asked for';
    return new AttemptFailure(what, { ...details, retryable: false, maybeBilled: !type.includes('html') });
  }
  // OpenAI answers 429 to an account without credit; waiting does not help there.
  const outOfCredit = status === 429 && body.includes('insufficient_quota');
  const retryable = [408, 409, 429].includes(status) || status >= 500;
  return new AttemptFailure(`answered ${status}`, { ...details, retryable: retryable && !outOfCredit });
}

const LASTING = /^(ENOTFOUND|ERR_TLS|ERR_INVALID|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HPE_)/;

function networkFailure(error: NodeJS.ErrnoException, { sent }: { readonly sent: boolean }): AttemptFailure {
  const code = error.code ?? '';
  return new AttemptFailure(`could not be reached: ${error.message}`, {
    retryable: !LASTING.test(code),
    maybeBilled: sent,
  });
}

function headersOf(answer: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(answer.headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value] as const] : [],
    ),
  );
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
