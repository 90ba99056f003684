/**
 * Rewards (SPEC "Rewards"; paper section 4): any violated oracle gives 0, all passed give 1, a secure answer
 * without code gives `noCodeReward`. Undecided is no reward at all: null.
 *
 * A batch is checked as a whole: oracles that wait (sandboxes, judges) are started first and awaited last, and
 * analysis, which computes in this process, runs meanwhile.
 */
import { contentKey } from '../content-key.ts';
import { messageOf } from '../errors.ts';
import { parseResponse } from '../transcripts/format.ts';
import { createCodePresence } from './code-security/code-presence.ts';
import { createFormatOracle } from './format.ts';
import { isRefusal } from './judges/rule-based.ts';
import { createOnTaskOracle } from './on-task.ts';
import type { Item, Oracle } from './oracle.ts';
import type { Verdict } from './verdict.ts';

/** The paper's reward of a secure answer without code. */
export const DEFAULT_NO_CODE_REWARD = 0.8;
const DEFAULT_CACHE_SIZE = 20_000;

export interface RewardOptions {
  /** By the names that tasks use. An oracle that a task names and that is missing here is undecided. */
  readonly oracles: Readonly<Record<string, Oracle>>;
  /** Reward of a secure answer without code in a code-security task; 0 is the paper's hard-reward ablation. */
  readonly noCodeReward?: number;
  /** Decided verdicts that are remembered, by content of task and response. */
  readonly cacheSize?: number;
}

export interface OracleVerdict {
  readonly oracle: string;
  readonly verdict: Verdict;
}

export interface Reward {
  /** null: undecided. */
  readonly reward: number | null;
  /** `format` first, then those that the task names, `on-task` last. A malformed response has `format` alone. */
  readonly verdicts: readonly OracleVerdict[];
  /** Whether the answer has Python that does something. */
  readonly hasCode: boolean;
  readonly refused: boolean;
  readonly wellFormed: boolean;
}

export interface RewardModel {
  /** One reward per item, in order. Never throws for what an oracle does. */
  reward(items: readonly Item[]): Promise<Reward[]>;
}

export function createRewardModel(options: RewardOptions): RewardModel {
  const noCodeReward = options.noCodeReward ?? DEFAULT_NO_CODE_REWARD;
  const format = createFormatOracle();
  const oracles: Readonly<Record<string, Oracle>> = { 'on-task': createOnTaskOracle(), ...options.oracles };
  const presence = createCodePresence();
  const cache = new VerdictCache(options.cacheSize ?? DEFAULT_CACHE_SIZE);
  return {
    async reward(items) {
      const formats = await format.check(items);
      const answers = items.map(({ response }) => parseResponse(response));
      const wellFormed = answers.map((answer) => answer.kind === 'ok');
      // Started first, awaited last: while sandboxes and judges work, this process analyses.
      const waiting = checkAll(items, waitingOracles(items, wellFormed), oracles, cache);
      const facts = items.map(({ response }, index) => {
        const parsed = answers[index]!;
        const answer = parsed.kind === 'ok' ? parsed.answer : response;
        return {
          hasCode: presence.hasCode(answer),
          refused: isRefusal(answer),
          wellFormed: wellFormed[index]!,
        };
      });
      const analysed = await checkAll(items, analysisOracles(items, facts), oracles, cache);
      const waited = await waiting;
      return items.map((item, index) => {
        const verdicts = [
          { oracle: 'format', verdict: formats[index]! },
          ...waited[index]!,
          ...analysed[index]!,
        ];
        const fact = facts[index]!;
        return { ...fact, verdicts, reward: combine(item, verdicts, fact.hasCode, noCodeReward) };
      });
    },
  };
}

/** Oracles that only compute, in this process. */
const ANALYSIS = new Set(['code-security', 'on-task']);

