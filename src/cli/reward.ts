/** `purpcode reward`: the batched reward on a file of responses, for any RL trainer. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { ConfigError, IoError, messageOf } from '../errors.ts';
import type { CostReport } from '../models/ledger.ts';
import { parseRewardItems, toRewardRow } from '../oracles/reward-items.ts';
import { rewardServeCommand } from './reward-serve.ts';
import { costLine, openRewarding, type RewardSettings, rewardOptions } from './reward-settings.ts';

const STREAM = '-';

interface RewardFileOptions extends RewardSettings {
  readonly in?: string;
  readonly out?: string;
  readonly json?: boolean;
}

export function rewardCommand(): Command {
  const command = new Command('reward')
    .description('rewards of model responses, by the oracles that each of them names')
    .option('--in <file>', 'JSONL of { id, oracle, prompt, response, tests? }; - is standard input')
    .option('--out <file>', 'JSONL of { id, reward, objectives, verdicts }; - is standard output')
    .option('--json', 'the summary as JSON')
    .addHelpText(
      'after',
      '\nA reward is null when an oracle could not decide. Exit codes: 0 done, 2 bad input.',
    )
    .action(rewardFile);
  for (const option of rewardOptions()) command.addOption(option);
  return command.addCommand(rewardServeCommand());
}

async function rewardFile(options: RewardFileOptions): Promise<void> {
  const { in: source, out } = options;
  if (source === undefined || out === undefined) {
    throw new ConfigError('--in and --out say which responses to reward and where to', {
      hint: '`purpcode reward serve` starts the service instead',
    });
  }
  const name = source === STREAM ? 'stdin' : source;
  const items = parseRewardItems(readInput(source, name), name);
  const rewarding = await openRewarding(options);
  try {
    const rewards = await rewarding.model.reward(items.map(({ item }) => item));
    const rows = items.map(({ id }, index) => toRewardRow(id, rewards[index]!));
    writeOutput(out, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    report(
      rewards.map(({ reward }) => reward),
      rewarding.cost(),
      options.json === true,
    );
  } finally {
    await rewarding.close();
  }
}

function report(rewards: readonly (number | null)[], cost: CostReport, json: boolean): void {
  const decided = rewards.filter((reward) => reward !== null);
  const undecided = rewards.length - decided.length;
  const mean =
    decided.length === 0 ? null : decided.reduce((sum, reward) => sum + reward, 0) / decided.length;
  const lines = json
    ? [JSON.stringify({ responses: rewards.length, undecided, mean, cost })]
    : [
        `${rewards.length} responses, mean reward ${mean?.toFixed(3) ?? 'unknown'}, ${undecided} undecided`,
        costLine(cost),
      ];
  for (const line of lines) if (line !== undefined) console.error(line);
}

function readInput(path: string, name: string): string {
  try {
    const bytes = readFileSync(path === STREAM ? 0 : path);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new IoError(`${name} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** The file appears as a whole or not at all. */
function writeOutput(path: string, text: string): void {
  if (path === STREAM) {
    process.stdout.write(text);
    return;
  }
  const temporary = `${path}.partial`;
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new IoError(`${path} cannot be written: ${messageOf(error)}`, { cause: error });
  }
}
