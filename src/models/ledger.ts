/**
 * What the roles cost: calls, tokens and money, kept in the run's journal after every call so that a killed run
 * forgets nothing, and a budget over all roles. Money is US dollars; a price that is not known makes a cost that is
 * not known, never 0.
 */
import { z } from 'zod';
import { ModelError } from '../errors.ts';
import { type KeyedJournal, keptRow } from './completion-journal.ts';
import type { Budget, Prices } from './config.ts';

const STAGE = 'models.cost';
/** costsRow[role]: counts; later versions may have more of them. */
const costsRow = z.record(z.string(), z.record(z.string(), z.number()));

export interface TokenCounts {
  readonly input: number;
  readonly output: number;
}

/** The cost of one role so far. */
export interface RoleCost {
  /** Completions paid for. */
  calls: number;
  cacheHits: number;
  /** Attempts after the first. */
  retries: number;
  inputTokens: number;
  outputTokens: number;
  /** Calls whose server reported no usage: their tokens are estimates (bytes / 4). */
  estimatedCalls: number;
  /** Calls answered without enforcement of their JSON Schema by the server. */
  unenforcedSchemas: number;
  /** Attempts that were sent and lost (time limit, reset): the provider may have billed them. */
  lostAttempts: number;
  /** At most so much for the lost attempts. */
  lostTokens: number;
  /** US dollars at most for the lost attempts, where the price is known. */
  lostUsd: number;
  /** US dollars of the calls with a known price. */
  usd: number;
  /** Calls whose price is not known; their money is missing in `usd`. */
  unpricedCalls: number;
}

/** `cost.json`. */
export interface CostReport {
  /** Of all roles; null when the price of some call is not known. */
  readonly usd: number | null;
  readonly calls: number;
  readonly tokens: TokenCounts;
  readonly budget: { readonly usd?: number | undefined; readonly tokens?: number | undefined };
  readonly roles: Readonly<Record<string, Omit<RoleCost, 'usd'> & { readonly usd: number | null }>>;
}

/** Money and tokens set aside for an attempt in flight. Exactly one of the three ends it. */
export interface Hold {
  settle(usage: TokenCounts, marks: { readonly estimated: boolean; readonly unenforced: boolean }): void;
  /** Nothing was billed. */
  release(): void;
  /** The attempt was lost and may have been billed in full. */
  lost(): void;
}

export interface RoleLedger {
  /**
   * Sets aside what an attempt can cost at most; waits while others in flight hold what it needs.
   * @throws ModelError when the attempt could exceed the budget.
   */
  reserve(bound: TokenCounts, signal: AbortSignal): Promise<Hold>;
  hit(): void;
  retry(): void;
}

interface Amount {
  readonly usd: number;
  readonly tokens: number;
}

interface Waiter {
  readonly need: Amount;
  admit(): void;
  refuse(error: ModelError): void;
}

export class Ledger {
  readonly #budget: Budget;
  readonly #journal: KeyedJournal | undefined;
  readonly #roles = new Map<string, RoleCost>();
  readonly #waiting: Waiter[] = [];
  #held: Amount = { usd: 0, tokens: 0 };
  #refused: ModelError | undefined;

  /** @param options.journal keeps the counts over restarts; without it they live as long as the process. */
  constructor(options: { readonly budget?: Budget; readonly journal?: KeyedJournal } = {}) {
    this.#budget = options.budget ?? {};
    this.#journal = options.journal;
    const known = this.#journal && keptRow(this.#journal, { stage: STAGE, key: 'roles' }, costsRow);
    for (const [role, cost] of Object.entries(known ?? {})) this.#roles.set(role, { ...NOTHING, ...cost });
  }

  /** @throws ModelError when there is a budget in money and the role has no prices. */
  role(name: string, prices: Prices | undefined): RoleLedger {
    if (this.#budget.usd !== undefined && prices === undefined) {
      throw new ModelError(
        `the budget is ${this.#budget.usd} USD and the prices of role ${name} are not known`,
        {
          hint: `set prices of role ${name} (US dollars per million tokens; 0 and 0 for your own machine)`,
        },
      );
    }
    const cost = this.#costOf(name);
    return {
      hit: () => {
        cost.cacheHits++;
        this.#save();
      },
      retry: () => {
        cost.retries++;
        this.#save();
      },
      reserve: async (bound, signal) => {
        const need = amountOf(bound, prices);
        await this.#hold(need, signal);
        return this.#openHold(cost, { need, prices });
      },
    };
  }

  /**
   * The first call that the budget did not allow. A judge that could not be asked only says undecided: who pays for
   * judges looks here whether to stop.
   */
  get refused(): ModelError | undefined {
    return this.#refused;
  }

