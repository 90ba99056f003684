/** A warden as purpcode sees it: spawn under bubblewrap, one program at a time, kill. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { messageOf, OracleError } from '../../../errors.ts';
import type { PairOutput, RunReply, RunRequest } from '../child/protocol.ts';
import type { Child, ChildResult } from '../pool.ts';
import { encodeFrame, FrameReader } from './frames.ts';
import type { Launch } from './launch.ts';
import { FRAMES_PYTHON } from './python-cell.ts';
import { WARDEN_PYTHON } from './python-warden.ts';
import { Reports } from './reports.ts';
import { cloneNumber, systemCallFilter } from './seccomp.ts';
import { nativeSources, processLimits } from './sources.ts';

export interface WardenOptions {
  readonly launch: Promise<Launch>;
  /** Address space of each of a program's two processes, bytes. */
  readonly memoryBytes: number;
  /** What a program may print in all, bytes. */
  readonly outputBytes: number;
  /** What a program may write to files in all, bytes. */
  readonly filesBytes: number;
}

/** How long after the time limit the warden's own check has to work before it is killed itself. */
const GRACE_MS = 2_000;
const BOOT_MS = 60_000;
/** How long a warden has to end by itself. */
const KILL_MS = 300;
/** Reads the program that the first frame holds; arguments of processes are too short for it. */
/** Nothing of the machine's: the environment is bubblewrap's, cleared, and holds the seed of hashes (`-E` would not read it). */
const PYTHON_OPTIONS = ['-s', '-X', 'utf8'];

const BOOTSTRAP = `
import os, sys
sys.path[:] = [path for path in sys.path if path]
def read(size):
    data = b''
    while len(data) < size:
        data += os.read(3, size - len(data)) or os._exit(0)
    return data
exec(compile(read(int.from_bytes(read(4), 'big')), 'warden', 'exec'), {'__name__': 'warden', '__builtins__': __builtins__})
`;

interface Done {
  readonly stopped: 'timeout' | 'sandbox' | null;
  readonly answer: number | null;
  readonly tests: number | null;
}

interface Running {
  readonly seen: Reports;
  settle(done: Done | { readonly lost: string }): void;
}

export class WardenProcess implements Child {
  readonly #options: WardenOptions;
  readonly #ready: Promise<void>;
  #settleReady: { resolve(): void; reject(error: Error): void } = { resolve: () => {}, reject: () => {} };
  #process: ChildProcess | undefined;
  #control: Duplex | undefined;
  #running: Running | undefined;
  #stderr = '';
  #gone = false;
  programs = 0;

