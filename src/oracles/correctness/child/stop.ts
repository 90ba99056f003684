import type { StopKind } from './protocol.ts';

/** Thrown through the frames of both interpreters to end a program; no Python code can catch it. */
export class Stop extends Error {
  readonly kind: StopKind;
  constructor(kind: StopKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** The running program's limits, shared by both interpreters. */
export class Limits {
  #deadline = Number.POSITIVE_INFINITY;
  #timeoutMs = 0;
  #stopped: Stop | undefined;

  start(timeoutMs: number): void {
    this.#timeoutMs = timeoutMs;
    this.#stopped = undefined;
    this.#deadline = performance.now() + timeoutMs;
  }

  end(): void {
    this.#deadline = Number.POSITIVE_INFINITY;
    this.#stopped = undefined;
  }

  /** Ends the program even where a stream's callback swallows what it throws. */
  stop(reason: Stop): never {
    this.#stopped ??= reason;
    throw reason;
  }

  /** Throws once the time is up. Called from the interpreters' signal checks, clocks and system calls. */
  check(): void {
    if (this.#stopped !== undefined) throw this.#stopped;
    if (performance.now() > this.#deadline)
      throw new Stop('timeout', `not done after ${this.#timeoutMs / 1000} s`);
  }
}
