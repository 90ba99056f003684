/** One file over HTTPS into a partial file, going on behind the bytes that are there. */
import { appendFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { IoError, messageOf } from '../errors.ts';
import { ioError } from '../runs/files.ts';

const ATTEMPTS = 3;
const BACKOFF_MS = 500;
/** Without a byte for so long, the connection is given up. */
const IDLE_MS = 60_000;
const MAX_REDIRECTS = 5;

export interface FetchFileOptions {
  readonly maxBytes: number;
  /** Bytes of an earlier run may be used without asking whether the file is still the same: its checksum is known. */
  readonly sameFile: boolean;
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** Worth another try: the connection broke, or the server is busy. */
class Interrupted extends Error {}

/** @throws IoError naming the address. */
export async function fetchToFile(url: string, part: string, options: FetchFileOptions): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await attemptFetch(url, part, options);
      rmSync(versionFile(part), { force: true });
      return;
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      if (attempt === ATTEMPTS) {
        throw new IoError(`${url} cannot be downloaded: ${error.message}`, {
          cause: error.cause ?? error,
          hint: 'run the same command again: it goes on where it stopped; or put a copy in the data folder',
        });
      }
      await new Promise((resolve) => setTimeout(resolve, BACKOFF_MS * attempt));
    }
  }
}

const versionFile = (part: string) => `${part}.version`;

async function attemptFetch(url: string, part: string, options: FetchFileOptions): Promise<void> {
  const controller = new AbortController();
  let idle = setTimeout(() => controller.abort(), IDLE_MS);
  try {
    const known = readPart(part, options.sameFile);
    const response = await request(url, known, controller.signal);
    let size = begin(response, part, known);
    checkSize(size + Number(response.headers.get('content-length') ?? 0), url, part, options.maxBytes);
    const body = response.body;
    if (body === null) throw new Interrupted('the answer has no body');
    for await (const chunk of body) {
      clearTimeout(idle);
      idle = setTimeout(() => controller.abort(), IDLE_MS);
      size += chunk.byteLength;
      checkSize(size, url, part, options.maxBytes);
      append(part, chunk);
      options.onBytes?.(size);
    }
  } catch (error) {
    if (error instanceof IoError || error instanceof Interrupted) throw error;
    const reason = controller.signal.aborted ? `no byte for ${IDLE_MS / 1000} s` : reasonOf(error);
    throw new Interrupted(reason, { cause: error });
  } finally {
    clearTimeout(idle);
  }
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
}

interface Part {
  readonly bytes: number;
  /** The entity tag of what has arrived, for `If-Range`. */
  readonly version: string | undefined;
}

function readPart(part: string, sameFile: boolean): Part {
  if (!existsSync(part)) return { bytes: 0, version: undefined };
  const version = existsSync(versionFile(part)) ? readFileSync(versionFile(part), 'utf8') : undefined;
  if (version === undefined && !sameFile) return { bytes: 0, version };
  return { bytes: statSync(part).size, version };
}

/** Follows redirects by hand: no step may leave HTTPS. */
async function request(url: string, { bytes, version }: Part, signal: AbortSignal): Promise<Response> {
  let address = checkAddress(url, url);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await fetch(address, {
      redirect: 'manual',
      signal,
      headers: {
        // Ranges and sizes count the bytes of the file, not of a packed stream.
        'accept-encoding': 'identity',
        ...(bytes > 0 ? { range: `bytes=${bytes}-` } : {}),
        ...(bytes > 0 && version !== undefined ? { 'if-range': version } : {}),
      },
    });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    await response.body?.cancel();
    address = checkAddress(new URL(location, address).href, url);
  }
  throw new IoError(`${url} redirects more than ${MAX_REDIRECTS} times`);
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

function checkAddress(address: string, url: string): string {
  const { protocol, hostname } = new URL(address);
  if (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname))) return address;
  throw new IoError(`${url} leads to ${address}, which is not HTTPS`);
}

/** Prepares the partial file for the answer's bytes. @returns how many bytes stand before them. */
function begin(response: Response, part: string, known: Part): number {
  const { status } = response;
  const goesOn =
    status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${known.bytes}-`) === true;
  if (goesOn) return known.bytes;
  if (status === 206 || status === 416) {
    rmSync(part, { force: true });
    throw new Interrupted('what has arrived does not fit the file: it begins anew');
  }
  if (status === 429 || status >= 500) throw new Interrupted(`the server answers ${status}`);
  if (status !== 200) {
    throw new IoError(`${response.url} cannot be downloaded: the server answers ${status}`, {
      hint: '`purpcode data list` names its home; a copy can be put in the data folder by hand',
    });
  }
  const version = response.headers.get('etag');
  try {
    writeFileSync(part, '');
    if (version === null || version.startsWith('W/')) rmSync(versionFile(part), { force: true });
    else writeFileSync(versionFile(part), version);
  } catch (error) {
    throw ioError('write', part, error);
  }
  return 0;
}

function append(part: string, chunk: Uint8Array): void {
  try {
    appendFileSync(part, chunk);
  } catch (error) {
    throw ioError('write', part, error);
  }
}

function checkSize(bytes: number, url: string, part: string, maxBytes: number): void {
  if (bytes <= maxBytes) return;
  for (const path of [part, versionFile(part)]) rmSync(path, { force: true });
  throw new IoError(`${url} is larger than ${maxBytes} bytes`, { hint: '--max-size allows more' });
}
