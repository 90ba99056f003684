/**
 * Analysers on worker threads (SPEC "Batched reward calculation"): a batch is cut into chunks of about the same
 * number of lines, threads take one after the other, and the main thread stays free for sandboxes and judges. An
 * analyser that hangs or takes its thread down costs the snippet that it hangs on its result, and nothing else.
 */
import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { messageOf } from '../../errors.ts';
import type { Analyser, AnalysisResult, Snippet } from './analyser.ts';
import { LANGUAGES } from './language.ts';

/** How a thread makes an analyser: the function `factory` that `module` (a URL) exports, called with `options`. */
export interface AnalyserModule {
  readonly name: string;
  readonly module: string;
  readonly factory: string;
  /** As Analyser.languages. */
  readonly languages?: readonly string[];
  /** Plain data. */
  readonly options?: unknown;
}

export interface AnalysisPoolOptions {
  /** Threads; by default one a core, at most four. */
  readonly threads?: number;
  /** Milliseconds that one snippet may take (loading the analyser included) before it is undecided. */
  readonly timeoutMs?: number;
}

export interface AnalysisPool {
  /** In the order of the modules, by their names. */
  readonly analysers: readonly Analyser[];
  /** Ends the threads; what is being analysed fails. */
  close(): Promise<void>;
}

/** What the threads and the pool tell each other. `current`: index of the snippet in work, number of those begun. */
export interface AnalysisThreadData {
  readonly modules: readonly AnalyserModule[];
  readonly current: SharedArrayBuffer;
}

export interface AnalysisRequest {
  readonly analyser: number;
  readonly snippets: readonly Snippet[];
}

export interface AnalysisReply {
  readonly results: readonly AnalysisResult[];
}

interface Chunk extends AnalysisRequest {
  /** Places of the snippets in the batch. */
  readonly places: readonly number[];
  readonly settle: (place: number, result: AnalysisResult) => void;
  /** A snippet on which a thread has died before, by itself. */
  readonly again?: boolean;
}

const MAX_THREADS = 4;
const DEFAULT_TIMEOUT_MS = 20_000;
/** Enough work that the message costs nothing beside it, and little enough that threads end together. */
const LINES_PER_CHUNK = 1_000;
const NOT_BEGUN = -1;

/** Threads start with the first batch and keep no process alive. */
export function createAnalysisPool(
  modules: readonly AnalyserModule[],
  options: AnalysisPoolOptions = {},
): AnalysisPool {
  const pool = new Pool(modules, options);
  return {
    analysers: modules.map(({ name, languages }, index) => ({
      name,
      ...(languages === undefined ? {} : { languages }),
      analyse: (snippets: readonly Snippet[]) => pool.analyse(index, snippets),
    })),
    close: () => pool.close(),
  };
}

/** The embedded analysers as modules of a pool. @param options.rules folders with ast-grep rules beside ours */
export function embeddedAnalysers(
  names: readonly ('ruff' | 'ast-grep')[],
  options: { readonly rules?: readonly string[] } = {},
): AnalyserModule[] {
  // .ts in a checkout, .js in the published package
  const url = (path: string) => new URL(`${path}${extname(import.meta.url)}`, import.meta.url).href;
  return names.map((name) =>
    name === 'ruff'
      ? { name, module: url('./ruff'), factory: 'createRuffAnalyser', languages: ['python'] }
      : {
          name,
          module: url('./ast-grep/analyser'),
          factory: 'createAstGrepAnalyser',
          languages: LANGUAGES,
          options,
        },
  );
}

class Pool {
  readonly #modules: readonly AnalyserModule[];
  readonly #size: number;
  readonly #timeoutMs: number;
  readonly #queue: Chunk[] = [];
  readonly #threads = new Set<Thread>();
  #closed = false;

  constructor(modules: readonly AnalyserModule[], options: AnalysisPoolOptions) {
    this.#modules = modules;
    this.#size = options.threads ?? Math.min(MAX_THREADS, availableParallelism());
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  }

