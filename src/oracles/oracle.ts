import type { Task } from './task.ts';
import type { Verdict } from './verdict.ts';

/** A response to a task, as the policy wrote it. */
export interface Item {
  readonly task: Task;
  /** The raw completion, in the response format (`## Analysis` / `## Answer`). */
  readonly response: string;
}

/**
 * Checks something about responses, always in batches. A verdict per item, in order. An oracle never throws
 * for what a response contains; one that cannot decide (crash, timeout, missing judge) says undecided.
 */
export interface Oracle {
  readonly name: string;
  check(items: readonly Item[]): Promise<Verdict[]>;
}
