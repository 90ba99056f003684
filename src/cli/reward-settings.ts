/** Options that `purpcode reward` and `purpcode reward serve` share. */
import { InvalidArgumentError, Option } from 'commander';
import type { OraclesConfig } from '../oracles/config.ts';
import { DEFAULT_NO_CODE_REWARD } from '../oracles/reward.ts';
import { ORACLES_OPTION, readOracleSettings } from './oracle-settings.ts';

const JUDGES = ['none', 'rules'] as const;

/** What both ways of rewarding are told. Commander names the value of `--no-code-reward` so. */
export interface RewardSettings {
  readonly oracles?: string;
  readonly judge?: (typeof JUDGES)[number];
  readonly codeReward: number;
}

export function rewardOptions(): Option[] {
  return [
    new Option(...ORACLES_OPTION),
    new Option(
      '--judge <kind>',
      'who judges malicious assistance and overrefusal, where --oracles names no model; none: undecided',
    ).choices(JUDGES),
    noCodeRewardOption(),
  ];
}

/** @throws ConfigError. Without a judge in the settings nothing is judged: rules suit the nano world alone. */
export function rewardOracles({ oracles, judge }: RewardSettings): OraclesConfig {
  return readOracleSettings(oracles, judge === undefined ? {} : { judge }, { judge: 'none' });
}

/** Commander reads `--no-` as a negation and calls the value `codeReward`. */
function noCodeRewardOption(): Option {
  return new Option('--no-code-reward <reward>', 'reward of a secure answer without code')
    .default(DEFAULT_NO_CODE_REWARD)
    .argParser((text: string) => {
      const reward = Number(text);
      if (text.trim() !== '' && reward >= 0 && reward <= 1) return reward;
      throw new InvalidArgumentError('It is a number from 0 to 1.');
    });
}
