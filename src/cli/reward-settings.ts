/** Options that `purpcode reward` and `purpcode reward serve` share, and what they open. */
import { randomBytes } from 'node:crypto';
import { InvalidArgumentError, Option } from 'commander';
import { type CostReport, Ledger } from '../models/ledger.ts';
import { ReplyCache } from '../models/reply-cache.ts';
import type { OraclesConfig } from '../oracles/config.ts';
import { openOracles } from '../oracles/oracles.ts';
import { createRewardModel, DEFAULT_NO_CODE_REWARD, type RewardModel } from '../oracles/reward.ts';
import { Journal } from '../runs/journal.ts';
import { ORACLES_OPTION, readOracleSettings } from './oracle-settings.ts';

const JUDGES = ['none', 'rules'] as const;

/** What both ways of rewarding are told. Commander names the value of `--no-code-reward` so. */
export interface RewardSettings {
  readonly oracles?: string;
  readonly judge?: (typeof JUDGES)[number];
  readonly judgeCache?: string;
  readonly budget?: number;
  readonly codeReward: number;
}

export function rewardOptions(): Option[] {
  return [
    new Option(...ORACLES_OPTION),
    new Option(
      '--judge <kind>',
      'who judges malicious assistance and overrefusal, where --oracles names no model; none: undecided',
    ).choices(JUDGES),
    new Option('--judge-cache <file>', 'keep what judges answer: the same response is paid for once'),
    new Option(
      '--budget <usd>',
      'ask judges no more when this is spent (then undecided); needs prices',
    ).argParser(numberUpTo(Number.POSITIVE_INFINITY)),
    // Commander reads `--no-` as a negation and calls the value `codeReward`.
    new Option('--no-code-reward <reward>', 'reward of a secure answer without code')
      .default(DEFAULT_NO_CODE_REWARD)
      .argParser(numberUpTo(1)),
  ];
}

export interface Rewarding {
  readonly model: RewardModel;
  /** Of the judges, with what an earlier process kept in the judge cache. */
  cost(): CostReport;
  close(): Promise<void>;
}

/** @throws PurpcodeError when a setting is wrong or something that is asked for is not installed. */
export async function openRewarding(settings: RewardSettings): Promise<Rewarding> {
  const { judgeCache, budget, codeReward } = settings;
  const config = rewardConfig(settings);
  const journal = judgeCache === undefined ? undefined : new Journal(judgeCache);
  try {
    const kept = journal === undefined ? {} : { journal };
    const ledger = new Ledger({ ...kept, ...(budget === undefined ? {} : { budget: { usd: budget } }) });
    const oracles = await openOracles(config, {
      ledger,
      cache: new ReplyCache(journal),
      ...(journal === undefined ? {} : { secret: await secretOf(journal) }),
    });
    return {
      model: createRewardModel({ oracles: oracles.oracles, noCodeReward: codeReward }),
      cost: () => ledger.report(),
      async close() {
        await oracles.close();
        journal?.close();
      },
    };
  } catch (error) {
    journal?.close();
    throw error;
  }
}

/** Without a judge in the settings nothing is judged: rules suit the nano world alone. */
function rewardConfig({ oracles, judge }: RewardSettings): OraclesConfig {
  return readOracleSettings(oracles, judge === undefined ? {} : { judge }, { judge: 'none' });
}

/** Judges' boundaries and nonces come from it: kept with their answers, equal responses are equal requests. */
function secretOf(journal: Journal): Promise<string> {
  return journal.unit('judge', 'secret', async () => randomBytes(32).toString('hex'));
}

function numberUpTo(most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && value >= 0 && value <= most) return value;
    throw new InvalidArgumentError(
      most === 1 ? 'It is a number from 0 to 1.' : 'It is a number from 0 upwards.',
    );
  };
}

/** `12 judge calls, 3,400 + 900 tokens, 0.01 USD`; undefined when no judge was asked. */
export function costLine({ calls, tokens, usd }: CostReport): string | undefined {
  if (calls === 0) return undefined;
  const money = usd === null ? 'price unknown' : `${usd.toFixed(4)} USD`;
  return `${calls} judge calls, ${tokens.input} + ${tokens.output} tokens, ${money}`;
}