  report(): CostReport {
    const all = [...this.#roles.values()];
    const sum = (pick: (cost: RoleCost) => number): number =>
      all.reduce((total, cost) => total + pick(cost), 0);
    return {
      usd: sum(({ unpricedCalls }) => unpricedCalls) > 0 ? null : sum(({ usd }) => usd),
      calls: sum(({ calls }) => calls),
      tokens: {
        input: sum(({ inputTokens }) => inputTokens),
        output: sum(({ outputTokens }) => outputTokens),
      },
      budget: this.#budget,
      roles: Object.fromEntries(
        [...this.#roles].map(([role, cost]) => [
          role,
          { ...cost, usd: cost.unpricedCalls > 0 ? null : cost.usd },
        ]),
      ),
    };
  }

  #openHold(cost: RoleCost, { need, prices }: { need: Amount; prices: Prices | undefined }): Hold {
    const end = (): void => {
      this.#held = { usd: this.#held.usd - need.usd, tokens: this.#held.tokens - need.tokens };
      this.#admit();
    };
    return {
      settle: (usage, { estimated, unenforced }) => {
        cost.calls++;
        cost.inputTokens += usage.input;
        cost.outputTokens += usage.output;
        if (estimated) cost.estimatedCalls++;
        if (unenforced) cost.unenforcedSchemas++;
        if (prices === undefined) cost.unpricedCalls++;
        else cost.usd += amountOf(usage, prices).usd;
        this.#save();
        end();
      },
      release: end,
      lost: () => {
        cost.lostAttempts++;
        cost.lostTokens += need.tokens;
        cost.lostUsd += need.usd;
        this.#save();
        end();
      },
    };
  }

  async #hold(need: Amount, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const done = (): void => signal.removeEventListener('abort', leave);
      const waiter: Waiter = {
        need,
        admit: () => {
          done();
          resolve();
        },
        refuse: (error) => {
          done();
          reject(error);
        },
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(signal.reason);
        this.#admit();
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(waiter);
      this.#admit();
    });
  }

  /** First come, first served: a large call is not starved by small ones behind it. */
  #admit(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const { need } = first;
      const spent = this.#spent();
      const refusal = this.#refusal(spent, need);
      this.#refused ??= refusal;
      if (refusal === undefined && this.#exceeded(sumOf(spent, this.#held), need) !== undefined) return;
      this.#waiting.shift();
      if (refusal !== undefined) first.refuse(refusal);
      else {
        this.#held = sumOf(this.#held, need);
        first.admit();
      }
    }
  }

  #refusal(spent: Amount, need: Amount): ModelError | undefined {
    const limit = this.#exceeded(spent, need);
    if (limit === undefined) return undefined;
    const [budget, used, next] =
      limit === 'usd'
        ? [`${this.#budget.usd} USD`, `${spent.usd.toFixed(4)} USD`, `${need.usd.toFixed(4)} USD`]
        : [`${this.#budget.tokens} tokens`, String(spent.tokens), String(need.tokens)];
    return new ModelError(
      `the budget of ${budget} is reached: ${used} used, the next call can cost up to ${next}`,
      {
        failure: 'budget',
        hint: `raise budget.${limit} and run the same command again: finished calls are kept and not paid twice`,
      },
    );
  }

  #exceeded(spent: Amount, need: Amount): 'usd' | 'tokens' | undefined {
    if (spent.usd + need.usd > (this.#budget.usd ?? Number.POSITIVE_INFINITY)) return 'usd';
    if (spent.tokens + need.tokens > (this.#budget.tokens ?? Number.POSITIVE_INFINITY)) return 'tokens';
    return undefined;
  }

  /** Lost attempts count in full: the budget holds even if all of them were billed. */
  #spent(): Amount {
    let [usd, tokens] = [0, 0];
    for (const cost of this.#roles.values()) {
      usd += cost.usd + cost.lostUsd;
      tokens += cost.inputTokens + cost.outputTokens + cost.lostTokens;
    }
    return { usd, tokens };
  }

  #costOf(role: string): RoleCost {
    const known = this.#roles.get(role);
    if (known !== undefined) return known;
    const cost = { ...NOTHING };
    this.#roles.set(role, cost);
    return cost;
  }

  #save(): void {
    const saved = this.#journal?.put(STAGE, 'roles', Object.fromEntries(this.#roles));
    // The reply that is kept in the same transaction tells who waits for it.
    saved?.catch(() => {});
  }
}

const NOTHING: RoleCost = {
  calls: 0,
  cacheHits: 0,
  retries: 0,
  inputTokens: 0,
  outputTokens: 0,
  estimatedCalls: 0,
  unenforcedSchemas: 0,
  lostAttempts: 0,
  lostTokens: 0,
  lostUsd: 0,
  usd: 0,
  unpricedCalls: 0,
};

function amountOf({ input, output }: TokenCounts, prices: Prices | undefined): Amount {
  const usd = prices === undefined ? 0 : (input * prices.input + output * prices.output) / 1e6;
  return { usd, tokens: input + output };
}

function sumOf(a: Amount, b: Amount): Amount {
  return { usd: a.usd + b.usd, tokens: a.tokens + b.tokens };
}
