/**
 * The embedded sandbox: Python as WebAssembly (Pyodide) in child processes behind Node's permission model.
 * Needs nothing beyond npm. See child/main.ts for the walls, docs/decisions for why they are where they are.
 */
import { messageOf } from '../../errors.ts';
import type { Tests } from '../task.ts';
import type { RunReply, RunRequest } from './child/protocol.ts';
import { type ChildOptions, type ChildResult, SandboxChild } from './child-process.ts';
import { choosePairs, pairTests } from './pairs.ts';
import type { Execution, Program, Sandbox, TestResult } from './sandbox.ts';

export interface PyodideSandboxOptions {
  /** Child processes that run programs at the same time. Each takes about 300 MB and one core. */
  readonly workers?: number;
  /** Children kept warm for when one is killed; started after the first such loss. */
  readonly spares?: number;
  /** Limit per program, milliseconds; a program may ask for less. SPEC: 15 s. */
  readonly timeoutMs?: number;
  /** Limit of the answer's Python memory, MiB. */
  readonly memoryMiB?: number;
  /** What an answer may print, KiB. */
  readonly outputKiB?: number;
  /** Programs after which a child is replaced. */
  readonly recycleAfter?: number;
}

const DEFAULT_TIMEOUT_MS = 15_000;
const BOOT_MS = 120_000;
/** Node, Pyodide's code and the two memory images, MiB; on top of what the two interpreters may use. */
const BASE_MIB = 700;
/** A program whose child was lost is tried once more, in a fresh one: the child may have been killed from outside. */
const ATTEMPTS = 2;

interface Job {
  readonly program: Program;
  readonly settle: (execution: Execution) => void;
}

export function createPyodideSandbox(options: PyodideSandboxOptions = {}): Sandbox {
  return new PyodideSandbox(options);
}

class PyodideSandbox implements Sandbox {
  readonly name = 'pyodide';
  readonly #child: ChildOptions;
  readonly #workers: number;
  readonly #spareCount: number;
  readonly #timeoutMs: number;
  readonly #recycleAfter: number;
  readonly #queue: Job[] = [];
  /** Children without work: booting or ready. */
  readonly #free: SandboxChild[] = [];
  readonly #all = new Set<SandboxChild>();
  #active = 0;
  #lossSeen = false;
  #closed = false;

  constructor(options: PyodideSandboxOptions) {
    const memoryMiB = options.memoryMiB ?? 256;
    this.#workers = options.workers ?? 1;
    this.#spareCount = options.spares ?? 1;
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#recycleAfter = options.recycleAfter ?? 5_000;
    this.#child = {
      memoryBytes: memoryMiB * 2 ** 20,
      outputBytes: (options.outputKiB ?? 1024) * 2 ** 10,
      residentBytes: (2 * memoryMiB + BASE_MIB) * 2 ** 20,
      bootMs: BOOT_MS,
    };
  }

  run(programs: readonly Program[]): Promise<Execution[]> {
    const jobs = programs.map(
      (program) => new Promise<Execution>((settle) => this.#queue.push({ program, settle })),
    );
    while (this.#active < this.#workers && this.#queue.length > 0) void this.#work();
    return Promise.all(jobs);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const job of this.#queue.splice(0))
      job.settle({ kind: 'undecided', cause: 'the sandbox was closed' });
    for (const child of this.#all) child.kill();
    this.#all.clear();
    this.#free.length = 0;
  }

  /** One worker: takes programs off the queue until it is empty. */
  async #work(): Promise<void> {
    this.#active += 1;
    for (let job = this.#queue.shift(); job !== undefined; job = this.#queue.shift()) {
      try {
        job.settle(await this.#execute(job.program));
      } catch (error) {
        job.settle({ kind: 'undecided', cause: messageOf(error) });
      }
    }
    this.#active -= 1;
  }

  async #execute(program: Program): Promise<Execution> {
    const { tests, notes } = requestOf(program.tests);
    const timeoutMs = program.timeoutMs ?? this.#timeoutMs;
    const request = { code: program.code, entry: program.entry ?? '', timeoutMs, tests };
    let lost = '';
    for (let attempt = 0; attempt < ATTEMPTS && !this.#closed; attempt++) {
      const child = this.#take();
      await child.ready();
      const result = await child.run(request);
      this.#release(child, result);
      if (result.kind !== 'lost') return executionOf(program.tests, notes, result, timeoutMs);
      lost = result.message;
    }
    return {
      kind: 'undecided',
      cause: this.#closed ? 'the sandbox was closed' : `sandbox process lost: ${lost}`,
    };
  }

  #take(): SandboxChild {
    return this.#free.shift() ?? this.#start();
  }

  #start(): SandboxChild {
    const child = new SandboxChild(this.#child);
    this.#all.add(child);
    child.ready().catch(() => this.#forget(child));
    return child;
  }

  #forget(child: SandboxChild): void {
    this.#all.delete(child);
    const at = this.#free.indexOf(child);
    if (at >= 0) this.#free.splice(at, 1);
  }

  /** Takes a child back, or replaces it in the background when it is lost, worn or old. */
  #release(child: SandboxChild, result: ChildResult): void {
    if (this.#closed) return;
    const worn = result.kind !== 'reply' || result.reply.worn || child.programs >= this.#recycleAfter;
    if (!worn && !child.gone) {
      this.#free.unshift(child);
      return;
    }
    child.kill();
    this.#forget(child);
    this.#lossSeen = true;
    while (this.#lossSeen && this.#all.size < this.#workers + this.#spareCount)
      this.#free.push(this.#start());
  }
}

function requestOf(tests: Tests): { tests: RunRequest['tests']; notes: string[] } {
  if ('pytest' in tests) return { tests: { form: 'pytest', source: tests.pytest }, notes: [] };
  if ('functional' in tests) return { tests: { form: 'functional', source: tests.functional }, notes: [] };
  const { pairs, note } = choosePairs(tests);
  const inputs = pairs.map((pair) => pair.stdin);
  return { tests: { form: 'stdin', inputs }, notes: note === undefined ? [] : [note] };
}

function executionOf(
  tests: Tests,
  notes: readonly string[],
  result: Exclude<ChildResult, { kind: 'lost' }>,
  timeoutMs: number,
): Execution {
  if (result.kind === 'killed') {
    const message =
      result.why === 'timeout'
        ? `not done after ${timeoutMs / 1000} s`
        : 'the process outgrew its memory limit';
    return { kind: result.why, message, tests: result.tests, stdout: '' };
  }
  const { reply } = result;
  const pairs = 'stdin' in tests ? pairTests(choosePairs(tests).pairs, reply.pairs) : undefined;
  if (pairs !== undefined && 'undecided' in pairs) return { kind: 'undecided', cause: pairs.undecided };
  if (reply.unsupported !== undefined) return { kind: 'undecided', cause: reply.unsupported };
  return finish(reply, notes, pairs?.tests ?? reply.tests);
}

function finish(reply: RunReply, notes: readonly string[], tests: readonly TestResult[]): Execution {
  const seen = { tests, stdout: reply.stdout };
  const { stopped } = reply;
  if (stopped?.kind === 'sandbox') return { kind: 'undecided', cause: stopped.message };
  if (stopped !== undefined) return { kind: stopped.kind, message: stopped.message, ...seen };
  if (tests.every((test) => test.outcome === 'skipped')) return { kind: 'undecided', cause: 'no test ran' };
  return { kind: 'finished', notes, ...seen };
}
