/** One sandbox child as the parent sees it: spawn, boot, one program at a time, kill. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { dirname, extname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, OracleError } from '../../errors.ts';
import type { FromChild, RunRequest, ToChild } from './child/protocol.ts';
import { compiledLibrary } from './compiled-library.ts';
import type { Child, ChildResult } from './pool.ts';
import type { TestResult } from './sandbox.ts';

export interface ChildOptions {
  readonly memoryBytes: number;
  readonly outputBytes: number;
  /** Resident memory of the whole process past which it is killed, bytes. Watched where /proc exists. */
  readonly residentBytes: number;
  /** How long loading may take. */
  readonly bootMs: number;
}

/** How long after the time limit the child's own check has to work before the process is killed. */
const GRACE_MS = 750;
const WATCH_MS = 100;
const PAGE_BYTES = 4096;

interface Running {
  readonly id: number;
  readonly tests: TestResult[];
  stdout: string;
  settle(result: ChildResult): void;
}

export class SandboxChild implements Child {
  readonly #process: ChildProcess;
  readonly #options: ChildOptions;
  readonly #ready: Promise<void>;
  #settleReady: { resolve(): void; reject(error: Error): void } = { resolve: () => {}, reject: () => {} };
  #running: Running | undefined;
  #stderr = '';
  #nextId = 1;
  #gone = false;
  programs = 0;

  constructor(options: ChildOptions) {
    this.#options = options;
    this.#ready = new Promise((resolve, reject) => {
      this.#settleReady = { resolve, reject };
    });
    // Whoever waits for it hears of a failure; a spare that nobody waits for must not end the process.
    this.#ready.catch(() => {});
    const library = compiledLibrary();
    const pyodide = import.meta.resolve('pyodide');
    this.#process = spawn(process.execPath, argumentsOf(pyodide, library?.path), {
      env: {},
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      windowsHide: true,
    });
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4000);
    });
    this.#process.on('message', (message: FromChild) => this.#receive(message));
    this.#process.on('error', (error) => this.#lose(messageOf(error)));
    this.#process.on('exit', (code, signal) => this.#lose(`ended with ${signal ?? `code ${code}`}`));
    const timer = setTimeout(() => this.#lose(`not loaded after ${options.bootMs / 1000} s`), options.bootMs);
    this.#ready.then(() => clearTimeout(timer)).catch(() => clearTimeout(timer));
    const { memoryBytes, outputBytes } = options;
    void (library?.made() ?? Promise.resolve(false)).then((made) => {
      const own = made && library !== undefined ? { library: library.path } : {};
      if (!this.#gone) this.#tell({ kind: 'boot', boot: { pyodide, ...own, memoryBytes, outputBytes } });
    });
    this.#idle(true);
  }

  /** Settles when the child can run programs; rejects with an OracleError. */
  ready(): Promise<void> {
    return this.#ready;
  }

  get gone(): boolean {
    return this.#gone;
  }

  /** Runs one program; the child must be ready and free. */
  run(request: Omit<RunRequest, 'id'>): Promise<ChildResult> {
    if (this.#gone) return Promise.resolve({ kind: 'lost', message: 'the sandbox process is gone' });
    this.#idle(false);
    this.programs += 1;
    const id = this.#nextId++;
    return new Promise((resolve) => {
      const tests: TestResult[] = [];
      const kill = (why: 'timeout' | 'memory') => {
        this.#running?.settle({ kind: 'killed', why, tests, stdout: this.#running.stdout });
        this.kill();
      };
      // A reply that has arrived but waits behind a busy event loop is read before the verdict is 'timeout'.
      const timer = setTimeout(
        () => setImmediate(() => setImmediate(() => kill('timeout'))),
        request.timeoutMs + GRACE_MS,
      );
      const watch = setInterval(() => {
        if (this.#residentBytes() > this.#options.residentBytes) kill('memory');
      }, WATCH_MS);
      this.#running = {
        id,
        tests,
        stdout: '',
        settle: (result) => {
          clearTimeout(timer);
          clearInterval(watch);
          this.#running = undefined;
          this.#idle(true);
          resolve(result);
        },
      };
      this.#tell({ kind: 'run', run: { id, ...request } });
    });
  }

  /** Ends the process at once. */
  kill(): void {
    if (!this.#gone) this.#lose('closed');
  }

  #receive(message: FromChild): void {
    if (message.kind === 'ready') this.#settleReady.resolve();
    else if (message.kind === 'failed') this.#lose(message.message);
    else if (message.kind === 'test') {
      if (this.#running?.id === message.id) this.#running.tests.push(message.test);
    } else if (message.kind === 'output') {
      if (this.#running?.id === message.id) this.#running.stdout += message.text;
    } else if (this.#running?.id === message.reply.id)
      this.#running.settle({ kind: 'reply', reply: message.reply });
  }

  #lose(message: string): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#process.kill('SIGKILL');
    const detail = this.#stderr.trim().split('\n').slice(-3).join(' ');
    const text = detail === '' ? message : `${message}: ${detail}`;
    this.#settleReady.reject(
      new OracleError(`the Python sandbox did not start: ${text}`, { hint: 'purpcode doctor' }),
    );
    this.#running?.settle({ kind: 'lost', message: text });
  }

  #tell(message: ToChild): void {
    this.#process.send(message, (error) => {
      if (error) this.#lose(messageOf(error));
    });
  }

  /** A child that works on nothing must not keep purpcode running. */
  #idle(idle: boolean): void {
    const { channel } = this.#process;
    const stderr: unknown = this.#process.stderr;
    if (idle) {
      this.#process.unref();
      channel?.unref();
    } else {
      this.#process.ref();
      channel?.ref();
    }
    if (
      stderr !== null &&
      typeof stderr === 'object' &&
      'unref' in stderr &&
      typeof stderr.unref === 'function'
    )
      stderr.unref();
  }

  #residentBytes(): number {
    try {
      const pages = readFileSync(`/proc/${this.#process.pid}/statm`, 'utf8').split(' ')[1];
      return Number(pages) * PAGE_BYTES;
    } catch {
      return 0;
    }
  }
}

/** Node's arguments: read access to Pyodide's folder, Python's library and the child's own sources, to nothing else. */
function argumentsOf(pyodide: string, library: string | undefined): string[] {
  const own = new URL(`child/main${extname(import.meta.url)}`, import.meta.url);
  const script = realpathSync(fileURLToPath(own));
  const folders = [realpathSync(dirname(fileURLToPath(pyodide))), dirname(script)];
  return [
    '--permission',
    ...folders.map((folder) => `--allow-fs-read=${folder}${sep}*`),
    ...(library === undefined ? [] : [`--allow-fs-read=${library}`]),
    '--no-warnings',
    script,
  ];
}
