/**
 * The sandbox's child process. Two interpreters: one holds the tests, the other the answer. Test code never
 * enters the answer's interpreter, results never leave through it; see python-wire.ts for what passes between.
 */
import { fileURLToPath } from 'node:url';
import type { TestResult } from '../sandbox.ts';
import { Interpreter } from './interpreter.ts';
import { capMemory, closeNetwork, closeProcess } from './lockdown.ts';
import type { Boot, FromChild, PairOutput, RunReply, RunRequest, ToChild } from './protocol.ts';
import { ANSWER_PYTHON } from './python-answer.ts';
import { PYTEST_PYTHON } from './python-pytest.ts';
import { TESTS_PYTHON } from './python-tests.ts';
import { WIRE_PYTHON } from './python-wire.ts';
import { Limits, Stop } from './stop.ts';
import { outcomesOf, WARM_UP_ROUNDS, WARM_UPS } from './warm-up.ts';

/** Prints that are passed on at once, in case this process is killed; later ones in pieces of some size. */
const PROMPT_PRINTS = 100;
const PIECE_CHARACTERS = 8192;
/** Memory grows and never shrinks: a child whose interpreters have grown by more than this is replaced. */
const WORN_BYTES = 96 * 2 ** 20;

class Child {
  readonly #answer: Interpreter;
  readonly #tests: Interpreter;
  readonly #limits: Limits;
  readonly #bootBytes: number;
  readonly #send: (message: FromChild) => void;
  #results: TestResult[] = [];
  #unsupported: string | undefined;
  #stdout = '';
  /** The reply that an interpreter wrote last, until its caller takes it. */
  #replies = new Map<Interpreter, string>();

  constructor(
    interpreters: { answer: Interpreter; tests: Interpreter },
    limits: Limits,
    send: (m: FromChild) => void,
  ) {
    this.#answer = interpreters.answer;
    this.#tests = interpreters.tests;
    this.#limits = limits;
    this.#send = send;
    this.#bootBytes = this.#answer.memoryBytes + this.#tests.memoryBytes;
  }

  /** Runs a program. Before the next one, `settle`. */
  run(request: RunRequest): RunReply {
    this.#results = [];
    this.#unsupported = undefined;
    this.#stdout = '';
    this.#wire(request);
    this.#answer.printer = this.#stream(request.id);
    const pairs: PairOutput[] = [];
    let stopped: RunReply['stopped'];
    let whole = true;
    this.#limits.start(request.timeoutMs);
    try {
      if (request.tests.form === 'stdin') {
        for (const input of request.tests.inputs) {
          if (pairs.length > 0) whole = this.#answer.restore() && whole;
          this.#runPair(request.code, input, pairs);
        }
      } else {
        const { form, source } = request.tests;
        this.#invoke(this.#tests, { op: 'run', a: [form, source, request.code, request.entry] });
      }
      this.#limits.check();
    } catch (error) {
      stopped = stopOf(error);
      // A stop of ours unwinds at a known place; after a trap inside WebAssembly nothing is known.
      if (!(error instanceof Stop)) whole = false;
    }
    this.#limits.end();
    this.#stdout += this.#answer.takeOutput();
    const restored = this.#restoreFiles() && whole;
    return {
      id: request.id,
      tests: this.#results,
      pairs,
      stdout: this.#stdout,
      ...(stopped === undefined ? {} : { stopped }),
      ...(this.#unsupported === undefined ? {} : { unsupported: this.#unsupported }),
      worn: !restored,
    };
  }

  #stream(id: number): (text: string) => void {
    let prints = 0;
    let piece = '';
    return (text) => {
      piece += text;
      prints += 1;
      if (prints > PROMPT_PRINTS && piece.length < PIECE_CHARACTERS) return;
      this.#send({ kind: 'output', id, text: piece });
      piece = '';
    };
  }

  #runPair(code: string, input: string, pairs: PairOutput[]): void {
    this.#answer.input = input;
    this.#invoke(this.#answer, { op: 'main', a: [code] });
    const reply = JSON.parse(this.#replies.get(this.#answer) ?? '{}');
    const stdout = this.#answer.takeOutput();
    this.#stdout += stdout;
    pairs.push(pairOutput(reply, stdout));
  }

  /** What cannot fail, and so may follow the reply: both memories. */
  settle(): void {
    this.#answer.restoreMemory();
    this.#tests.restoreMemory();
  }

  #restoreFiles(): boolean {
    const whole = [this.#answer.restoreFiles(), this.#tests.restoreFiles()];
    const grown = this.#answer.memoryBytes + this.#tests.memoryBytes - this.#bootBytes;
    return !whole.includes(false) && grown <= WORN_BYTES;
  }

