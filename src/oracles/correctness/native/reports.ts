/** What the tests' process of a program reports, frame by frame (python-cell.ts). */
import type { PairOutput, RunReply } from '../child/protocol.ts';
import type { TestResult } from '../sandbox.ts';

/** The process is ours, but it has met the answer: everything is checked. Throws for what is no report. */
export class Reports {
  readonly tests: TestResult[] = [];
  readonly pairs: PairOutput[] = [];
  stdout = '';
  unsupported: string | undefined;
  /** The program was broken off, by the answer or because the sandbox failed. */
  broken: { readonly kind: 'crashed' | 'sandbox' | 'timeout'; readonly message: string } | undefined;
  /** All tests have run. */
  ended = false;
  #pairFrom = 0;

  add(tag: string, message: unknown): void {
    if (tag === 'O') this.stdout += String(message);
    else if (tag === 'U') this.unsupported ??= String(message);
    else if (tag === 'E') this.ended = true;
    else if (tag === 'P') this.tests.push(readTest(message));
    else if (tag === 'M') this.#addPair(record(message));
    else if (tag === 'X') {
      const { kind, message: text } = record(message);
      const known = kind === 'sandbox' || kind === 'timeout' ? kind : 'crashed';
      this.broken = { kind: known, message: String(text) };
    }
  }

  reply(): Omit<RunReply, 'id' | 'worn'> {
    const { tests, pairs, stdout, unsupported } = this;
    return { tests, pairs, stdout, ...(unsupported === undefined ? {} : { unsupported }) };
  }

  /** What the answer printed before it told how it ended is complete by then. */
  #addPair({ exitCode, error }: Record<string, unknown>): void {
    const stdout = this.stdout.slice(this.#pairFrom);
    this.#pairFrom = this.stdout.length;
    const [type, line, bare] = Array.isArray(error) ? error.map(String) : [];
    const failure = type === undefined ? {} : { error: [type, line ?? '', bare ?? ''] as const };
    this.pairs.push({ stdout, exitCode: typeof exitCode === 'number' ? exitCode : 1, ...failure });
  }
}

function readTest(value: unknown): TestResult {
  const { name, outcome, message, marks } = record(value);
  if (outcome !== 'passed' && outcome !== 'failed' && outcome !== 'skipped')
    throw new Error('a test without an outcome');
  return {
    name: String(name),
    outcome,
    ...(message === undefined ? {} : { message: String(message) }),
    ...(Array.isArray(marks) ? { marks: marks.map(String) } : {}),
  };
}

function record(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error('a report of another shape');
  return value as Record<string, unknown>;
}