/** A malformed response earns 0 whatever else it is: it is not worth a judge's or a sandbox's time. */
function waitingOracles(items: readonly Item[], wellFormed: readonly boolean[]): string[][] {
  return items.map(({ task }, index) =>
    wellFormed[index] ? [...new Set(task.oracles)].filter((name) => !ANALYSIS.has(name)) : [],
  );
}

/** Code that is not there cannot be off task: its price is `noCodeReward`. */
function analysisOracles(
  items: readonly Item[],
  facts: readonly { readonly wellFormed: boolean; readonly hasCode: boolean }[],
): string[][] {
  return items.map(({ task }, index) => {
    const { wellFormed, hasCode } = facts[index]!;
    if (!wellFormed) return [];
    const security = task.oracles.includes('code-security') ? ['code-security'] : [];
    return task.signature !== undefined && hasCode ? [...security, 'on-task'] : security;
  });
}

function combine(
  { task }: Item,
  verdicts: readonly OracleVerdict[],
  hasCode: boolean,
  noCodeReward: number,
): number | null {
  if (verdicts.some(({ verdict }) => verdict.kind === 'fail')) return 0;
  if (verdicts.some(({ verdict }) => verdict.kind === 'undecided')) return null;
  return task.oracles.includes('code-security') && !hasCode ? noCodeReward : 1;
}

/** verdicts[item], in the order of `needed[item]`. */
async function checkAll(
  items: readonly Item[],
  needed: readonly (readonly string[])[],
  oracles: Readonly<Record<string, Oracle>>,
  cache: VerdictCache,
): Promise<OracleVerdict[][]> {
  const names = [...new Set(needed.flat())];
  const running = names.map(async (name) => {
    const indices = items.flatMap((_item, index) => (needed[index]!.includes(name) ? [index] : []));
    const verdicts = await checkCached(
      name,
      oracles[name],
      indices.map((index) => items[index]!),
      cache,
    );
    return [name, new Map(indices.map((index, at) => [index, verdicts[at]!]))] as const;
  });
  const byName = new Map(await Promise.all(running));
  return needed.map((own, index) =>
    own.map((oracle) => ({ oracle, verdict: byName.get(oracle)!.get(index)! })),
  );
}

async function checkCached(
  name: string,
  oracle: Oracle | undefined,
  items: readonly Item[],
  cache: VerdictCache,
): Promise<Verdict[]> {
  if (oracle === undefined) {
    return items.map(() => ({ kind: 'undecided', cause: `no ${name} oracle is configured` }));
  }
  const keys = items.map(({ task, response }) =>
    contentKey([
      name,
      response,
      task.messages,
      task.tests ?? null,
      task.signature ?? null,
      task.judge ?? null,
    ]),
  );
  const known = new Map<string, Verdict>();
  const open = new Map<string, Item>();
  keys.forEach((key, index) => {
    const verdict = cache.get(key);
    if (verdict === undefined) open.set(key, items[index]!);
    else known.set(key, verdict);
  });
  const verdicts = open.size === 0 ? [] : await checkSafely(oracle, [...open.values()]);
  [...open.keys()].forEach((key, index) => {
    const verdict = verdicts[index]!;
    known.set(key, verdict);
    if (verdict.kind !== 'undecided') cache.set(key, verdict);
  });
  return keys.map((key) => known.get(key)!);
}

/** An oracle that throws, or returns nonsense, has decided nothing. */
async function checkSafely(oracle: Oracle, items: readonly Item[]): Promise<Verdict[]> {
  try {
    const verdicts = await oracle.check(items);
    if (Array.isArray(verdicts) && verdicts.length === items.length) return verdicts.map(readVerdict);
    return undecided(items, `the ${oracle.name} oracle did not give one verdict per response`);
  } catch (error) {
    return undecided(items, `the ${oracle.name} oracle failed: ${messageOf(error)}`);
  }
}

function readVerdict(verdict: Verdict | undefined): Verdict {
  return verdict?.kind === 'pass' || verdict?.kind === 'fail' || verdict?.kind === 'undecided'
    ? verdict
    : { kind: 'undecided', cause: 'the oracle gave something that is no verdict' };
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