  analyse(analyser: number, snippets: readonly Snippet[]): Promise<AnalysisResult[]> {
    if (snippets.length === 0) return Promise.resolve([]);
    const { promise, resolve } = Promise.withResolvers<AnalysisResult[]>();
    const results = new Array<AnalysisResult>(snippets.length);
    let open = snippets.length;
    const settle = (place: number, result: AnalysisResult) => {
      results[place] = result;
      open--;
      if (open === 0) resolve(results);
    };
    for (const places of chunksOf(snippets)) {
      this.#queue.push({ analyser, snippets: places.map((place) => snippets[place]!), places, settle });
    }
    this.#dispatch();
    return promise;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const chunk of this.#queue.splice(0)) failAll(chunk, 'the analysers were closed');
    await Promise.all([...this.#threads].map((thread) => thread.end('the analysers were closed')));
  }

  #dispatch(): void {
    if (this.#closed) {
      for (const chunk of this.#queue.splice(0)) failAll(chunk, 'the analysers were closed');
    }
    while (this.#queue.length > 0) {
      const thread = this.#idleThread();
      if (thread === undefined) return;
      thread.run(this.#queue.shift()!);
    }
  }

  #idleThread(): Thread | undefined {
    const idle = [...this.#threads].find((thread) => thread.idle);
    if (idle !== undefined || this.#threads.size >= this.#size) return idle;
    const thread = new Thread(this.#modules, this.#timeoutMs, {
      done: () => this.#dispatch(),
      lost: (rest) => {
        this.#threads.delete(thread);
        this.#queue.unshift(...rest);
        this.#dispatch();
      },
    });
    this.#threads.add(thread);
    return thread;
  }
}

interface ThreadEvents {
  /** The thread is idle again. */
  readonly done: () => void;
  /** The thread is gone; `rest` is what of its chunk others have to do. */
  readonly lost: (rest: readonly Chunk[]) => void;
}

class Thread {
  readonly #worker: Worker;
  readonly #current: Int32Array;
  readonly #events: ThreadEvents;
  readonly #timeoutMs: number;
  #chunk: Chunk | undefined;
  #watch: NodeJS.Timeout | undefined;
  #gone = false;

  constructor(modules: readonly AnalyserModule[], timeoutMs: number, events: ThreadEvents) {
    const current = new SharedArrayBuffer(8);
    const url = new URL(`./analysis-worker${extname(import.meta.url)}`, import.meta.url);
    const data: AnalysisThreadData = { modules, current };
    this.#current = new Int32Array(current);
    this.#events = events;
    this.#timeoutMs = timeoutMs;
    this.#worker = new Worker(url, { workerData: data, name: 'purpcode-analysis' });
    this.#worker.unref();
    this.#worker.on('message', ({ results }: AnalysisReply) => this.#finish(results));
    // What a crash of Ruff leaves behind may kill the thread later, in the middle of another snippet.
    this.#worker.on('error', (error) =>
      this.#lose(`its thread died: ${messageOf(error)}`, { certain: false }),
    );
    this.#worker.on('exit', () => this.#lose('its thread ended', { certain: false }));
  }

  get idle(): boolean {
    return this.#chunk === undefined && !this.#gone;
  }

  run(chunk: Chunk): void {
    this.#chunk = chunk;
    Atomics.store(this.#current, 0, NOT_BEGUN);
    this.#worker.ref();
    this.#watchFrom(this.#begun());
    this.#worker.postMessage({
      analyser: chunk.analyser,
      snippets: chunk.snippets,
    } satisfies AnalysisRequest);
  }

  async end(cause: string): Promise<void> {
    this.#gone = true;
    clearTimeout(this.#watch);
    if (this.#chunk !== undefined) failAll(this.#chunk, cause);
    this.#chunk = undefined;
    await this.#worker.terminate();
  }

  #begun(): number {
    return Atomics.load(this.#current, 1);
  }

  /** Looks whether a snippet is still the same one after the time that it may take. */
  #watchFrom(begun: number): void {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => {
      if (this.#begun() !== begun) return this.#watchFrom(this.#begun());
      this.#lose(`it was not done after ${this.#timeoutMs / 1000} s`, { certain: true });
      void this.#worker.terminate();
    }, this.#timeoutMs);
  }

  #finish(results: readonly AnalysisResult[]): void {
    const chunk = this.#chunk;
    if (chunk === undefined) return;
    clearTimeout(this.#watch);
    this.#chunk = undefined;
    this.#worker.unref();
    for (const [index, place] of chunk.places.entries()) chunk.settle(place, results[index]!);
    this.#events.done();
  }

  /**
   * The snippet in work fails, the others of the chunk are done again elsewhere: their results are lost with it.
   * @param blame.certain whether it is to blame; otherwise it fails when it happens to it a second time, alone.
   */
  #lose(cause: string, blame: { certain: boolean }): void {
    if (this.#gone) return;
    this.#gone = true;
    clearTimeout(this.#watch);
    const chunk = this.#chunk;
    this.#chunk = undefined;
    this.#events.lost(chunk === undefined ? [] : this.#restOf(chunk, cause, blame));
  }

  #restOf(chunk: Chunk, cause: string, blame: { certain: boolean }): Chunk[] {
    const culprit = Atomics.load(this.#current, 0);
    if (culprit === NOT_BEGUN) {
      // The thread cannot even start: another one would not either.
      failAll(chunk, cause);
      return [];
    }
    const isCulprit = (_entry: unknown, index: number) => index === culprit;
    const alone = { ...part(chunk, isCulprit), again: true };
    const others = part(chunk, (entry, index) => !isCulprit(entry, index));
    if (blame.certain || chunk.again) failAll(alone, cause);
    // It comes first: on a new thread nothing is left from others.
    return [...(blame.certain || chunk.again ? [] : [alone]), others].filter(
      ({ places }) => places.length > 0,
    );
  }
}

function part(chunk: Chunk, keep: (entry: unknown, index: number) => boolean): Chunk {
  return { ...chunk, places: chunk.places.filter(keep), snippets: chunk.snippets.filter(keep) };
}

function failAll({ places, settle }: Chunk, cause: string): void {
  for (const place of places) settle(place, { kind: 'failed', cause });
}

/** Places of a batch in chunks of about LINES_PER_CHUNK lines; one long snippet is a chunk of its own. */
function chunksOf(snippets: readonly Snippet[]): number[][] {
  const chunks: number[][] = [];
  let lines = LINES_PER_CHUNK;
  for (const [place, { code }] of snippets.entries()) {
    const own = countLines(code);
    if (lines + own > LINES_PER_CHUNK) {
      chunks.push([]);
      lines = 0;
    }
    chunks.at(-1)!.push(place);
    lines += own;
  }
  return chunks;
}

function countLines(code: string): number {
  let lines = 1;
  for (let at = code.indexOf('\n'); at >= 0; at = code.indexOf('\n', at + 1)) lines++;
  return lines;
}
