/** A role's turn-taking: so many requests in flight, so many requests and tokens a minute, and pauses that a server asks for. */
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A bucket that fills evenly and holds a second's worth, so that no 60 s see more than the limit (a single request
 * that is larger than the bucket waits until it would have filled that far).
 */
export class RateBucket {
  readonly #perSecond: number;
  readonly #size: number;
  #level: number;
  #filled: number;

  /** @param now seconds. */
  constructor(perMinute: number, now: number) {
    this.#size = Math.max(1, perMinute / 60);
    this.#perSecond = Math.max(perMinute - this.#size, perMinute / 2) / 60;
    this.#level = this.#size;
    this.#filled = now;
  }

  /** Takes `amount` and gives the seconds to wait before using it. */
  take(amount: number, now: number): number {
    const level = Math.min(this.#size, this.#level + (now - this.#filled) * this.#perSecond);
    this.#filled = now;
    this.#level = level - amount;
    return Math.max(0, -this.#level / this.#perSecond);
  }

  /** Gives back what was taken and not used. */
  giveBack(amount: number): void {
    this.#level += amount;
  }
}

export interface GateLimits {
  readonly concurrency: number;
  readonly requestsPerMinute?: number | undefined;
  readonly tokensPerMinute?: number | undefined;
}

export class Gate {
  readonly #waiting: (() => void)[] = [];
  readonly #requests: RateBucket | undefined;
  readonly #tokens: RateBucket | undefined;
  #free: number;
  #pausedUntil = 0;

  constructor(limits: GateLimits) {
    const bucket = (limit: number | undefined): RateBucket | undefined =>
      limit === undefined ? undefined : new RateBucket(limit, seconds());
    this.#free = limits.concurrency;
    this.#requests = bucket(limits.requestsPerMinute);
    this.#tokens = bucket(limits.tokensPerMinute);
  }

  /** Runs `work` when fewer than `concurrency` others run. First come, first served. */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.#enter(signal);
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }

  /** Waits until one more request with so many tokens keeps to the rates and no pause is on. */
  async turn(tokens: number, signal: AbortSignal): Promise<void> {
    const now = seconds();
    const wait = Math.max(this.#requests?.take(1, now) ?? 0, this.#tokens?.take(tokens, now) ?? 0);
    if (wait > 0) await this.wait(wait, signal);
    for (let pause = this.#pausedUntil - seconds(); pause > 0; pause = this.#pausedUntil - seconds()) {
      await this.wait(pause, signal);
    }
  }

  /** Waits so many seconds without giving up the place. */
  async wait(duration: number, signal: AbortSignal): Promise<void> {
    try {
      await sleep(duration * 1000, undefined, { signal });
    } catch {
      throw signal.reason;
    }
  }

  giveBack(tokens: number): void {
    this.#tokens?.giveBack(tokens);
  }

  /** No request of the role starts in the next so many seconds. */
  pause(duration: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, seconds() + duration);
  }

  async #enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        reject(signal.reason);
      };
      this.#waiting.push(enter);
      signal.addEventListener('abort', leave, { once: true });
    });
  }
}

function seconds(): number {
  return performance.now() / 1000;
}
