import type { Tests } from '../task.ts';

/** An answer's code with the tests that it must pass. */
export interface Program {
  /** Python source, as the answer gave it. Hostile. */
  readonly code: string;
  /** Test source or stdin/stdout pairs, from the task. Trusted not to attack, never shown to the answer. */
  readonly tests: Tests;
  /** The function that the task asks for: the tests may call it even if it shadows a Python builtin. */
  readonly entry?: string;
  /** Wall-clock limit of the whole program, all tests together. Milliseconds. */
  readonly timeoutMs?: number;
}

export interface TestResult {
  /** The assert's line and text, the pytest id, or `pair N`. */
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Why it failed (or was skipped), in one line. */
  readonly message?: string;
  /** pytest marks that say what a test is for, such as `security` and `functionality`; absent without one. */
  readonly marks?: readonly string[];
}

/** What was seen until the program ended, whichever way it ended. */
export interface Seen {
  /** Tests that ended, in order. */
  readonly tests: readonly TestResult[];
  /** What the answer printed, cut to the sandbox's limit. */
  readonly stdout: string;
}

/**
 * How a program ended. `finished`: every test has a result. `timeout`, `memory`, `crashed`: the answer's own
 * doing, so a failure with what was seen until then. `undecided`: the sandbox could not find out (it did not
 * start, was killed from outside, lacks a feature that the tests or the answer need).
 */
export type Execution =
  | ({ readonly kind: 'finished'; readonly notes: readonly string[] } & Seen)
  | ({ readonly kind: 'timeout' | 'memory' | 'crashed'; readonly message: string } & Seen)
  | { readonly kind: 'undecided'; readonly cause: string };

/** Runs answers against tests, walled off from this process, the machine and each other. */
export interface Sandbox {
  readonly name: string;
  /** An execution per program, in order. Never rejects for what a program does. */
  run(programs: readonly Program[]): Promise<Execution[]>;
  /** Ends every process of the sandbox. Programs still waiting are undecided. */
  close(): Promise<void>;
}
