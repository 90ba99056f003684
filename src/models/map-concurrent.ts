/** Many items through few hands: results in order, memory bounded however long the stream is. */

export interface ConcurrencyLimits {
  /** Items in work at once. */
  readonly limit: number;
  /** How far work may run ahead of the oldest unfinished item; 4 x limit unless given. */
  readonly ahead?: number;
}

/**
 * Yields `work(item)` for every item, in the order of the items. No more than `limit` are in work and no more than
 * `ahead` are started and not yet yielded; items are pulled only when there is room. The first rejection in order
 * ends the stream; the signal given to `work` aborts when the stream ends early.
 */
export async function* mapConcurrent<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  limits: ConcurrencyLimits,
  work: (item: T, index: number, signal: AbortSignal) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const ahead = limits.ahead ?? 4 * limits.limit;
  if (!(limits.limit >= 1 && ahead >= 1)) throw new RangeError('limit and ahead are at least 1');
  const controller = new AbortController();
  const source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const started: Promise<R>[] = [];
  const slots = new Slots(limits.limit);
  let [index, exhausted] = [0, false];
  const begin = (item: T): Promise<R> => {
    const result = slots.run(() => work(item, index++, controller.signal));
    // Its turn to be looked at comes later; until then a rejection is not an unhandled one.
    result.catch(() => {});
    return result;
  };
  try {
    for (;;) {
      while (!exhausted && started.length < ahead && slots.free > 0) {
        const next = await source.next();
        if (next.done === true) exhausted = true;
        else started.push(begin(next.value));
      }
      const [first] = started;
      if (first === undefined) return;
      // Whichever comes first: the result that is due, or a free hand for the next item.
      const due = await Promise.race([
        first.then(() => true),
        slots.changed(exhausted || started.length >= ahead),
      ]);
      if (!due) continue;
      yield await started.shift()!;
    }
  } finally {
    controller.abort(new Error('the stream has ended'));
    if (!exhausted) await source.return?.();
  }
}

class Slots {
  free: number;
  #notify: (() => void) | undefined;

  constructor(free: number) {
    this.free = free;
  }

  async run<R>(work: () => Promise<R>): Promise<R> {
    this.free--;
    try {
      return await work();
    } finally {
      this.free++;
      this.#notify?.();
    }
  }

  /** Resolves to false when a slot becomes free; never, when nobody could use it. */
  changed(unused: boolean): Promise<false> {
    if (!unused && this.free > 0) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#notify = unused ? undefined : () => resolve(false);
    });
  }
}
