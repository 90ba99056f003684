/**
 * Client of a Sandbox Fusion server (ByteDance, POST /run_code): one request per program, retried while the
 * server is busy. It takes `{ code, language, stdin, run_timeout, … }` and answers
 * `{ status, message, run_result: { status, return_code, stdout, stderr } }`.
 *
 * Answer and tests share one container there, so the walls between them are the script's own
 * (native/python-remote.ts): the answer runs in a child that was forked before the tests arrived, without
 * capabilities, with a filter of system calls (no processes, no signals, no look into other processes) and
 * limits; the tests' process cannot be read in /proc; reports are lines that begin with an unguessable text.
 * What a malicious answer can do all the same, unless the server isolates each request: use the server's network,
 * write files as the server's user, also Python's own packages, which later programs load, and use up the
 * processor. Run such a server with isolation switched on, and in a network of its own.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { ConfigError, messageOf } from '../../errors.ts';
import type { RunReply } from './child/protocol.ts';
import { REMOTE_PYTHON } from './native/python-remote.ts';
import { Reports } from './native/reports.ts';
import { systemCallFilter } from './native/seccomp.ts';
import { nativeSources, processLimits } from './native/sources.ts';
import { DEFAULT_TIMEOUT_MS, executionOf, requestOf } from './pool.ts';
import type { Execution, Program, Sandbox } from './sandbox.ts';

export interface SandboxFusionOptions {
  /** Of the server, without the path: `http://sandbox:8080`. */
  readonly url: string;
  /** Sent as a bearer token. */
  readonly token?: string;
  /** Requests in flight. */
  readonly workers?: number;
  /** Limit per program, milliseconds; a program may ask for less. SPEC: 15 s. */
  readonly timeoutMs?: number;
  /** Address space of the answer's process, MiB. */
  readonly memoryMiB?: number;
  /** What an answer may print, KiB. The server keeps 1 MiB of everything. */
  readonly outputKiB?: number;
  /** Wait before the first repetition, milliseconds; doubles each time. */
  readonly backoffMs?: number;
}

const ATTEMPTS = 5;
const LONGEST_WAIT_MS = 20_000;
/** For the server's queue and its start of Python, on top of the program's limit. */
const SERVER_MS = 60_000;
/** How long after the program's limit the script may still tell of it. */
const GRACE_S = 5;
const FILES_BYTES = 64 * 2 ** 20;
const LARGEST_REPLY = 8 * 2 ** 20;

const commandSchema = z.object({
  status: z.enum(['Finished', 'Error', 'TimeLimitExceeded']),
  return_code: z.number().nullish(),
  stdout: z.string().nullish(),
  stderr: z.string().nullish(),
});

const replySchema = z.object({
  status: z.enum(['Success', 'Failed', 'SandboxError']),
  message: z.string().nullish(),
  run_result: commandSchema.nullish(),
});

type CommandResult = z.infer<typeof commandSchema>;

export function createSandboxFusion(options: SandboxFusionOptions): Sandbox {
  if (!URL.canParse(options.url))
    throw new ConfigError(`'${options.url}' is no URL of a Sandbox Fusion server`);
  return new SandboxFusion(options);
}

class SandboxFusion implements Sandbox {
  readonly name = 'sandbox-fusion';
  readonly #options: SandboxFusionOptions;
  readonly #waiting: (() => void)[] = [];
  readonly #closing = new AbortController();
  #free: number;

  constructor(options: SandboxFusionOptions) {
    this.#options = options;
    this.#free = options.workers ?? 8;
  }