  constructor(options: WardenOptions) {
    this.#options = options;
    this.#ready = new Promise((resolve, reject) => {
      this.#settleReady = { resolve, reject };
    });
    this.#ready.catch(() => {});
    options.launch.then(
      (launch) => this.#start(launch),
      (error: Error) => {
        this.#gone = true;
        this.#settleReady.reject(error);
      },
    );
  }

  ready(): Promise<void> {
    return this.#ready;
  }

  get gone(): boolean {
    return this.#gone;
  }

  async run(request: Omit<RunRequest, 'id'>): Promise<ChildResult> {
    if (this.#gone) return { kind: 'lost', message: 'the sandbox process is gone' };
    this.programs += 1;
    this.#idle(false);
    const result = await (request.tests.form === 'stdin'
      ? this.#runPairs(request, request.tests.inputs)
      : this.#runOne(request, { form: request.tests.form, source: request.tests.source, input: '' }));
    this.#idle(true);
    return result;
  }

  kill(): void {
    this.#lose('closed');
  }

  #start(launch: Launch): void {
    if (this.#gone) return;
    const child = spawn(launch.bwrap, [...launch.args, launch.python, ...PYTHON_OPTIONS, '-c', BOOTSTRAP], {
      env: {},
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      ...launch.user,
    });
    this.#process = child;
    const control = child.stdio[3] as Duplex;
    this.#control = control;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4000);
    });
    const frames = new FrameReader((tag, data) => this.#receive(tag, data));
    control.on('data', (chunk: Buffer) => {
      try {
        frames.push(chunk);
      } catch (error) {
        this.#lose(messageOf(error));
      }
    });
    control.on('error', (error) => this.#lose(messageOf(error)));
    child.on('error', (error) => this.#lose(messageOf(error)));
    child.on('close', (code, signal) => this.#lose(`ended with ${signal ?? `code ${code}`}`));
    const timer = setTimeout(() => this.#lose(`not ready after ${BOOT_MS / 1000} s`), BOOT_MS);
    this.#ready.finally(() => clearTimeout(timer)).catch(() => {});
    const source = Buffer.from(FRAMES_PYTHON + WARDEN_PYTHON, 'utf8');
    const size = Buffer.alloc(4);
    size.writeUInt32BE(source.length);
    control.write(Buffer.concat([size, source, encodeFrame('B', this.#boot(launch))]));
    this.#idle(true);
  }

  #boot(launch: Launch): object {
    const { memoryBytes, filesBytes } = this.#options;
    return {
      ...nativeSources(),
      clone: cloneNumber(launch.architecture),
      systemCalls: systemCallFilter(launch.architecture).toString('hex'),
      tmpBytes: filesBytes,
      limits: processLimits({ memoryBytes, filesBytes }),
    };
  }

  async #runPairs(request: Omit<RunRequest, 'id'>, inputs: readonly string[]): Promise<ChildResult> {
    const until = performance.now() + request.timeoutMs;
    const pairs: PairOutput[] = [];
    let stdout = '';
    for (const input of inputs) {
      const left = Math.max(1, until - performance.now());
      const result = await this.#runOne(
        { ...request, timeoutMs: left },
        { form: 'main', source: '', input, limitMs: request.timeoutMs },
      );
      if (result.kind !== 'reply') return result;
      stdout += result.reply.stdout;
      pairs.push(...result.reply.pairs);
      const whole = { ...result.reply, pairs, stdout };
      if (whole.stopped !== undefined || whole.unsupported !== undefined)
        return { kind: 'reply', reply: whole };
    }
    return { kind: 'reply', reply: { id: 0, tests: [], pairs, stdout, worn: false } };
  }

  #runOne(
    { code, entry, timeoutMs }: Omit<RunRequest, 'id'>,
    {
      form,
      source,
      input,
      limitMs = timeoutMs,
    }: { form: string; source: string; input: string; limitMs?: number },
  ): Promise<ChildResult> {
    const { outputBytes } = this.#options;
    return new Promise((resolve) => {
      const seen = new Reports();
      const timer = setTimeout(() => {
        this.#running = undefined;
        resolve({ kind: 'killed', why: 'timeout', tests: seen.tests, stdout: seen.stdout });
        this.kill();
      }, timeoutMs + GRACE_MS);
      this.#running = {
        seen,
        settle: (done) => {
          clearTimeout(timer);
          this.#running = undefined;
          resolve('lost' in done ? { kind: 'lost', message: done.lost } : resultOf(seen, done, limitMs));
        },
      };
      this.#control?.write(encodeFrame('T', { form, source, input, code, entry, timeoutMs, outputBytes }));
    });
  }

  #receive(tag: string, data: Buffer): void {
    const message: unknown = JSON.parse(data.toString('utf8'));
    if (tag === 'S') this.#settleReady.resolve();
    else if (this.#running === undefined) return;
    else if (tag === 'D') this.#running.settle(message as Done);
    else this.#running.seen.add(tag, message);
  }

  #lose(message: string): void {
    if (this.#gone) return;
    this.#gone = true;
    // A warden ends when its control closes, and bubblewrap with it, reaping what it started.
    this.#control?.destroy();
    const child = this.#process;
    setTimeout(() => child?.kill('SIGKILL'), KILL_MS).unref();
    const detail = this.#stderr.trim().split('\n').slice(-3).join(' ');
    const text = detail === '' ? message : `${message}: ${detail}`;
    this.#settleReady.reject(
      new OracleError(`the bubblewrap sandbox did not start: ${text}`, { hint: 'purpcode doctor' }),
    );
    this.#running?.settle({ lost: text });
  }

  /** A warden that works on nothing must not keep purpcode running. */
  #idle(idle: boolean): void {
    for (const part of [this.#process, this.#control, this.#process?.stderr]) {
      if (!hasReference(part)) continue;
      if (idle) part.unref();
      else part.ref();
    }
  }
}

function hasReference(value: unknown): value is { ref(): void; unref(): void } {
  return typeof value === 'object' && value !== null && 'unref' in value && 'ref' in value;
}

function resultOf(seen: Reports, done: Done, limitMs: number): ChildResult {
  // The answer is process 1 of its namespace, which can't kill itself: SIGKILL came from outside.
  if (done.stopped === null && (done.answer === -9 || done.tests === -9))
    return { kind: 'lost', message: 'a process of the program was killed from outside' };
  const stopped = stopOf(seen, done, limitMs);
  const reply: RunReply = {
    id: 0,
    ...seen.reply(),
    worn: false,
    ...(stopped === undefined ? {} : { stopped }),
  };
  return { kind: 'reply', reply };
}

function stopOf(seen: Reports, done: Done, limitMs: number): RunReply['stopped'] {
  if (done.stopped === 'timeout') return { kind: 'timeout', message: `not done after ${limitMs / 1000} s` };
  if (done.stopped === 'sandbox') return { kind: 'sandbox', message: 'a sandbox process did not start' };
  if (seen.broken !== undefined) {
    const { kind, message } = seen.broken;
    const how = done.answer === null ? '' : ` (${exitText(done.answer)})`;
    return { kind, message: message + how };
  }
  if (seen.ended) return undefined;
  if (done.tests === 97) return { kind: 'sandbox', message: "the tests' process did not start" };
  return { kind: 'crashed', message: `the answer broke the tests' process (${exitText(done.tests)})` };
}

function exitText(code: number | null): string {
  if (code === null) return 'still running';
  return code < 0 ? `signal ${-code}` : `exit code ${code}`;
}
