import { type ParsedResponse, parseResponse } from '../transcripts/format.ts';
import type { Task } from './task.ts';
import type { Verdict } from './verdict.ts';

/** A response to a task, as the policy wrote it. */
export interface Item {
  readonly task: Task;
  /** The raw completion. */
  readonly response: string;
  /**
   * How it is written: in the response format (`## Analysis` / `## Answer`) unless given, or `plain`, by a model that
   * was never taught the format: the whole of it is the answer.
   */
  readonly form?: 'template' | 'plain';
}

/** The sections of a response. */
export function readResponse({ response, form }: Item): ParsedResponse {
  return form === 'plain' ? { kind: 'ok', analysis: '', answer: response } : parseResponse(response);
}

/**
 * Checks something about responses, always in batches. A verdict per item, in order. An oracle never throws
 * for what a response contains; one that cannot decide (crash, timeout, missing judge) says undecided.
 */
export interface Oracle {
  readonly name: string;
  check(items: readonly Item[]): Promise<Verdict[]>;
}
