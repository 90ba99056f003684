/** Asking oracles safely: decided verdicts are remembered, whatever an oracle does becomes a verdict, time is counted. */
import { contentKey } from '../content-key.ts';
import { ModelError, messageOf } from '../errors.ts';
import type { Item, Oracle } from './oracle.ts';
import type { Verdict } from './verdict.ts';

/** What one oracle did since it was last asked for. */
export interface OracleTiming {
  readonly items: number;
  /** Of the items: answered from memory, or the same as another one of the batch. */
  readonly cached: number;
  readonly undecided: number;
  /** Seconds between asking and the answer; those of different oracles overlap. */
  readonly seconds: number;
}

export class CheckedOracles {
  readonly #oracles: Readonly<Record<string, Oracle>>;
  readonly #cache: VerdictCache;
  #timings = new Map<string, OracleTiming>();

  constructor(oracles: Readonly<Record<string, Oracle>>, cacheSize: number) {
    this.#oracles = oracles;
    this.#cache = new VerdictCache(cacheSize);
  }

  /** A verdict per item, in order. @throws ModelError when the budget of a judge is reached, and for nothing else. */
  async check(name: string, items: readonly Item[]): Promise<Verdict[]> {
    const oracle = this.#oracles[name];
    if (oracle === undefined) return undecided(items, `no ${name} oracle is configured`);
    const started = performance.now();
    const keys = items.map((item) => keyOf(name, item));
    const known = new Map<string, Verdict>();
    const open = new Map<string, Item>();
    for (const [index, key] of keys.entries()) {
      const verdict = this.#cache.get(key);
      if (verdict === undefined) open.set(key, items[index]!);
      else known.set(key, verdict);
    }
    const verdicts = open.size === 0 ? [] : await checkSafely(oracle, [...open.values()]);
    for (const [index, key] of [...open.keys()].entries()) {
      const verdict = verdicts[index]!;
      known.set(key, verdict);
      if (verdict.kind !== 'undecided') this.#cache.set(key, verdict);
    }
    const result = keys.map((key) => known.get(key)!);
    this.#count(name, result, open.size, (performance.now() - started) / 1000);
    return result;
  }

  takeTimings(): Record<string, OracleTiming> {
    const timings = Object.fromEntries(this.#timings);
    this.#timings = new Map();
    return timings;
  }

  #count(name: string, verdicts: readonly Verdict[], asked: number, seconds: number): void {
    const before = this.#timings.get(name) ?? { items: 0, cached: 0, undecided: 0, seconds: 0 };
    this.#timings.set(name, {
      items: before.items + verdicts.length,
      cached: before.cached + verdicts.length - asked,
      undecided: before.undecided + verdicts.filter(({ kind }) => kind === 'undecided').length,
      seconds: before.seconds + seconds,
    });
  }
}

/** More than a verdict depends on, but nothing that it does: a field that a task gets later is in it, too. */
function keyOf(name: string, { task, response, form = 'template' }: Item): string {
  const { id: _id, family: _family, provenance: _provenance, ...rest } = task;
  return contentKey([name, response, form, rest]);
}

/** An oracle that throws, or returns nonsense, has decided nothing. */
async function checkSafely(oracle: Oracle, items: readonly Item[]): Promise<Verdict[]> {
  try {
    const verdicts = await oracle.check(items);
    if (Array.isArray(verdicts) && verdicts.length === items.length) return verdicts.map(readVerdict);
    return undecided(items, `the ${oracle.name} oracle did not give one verdict per response`);
  } catch (error) {
    // No call after it will be made either: thousands of undecided responses are no result.
    if (error instanceof ModelError && error.failure === 'budget') throw error;
    return undecided(items, `the ${oracle.name} oracle failed: ${messageOf(error)}`);
  }
}

function readVerdict(verdict: Verdict | undefined): Verdict {
  if (verdict?.kind === 'pass' || verdict?.kind === 'undecided') return verdict;
  if (verdict?.kind === 'fail' && Array.isArray(verdict.evidence)) return verdict;
  return { kind: 'undecided', cause: 'the oracle gave something that is no verdict' };
}

function undecided(items: readonly Item[], cause: string): Verdict[] {
  return items.map(() => ({ kind: 'undecided', cause }));
}

/** The least recently used entries go first. Nothing undecided is kept: another try may decide. */
class VerdictCache {
  readonly #size: number;
  readonly #entries = new Map<string, Verdict>();

  constructor(size: number) {
    this.#size = size;
  }

  get(key: string): Verdict | undefined {
    const verdict = this.#entries.get(key);
    if (verdict !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, verdict);
    }
    return verdict;
  }

  set(key: string, verdict: Verdict): void {
    this.#entries.delete(key);
    this.#entries.set(key, verdict);
    while (this.#entries.size > this.#size) this.#entries.delete(this.#entries.keys().next().value!);
  }
}
