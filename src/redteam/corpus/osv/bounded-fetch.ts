/** Small text files over HTTPS from servers that may be slow, busy or hostile. */
import { messageOf } from '../../../errors.ts';
import { jitteredSeconds, serverDelaySeconds } from '../../../models/retry.ts';
import { Random } from '../../../random.ts';
import { type ReadResult, textOf, unread } from './commit-reader.ts';

export interface BoundedFetchOptions {
  readonly fetch: typeof globalThis.fetch;
  /** Of one attempt, from the request to the last byte. */
  readonly timeoutMs: number;
  /** After the first attempt, on 408, 429, 5xx and broken connections. */
  readonly retries: number;
  /** Seconds before the first retry at most; it doubles (src/models/retry.ts). A server's own wish counts more. */
  readonly backoffSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** UTF-8 unless given; undefined for what is no text. */
  readonly decode?: (bytes: Uint8Array) => string | undefined;
}

/** Longer is not waited for: the commit counts as unreachable. */
const MAX_WAIT_SECONDS = 120;
const MAX_REDIRECTS = 4;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

class Transient extends Error {
  readonly waitSeconds: number | undefined;
  constructor(message: string, waitSeconds?: number) {
    super(message);
    this.waitSeconds = waitSeconds;
  }
}

/** The text at an address, read up to `maxBytes`. Never throws for what the server does. */
export async function fetchText(
  url: string,
  maxBytes: number,
  options: BoundedFetchOptions,
): Promise<ReadResult> {
  const random = new Random('corpus-fetch', url);
  for (let attempt = 0; ; attempt++) {
    try {
      return await attemptFetch(url, maxBytes, options);
    } catch (error) {
      if (!(error instanceof Transient)) return unread('unreachable', `${url}: ${reasonOf(error)}`);
      const wait = error.waitSeconds ?? jitteredSeconds(attempt, options.backoffSeconds ?? 1, random);
      if (attempt >= options.retries || wait > MAX_WAIT_SECONDS)
        return unread('unreachable', `${url}: ${error.message}`);
      await new Promise((resolve) => setTimeout(resolve, 1000 * wait));
    }
  }
}

async function attemptFetch(
  url: string,
  maxBytes: number,
  { fetch, timeoutMs, headers = {}, decode = textOf }: BoundedFetchOptions,
): Promise<ReadResult> {
  const signal = AbortSignal.timeout(timeoutMs);
  let address = new URL(url);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    if (!isSafe(address)) return unread('unreachable', `${url} leads to ${address.href}, which is not HTTPS`);
    // A token is for the server that was asked, not for where it points.
    const sent = address.origin === new URL(url).origin ? headers : {};
    const response = await connect(() => fetch(address, { redirect: 'manual', signal, headers: sent }));
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null)
      return await readAnswer(response, url, { maxBytes, decode });
    await response.body?.cancel();
    const next = new URL(location, address);
    if (LOOPBACK.has(next.hostname) && !LOOPBACK.has(address.hostname))
      return unread('unreachable', `${url} leads to this machine`);
    address = next;
  }
  return unread('unreachable', `${url} redirects more than ${MAX_REDIRECTS} times`);
}

function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
}

async function readAnswer(
  response: Response,
  url: string,
  { maxBytes, decode }: { readonly maxBytes: number; readonly decode: typeof textOf },
): Promise<ReadResult> {
  const { status } = response;
  if (status !== 200) {
    await response.body?.cancel();
    if (status === 408 || status === 429 || status >= 500)
      throw new Transient(
        `the server answers ${status}`,
        serverDelaySeconds(Object.fromEntries(response.headers), Date.now()),
      );
    return status === 404 || status === 410
      ? unread('not-found', url)
      : unread('unreachable', `${url}: the server answers ${status}`);
  }
  const announced = Number(response.headers.get('content-length') ?? 0);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  if (announced <= maxBytes) {
    await connect(async () => {
      for await (const chunk of response.body ?? []) {
        bytes += chunk.byteLength;
        if (bytes > maxBytes) break;
        chunks.push(chunk);
      }
    });
  }
  if (announced > maxBytes || bytes > maxBytes) {
    await response.body?.cancel().catch(() => undefined);
    return unread('too-large', `${url}: more than ${maxBytes} bytes`);
  }
  const text = decode(Buffer.concat(chunks));
  return text === undefined ? unread('not-text', url) : { kind: 'read', text };
}

/** What goes wrong while bytes travel may go right the next time. */
async function connect<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Transient(reasonOf(error));
  }
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  return messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
}