  /** Connects the two channels for one program. Only the tests' side can report results. */
  #wire({ id, tests }: RunRequest): void {
    this.#replies.clear();
    this.#tests.receiver = (tag, message) => {
      if (tag === 'R') this.#replies.set(this.#tests, message);
      else if (tag === 'C') this.#tests.deliver(...this.#ask(this.#answer, message));
      else if (tag === 'U') this.#unsupported ??= JSON.parse(message);
      else if (tag === 'P') {
        const test: TestResult = JSON.parse(message);
        this.#results.push(test);
        this.#send({ kind: 'test', id, test });
      }
    };
    this.#answer.receiver = (tag, message) => {
      if (tag === 'R') this.#replies.set(this.#answer, message);
      else if (tag === 'C' && tests.form !== 'stdin') {
        this.#answer.deliver(this.#ask(this.#tests, message)[0]);
      }
    };
  }

  /** The other interpreter's reply to a message, and what the answer printed until then. */
  #ask(whom: Interpreter, message: string): [string, string] {
    const saved = this.#replies.get(whom);
    this.#replies.delete(whom);
    const asking = whom === this.#answer ? this.#tests : this.#answer;
    if (asking.files.used || whom.files.used) whom.files.mirror(asking.files);
    whom.call(message);
    if (whom.files.used || asking.files.used) asking.files.mirror(whom.files);
    const reply = this.#replies.get(whom);
    if (saved !== undefined) this.#replies.set(whom, saved);
    if (reply === undefined) throw new Stop('crashed', 'the answer closed its channel');
    const printed = whom === this.#answer ? this.#answer.takeOutput() : '';
    this.#stdout += printed;
    return [reply, printed];
  }

  #invoke(whom: Interpreter, message: object): void {
    this.#replies.delete(whom);
    whom.call(JSON.stringify(message));
    if (!this.#replies.has(whom)) throw new Stop('crashed', 'the answer closed its channel');
  }
}

/** Everything here was written by the answer's side, so every field is checked. */
function pairOutput(reply: { v?: unknown; e?: unknown }, stdout: string): PairOutput {
  // ['t', [exitCode, null | ['l', 0, [class, line, message]]]]
  const fields = Array.isArray(reply.v) && Array.isArray(reply.v[1]) ? reply.v[1] : [];
  const error =
    Array.isArray(fields[1]) && Array.isArray(fields[1][2]) ? fields[1][2].map(String) : undefined;
  const exitCode = typeof fields[0] === 'number' ? fields[0] : 1;
  if (error === undefined) return { stdout, exitCode };
  return { stdout, exitCode, error: [error[0] ?? '', error[1] ?? '', error[2] ?? ''] };
}

function stopOf(error: unknown): NonNullable<RunReply['stopped']> {
  if (error instanceof Stop) return { kind: error.kind, message: error.message };
  // Emscripten ends a program by exceptions of its own; V8 by RangeError and RuntimeError.
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { kind: 'crashed', message: `the answer broke the interpreter (${message.slice(0, 200)})` };
}

async function bootChild(boot: Boot, send: (message: FromChild) => void): Promise<Child> {
  const limits = new Limits();
  const script = boot.pyodide;
  const folder = fileURLToPath(new URL('.', script));
  const { library, outputBytes } = boot;
  const shared = { script, folder, library, limits, outputBytes };
  closeProcess();
  capMemory(boot.memoryBytes);
  const answer = await Interpreter.boot({ ...shared, python: WIRE_PYTHON + ANSWER_PYTHON });
  const tests = await Interpreter.boot({ ...shared, python: WIRE_PYTHON + TESTS_PYTHON + PYTEST_PYTHON });
  warmUp(answer, tests, limits);
  answer.keep();
  tests.keep();
  closeNetwork();
  return new Child({ answer, tests }, limits, send);
}

/** What runs for the first time runs slowly and writes more: see warm-up.ts. */
function warmUp(answer: Interpreter, tests: Interpreter, limits: Limits): void {
  const child = new Child({ answer, tests }, limits, () => {});
  for (let round = 0; round < WARM_UP_ROUNDS; round++) {
    for (const { request, outcomes } of WARM_UPS) {
      const reply = child.run(request);
      if (outcomesOf(reply) !== outcomes)
        throw new Stop('sandbox', `its first program went wrong: ${JSON.stringify(reply).slice(0, 2000)}`);
      answer.forget();
      tests.forget();
    }
  }
}

/** Serves the parent over IPC until it disconnects. */
function serve(): void {
  const send = (message: FromChild) => process.send?.(message);
  let child: Child | undefined;
  process.on('message', (message: ToChild) => {
    if (message.kind === 'run') {
      if (child === undefined) return;
      send({ kind: 'reply', reply: child.run(message.run) });
      // The parent reads the reply and sends the next program meanwhile.
      child.settle();
      return;
    }
    bootChild(message.boot, send).then(
      (booted) => {
        child = booted;
        send({ kind: 'ready' });
      },
      (error: unknown) =>
        send({
          kind: 'failed',
          message: error instanceof Error ? (error.stack ?? error.message) : String(error),
        }),
    );
  });
  process.on('disconnect', () => process.exit());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) serve();
