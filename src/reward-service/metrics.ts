/** What the service counts, in Prometheus' text format. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { CostReport } from '../models/ledger.ts';
import type { OracleTiming } from '../oracles/checked-verdicts.ts';
import type { Reward } from '../oracles/reward.ts';

const SECONDS = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100];

export class ServiceMetrics {
  readonly #registry = new Registry();
  readonly #requests: Counter;
  readonly #seconds: Histogram;
  readonly #active: Gauge;
  readonly #rewards: Counter;
  readonly #oracleItems: Counter;
  readonly #oracleSeconds: Counter;

  constructor(cost?: () => CostReport) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#requests = new Counter({
      name: 'purpcode_requests_total',
      help: 'Requests answered, by path and status.',
      labelNames: ['path', 'status'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'purpcode_reward_request_seconds',
      help: 'Wall time of a reward request.',
      buckets: SECONDS,
      registers,
    });
    this.#active = new Gauge({
      name: 'purpcode_reward_requests_active',
      help: 'Reward requests that are being worked on.',
      registers,
    });
    this.#rewards = new Counter({
      name: 'purpcode_rewards_total',
      help: 'Responses rewarded: zero, positive or undecided.',
      labelNames: ['outcome'],
      registers,
    });
    this.#oracleItems = new Counter({
      name: 'purpcode_oracle_items_total',
      help: 'Responses that an oracle was asked about: checked, from the cache, and undecided among both.',
      labelNames: ['oracle', 'kind'],
      registers,
    });
    if (cost !== undefined) this.#watchCost(cost);
    this.#oracleSeconds = new Counter({
      name: 'purpcode_oracle_seconds_total',
      help: 'Wall time between asking an oracle and its answer; oracles overlap.',
      labelNames: ['oracle'],
      registers,
    });
  }

  /** Gauges, since the figures come from the ledger, which may go on from an earlier process. */
  #watchCost(cost: () => CostReport): void {
    const registers = [this.#registry];
    new Gauge({
      name: 'purpcode_judge_tokens',
      help: 'Tokens that judges have used.',
      labelNames: ['direction'],
      registers,
      collect() {
        const { tokens } = cost();
        this.set({ direction: 'input' }, tokens.input);
        this.set({ direction: 'output' }, tokens.output);
      },
    });
    new Gauge({
      name: 'purpcode_judge_usd',
      help: 'US dollars that judges have cost; NaN when a price is not known.',
      registers,
      collect() {
        this.set(cost().usd ?? Number.NaN);
      },
    });
  }

  answered(path: string, status: number): void {
    this.#requests.inc({ path, status });
  }

  /** @returns to be called when the request is done. */
  begin(): () => void {
    this.#active.inc();
    const end = this.#seconds.startTimer();
    return () => {
      this.#active.dec();
      end();
    };
  }

  rewarded(rewards: readonly Reward[], timings: Readonly<Record<string, OracleTiming>>): void {
    for (const { reward } of rewards) {
      this.#rewards.inc({ outcome: reward === null ? 'undecided' : reward > 0 ? 'positive' : 'zero' });
    }
    for (const [oracle, { items, cached, undecided, seconds }] of Object.entries(timings)) {
      this.#oracleItems.inc({ oracle, kind: 'checked' }, items - cached);
      this.#oracleItems.inc({ oracle, kind: 'cached' }, cached);
      this.#oracleItems.inc({ oracle, kind: 'undecided' }, undecided);
      this.#oracleSeconds.inc({ oracle }, seconds);
    }
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