  run(programs: readonly Program[]): Promise<Execution[]> {
    return Promise.all(programs.map((program) => this.#inTurn(() => this.#execute(program))));
  }

  async close(): Promise<void> {
    this.#closing.abort();
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }

  async #execute(program: Program): Promise<Execution> {
    const { tests, notes } = requestOf(program.tests);
    const timeoutMs = program.timeoutMs ?? this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const inputs = tests.form === 'stdin' ? tests.inputs : [''];
    if (inputs.length === 0) return { kind: 'undecided', cause: 'no test ran' };
    const nonce = randomBytes(18).toString('base64url');
    const request = {
      nonce,
      inputs,
      timeoutMs,
      outputBytes: (this.#options.outputKiB ?? 128) * 2 ** 10,
      form: tests.form === 'stdin' ? 'main' : tests.form,
      source: tests.form === 'stdin' ? '' : tests.source,
      code: program.code,
      entry: program.entry ?? '',
    };
    const body = JSON.stringify({
      language: 'python',
      code: this.#script(inputs.length),
      stdin: JSON.stringify(request),
      compile_timeout: GRACE_S,
      run_timeout: timeoutMs / 1000 + GRACE_S,
      files: {},
      fetch_files: [],
    });
    const result = await this.#ask(body, timeoutMs + SERVER_MS);
    if (typeof result === 'string') return { kind: 'undecided', cause: result };
    const reply = readReply(result, nonce, timeoutMs);
    return executionOf(program.tests, notes, { kind: 'reply', reply }, timeoutMs);
  }

  #script(runs: number): string {
    const memoryBytes = (this.#options.memoryMiB ?? 512) * 2 ** 20;
    const filter = { signals: false };
    const settings = {
      ...nativeSources(),
      runs,
      limits: processLimits({ memoryBytes, filesBytes: FILES_BYTES }),
      systemCalls: {
        x86_64: systemCallFilter('x64', filter).toString('hex'),
        aarch64: systemCallFilter('arm64', filter).toString('hex'),
      },
    };
    const text = Buffer.from(JSON.stringify(settings), 'utf8').toString('base64');
    return `${REMOTE_PYTHON}\nimport base64\nrun(json.loads(base64.b64decode('${text}')))\n`;
  }

  /** The result of the command, or why there is none. */
  async #ask(body: string, limitMs: number): Promise<CommandResult | string> {
    let cause = '';
    let waitMs = this.#options.backoffMs ?? 500;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt > 0) await sleep(waitMs, undefined, { signal: this.#closing.signal }).catch(() => {});
      if (this.#closing.signal.aborted) return 'the sandbox was closed';
      if (attempt > 0) waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
      const reply = await this.#post(body, limitMs);
      if (reply.kind === 'result') return reply.result;
      cause = reply.cause;
      if (!reply.again) break;
    }
    return this.#closing.signal.aborted ? 'the sandbox was closed' : `Sandbox Fusion: ${cause}`;
  }

  async #post(
    body: string,
    limitMs: number,
  ): Promise<{ kind: 'result'; result: CommandResult } | { kind: 'none'; cause: string; again: boolean }> {
    const none = (cause: string, again: boolean) => ({ kind: 'none' as const, cause, again });
    const { url, token } = this.#options;
    try {
      const response = await fetch(new URL('/run_code', url), {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body,
        signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(limitMs)]),
      });
      if (!response.ok) {
        await response.body?.cancel();
        return none(`HTTP status ${response.status}`, response.status === 429 || response.status >= 500);
      }
      const text = await readText(response);
      const parsed = replySchema.safeParse(JSON.parse(text));
      if (!parsed.success) return none('the server answered in another form', true);
      const { status, message, run_result: result } = parsed.data;
      if (status === 'SandboxError' || result == null || result.status === 'Error')
        return none(`the server failed: ${(message ?? result?.stderr ?? '').slice(0, 200)}`, true);
      return { kind: 'result', result };
    } catch (error) {
      const late = error instanceof Error && error.name === 'TimeoutError';
      return none(late ? `no answer after ${limitMs / 1000} s` : messageOf(error), !late);
    }
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > LARGEST_REPLY) throw new Error('the reply is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Only lines with the text that nobody else knows count; without the last of them nothing is known to be whole. */
function readReply(result: CommandResult, nonce: string, timeoutMs: number): RunReply {
  const reports = new Reports();
  let started = false;
  const failed = (message: string): RunReply => ({
    ...reports.reply(),
    id: 0,
    worn: false,
    stopped: { kind: 'sandbox', message },
  });
  try {
    for (const line of (result.stdout ?? '').split('\n')) {
      if (!line.startsWith(nonce)) continue;
      const tag = line.charAt(nonce.length);
      if (tag === 'S') started = true;
      else reports.add(tag, JSON.parse(line.slice(nonce.length + 1)));
    }
  } catch {
    return failed('Sandbox Fusion: the output is cut off');
  }
  if (!started) return failed(`Sandbox Fusion: Python did not start: ${lastLine(result.stderr ?? '')}`);
  const late = result.status === 'TimeLimitExceeded' || reports.broken?.kind === 'timeout';
  const base = { ...reports.reply(), id: 0, worn: false };
  if (reports.ended) return base;
  if (late) return { ...base, stopped: { kind: 'timeout', message: `not done after ${timeoutMs / 1000} s` } };
  if (reports.broken !== undefined) return { ...base, stopped: reports.broken };
  return failed(`Sandbox Fusion: the program ended early (exit code ${result.return_code ?? 'unknown'})`);
}

function lastLine(text: string): string {
  return (text.trim().split('\n').at(-1) ?? '').slice(0, 200);
}
