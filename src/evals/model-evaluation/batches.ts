/**
 * Work in batches as large as what waits: while some are in work the next one grows, so that neither those who bring
 * items nor those who work on them wait for full batches.
 */
export class Batches<T> {
  readonly #work: (batch: readonly T[]) => Promise<void>;
  readonly #limits: { readonly active: number; readonly size: number };
  readonly #waiting: T[] = [];
  readonly #room: (() => void)[] = [];
  readonly #idle: (() => void)[] = [];
  #active = 0;
  #error: { readonly cause: unknown } | undefined;

  /** @param limits.active batches in work at once. @param limits.size most items of a batch. */
  constructor(
    work: (batch: readonly T[]) => Promise<void>,
    limits: { readonly active: number; readonly size: number },
  ) {
    this.#work = work;
    this.#limits = limits;
  }

  /** Resolves once there is room for more. @throws what the work of a batch threw. */
  async add(item: T): Promise<void> {
    this.#check();
    this.#waiting.push(item);
    this.#start();
    if (this.#waiting.length >= 2 * this.#limits.size) {
      await new Promise<void>((resolve) => this.#room.push(resolve));
    }
    this.#check();
  }

  /** Resolves when all work is done. @throws as `add`. */
  async end(): Promise<void> {
    await this.settle();
    this.#check();
  }

  /** Waits for what is in work; what waits for its turn is done too, unless something failed. Never throws. */
  async settle(): Promise<void> {
    if (this.#active > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #check(): void {
    if (this.#error !== undefined) throw this.#error.cause;
  }

  #start(): void {
    while (this.#active < this.#limits.active && this.#waiting.length > 0 && this.#error === undefined) {
      const batch = this.#waiting.splice(0, this.#limits.size);
      this.#active++;
      void this.#work(batch)
        .catch((cause: unknown) => {
          this.#error ??= { cause };
        })
        .finally(() => this.#next());
    }
  }

  #next(): void {
    this.#active--;
    this.#start();
    const hasRoom = this.#waiting.length < 2 * this.#limits.size || this.#error !== undefined;
    if (hasRoom) for (const go of this.#room.splice(0)) go();
    if (this.#active === 0) for (const done of this.#idle.splice(0)) done();
  }
}
