/**
 * What sandboxes of local processes share: a queue of programs, workers that take from it, spare processes kept
 * warm, and the replacement of processes that were killed, worn out or have grown old.
 */
import { messageOf } from '../../errors.ts';
import type { Tests } from '../task.ts';
import type { RunReply, RunRequest } from './child/protocol.ts';
import { choosePairs, pairTests } from './pairs.ts';
import type { Execution, Program, Sandbox, Seen, TestResult } from './sandbox.ts';

/** SPEC: 15 s. */
export const DEFAULT_TIMEOUT_MS = 15_000;
/** A program whose child was lost is tried once more, in a fresh one: the child may have been killed from outside. */
const ATTEMPTS = 2;

/** What came of a program: the child's reply, or how the child was lost with what it had reported. */
export type ChildResult =
  | { readonly kind: 'reply'; readonly reply: RunReply }
  | ({ readonly kind: 'killed'; readonly why: 'timeout' | 'memory' } & Seen)
  | { readonly kind: 'lost'; readonly message: string };

/** A process that runs one program at a time. */
export interface Child {
  /** Settles when it can run programs; rejects with an OracleError. */
  ready(): Promise<void>;
  /** Only when ready and free. Never rejects. */
  run(request: Omit<RunRequest, 'id'>): Promise<ChildResult>;
  /** Ends the process at once. */
  kill(): void;
  readonly gone: boolean;
  /** Programs that it was given so far. */
  readonly programs: number;
}

export interface PoolOptions {
  readonly name: string;
  readonly workers: number;
  readonly spares: number;
  readonly timeoutMs: number;
  /** Programs after which a child is replaced. */
  readonly recycleAfter: number;
  start(): Child;
}

interface Job {
  readonly program: Program;
  readonly settle: (execution: Execution) => void;
}

export class SandboxPool implements Sandbox {
  readonly name: string;
  readonly #options: PoolOptions;
  readonly #queue: Job[] = [];
  /** Children without work: booting or ready. */
  readonly #free: Child[] = [];
  readonly #all = new Set<Child>();
  #active = 0;
  #lossSeen = false;
  #closed = false;

  constructor(options: PoolOptions) {
    this.name = options.name;
    this.#options = options;
  }

  run(programs: readonly Program[]): Promise<Execution[]> {
    const jobs = programs.map(
      (program) => new Promise<Execution>((settle) => this.#queue.push({ program, settle })),
    );
    while (this.#active < this.#options.workers && this.#queue.length > 0) void this.#work();
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
    const timeoutMs = program.timeoutMs ?? this.#options.timeoutMs;
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

  #take(): Child {
    return this.#free.shift() ?? this.#start();
  }

  #start(): Child {
    const child = this.#options.start();
    this.#all.add(child);
    child.ready().catch(() => this.#forget(child));
    return child;
  }

  #forget(child: Child): void {
    this.#all.delete(child);
    const at = this.#free.indexOf(child);
    if (at >= 0) this.#free.splice(at, 1);
  }

  /** Takes a child back, or replaces it in the background when it is lost, worn or old. */
  #release(child: Child, result: ChildResult): void {
    if (this.#closed) return;
    const worn = result.kind !== 'reply' || result.reply.worn || child.programs >= this.#options.recycleAfter;
    if (!worn && !child.gone) {
      this.#free.unshift(child);
      return;
    }
    child.kill();
    this.#forget(child);
    this.#lossSeen = true;
    while (this.#lossSeen && this.#all.size < this.#options.workers + this.#options.spares)
      this.#free.push(this.#start());
  }
}

export function requestOf(tests: Tests): { tests: RunRequest['tests']; notes: string[] } {
  if ('pytest' in tests) return { tests: { form: 'pytest', source: tests.pytest }, notes: [] };
  if ('functional' in tests) return { tests: { form: 'functional', source: tests.functional }, notes: [] };
  const { pairs, note } = choosePairs(tests);
  const inputs = pairs.map((pair) => pair.stdin);
  return { tests: { form: 'stdin', inputs }, notes: note === undefined ? [] : [note] };
}

export function executionOf(
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
    return { kind: result.why, message, tests: result.tests, stdout: result.stdout };
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
