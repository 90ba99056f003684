/** `purpcode reward`: the batched reward on a file of responses, for any RL trainer. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { IoError, messageOf } from '../errors.ts';
import { createCodeSecurityOracle } from '../oracles/code-security/oracle.ts';
import { createRuffAnalyser } from '../oracles/code-security/ruff.ts';
import { createCorrectnessOracle } from '../oracles/correctness/oracle.ts';
import { createPyodideSandbox } from '../oracles/correctness/pyodide-sandbox.ts';
import { createRuleBasedJudge } from '../oracles/judges/rule-based.ts';
import type { Oracle } from '../oracles/oracle.ts';
import { createRewardModel, DEFAULT_NO_CODE_REWARD, type Reward } from '../oracles/reward.ts';
import { parseRewardItems, type RewardItem, toRewardRow } from '../oracles/reward-items.ts';

const JUDGES = ['none', 'rules'] as const;
const STREAM = '-';

interface RewardCommandOptions {
  readonly in: string;
  readonly out: string;
  readonly judge: (typeof JUDGES)[number];
  readonly noCodeReward: number;
  readonly json?: boolean;
}

export function rewardCommand(): Command {
  return new Command('reward')
    .description('rewards of model responses, by the oracles that each of them names')
    .requiredOption('--in <file>', 'JSONL of { id, oracle, prompt, response, tests? }; - is standard input')
    .requiredOption('--out <file>', 'JSONL of { id, reward, verdicts }; - is standard output')
    .addOption(
      new Option('--judge <kind>', 'who judges malicious assistance and overrefusal; none: undecided')
        .choices(JUDGES)
        .default('none'),
    )
    .addOption(noCodeRewardOption())
    .option('--json', 'the summary as JSON')
    .addHelpText(
      'after',
      '\nA reward is null when an oracle could not decide. Exit codes: 0 done, 2 bad input.',
    )
    .action(async (options: Omit<RewardCommandOptions, 'noCodeReward'> & { codeReward: number }) =>
      rewardFile({ ...options, noCodeReward: options.codeReward }),
    );
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

async function rewardFile(options: RewardCommandOptions): Promise<void> {
  const name = options.in === STREAM ? 'stdin' : options.in;
  const items = parseRewardItems(readInput(options.in, name), name);
  const rewards = await computeRewards(items, options);
  writeOutput(
    options.out,
    items.map(({ id }, index) => `${JSON.stringify(toRewardRow(id, rewards[index]!))}\n`).join(''),
  );
  const undecided = rewards.filter(({ reward }) => reward === null).length;
  const decided = rewards.flatMap(({ reward }) => (reward === null ? [] : [reward]));
  const mean =
    decided.length === 0 ? null : decided.reduce((sum, reward) => sum + reward, 0) / decided.length;
  console.error(
    options.json
      ? JSON.stringify({ responses: items.length, undecided, mean })
      : `${items.length} responses, mean reward ${mean?.toFixed(3) ?? 'unknown'}, ${undecided} undecided`,
  );
}

/** The sandbox is started only when a line needs it, and always stopped. */
async function computeRewards(
  items: readonly RewardItem[],
  { judge, noCodeReward }: RewardCommandOptions,
): Promise<Reward[]> {
  const needsSandbox = items.some(({ item }) => item.task.oracles.includes('correctness'));
  const sandbox = needsSandbox ? createPyodideSandbox() : undefined;
  const judges = judge === 'rules' ? createRuleBasedJudge() : undefined;
  const oracles: Record<string, Oracle> = {
    'code-security': createCodeSecurityOracle({ analysers: [createRuffAnalyser()] }),
    'malicious-assistance': judges?.maliciousAssistance ?? withoutJudge('malicious-assistance'),
    overrefusal: judges?.overrefusal ?? withoutJudge('overrefusal'),
    ...(sandbox === undefined ? {} : { correctness: createCorrectnessOracle(sandbox) }),
  };
  try {
    return await createRewardModel({ oracles, noCodeReward }).reward(items.map(({ item }) => item));
  } finally {
    await sandbox?.close();
  }
}

function withoutJudge(name: string): Oracle {
  const cause = 'there is no judge; --judge says which to use';
  return { name, check: async (items) => items.map(() => ({ kind: 'undecided', cause })) };
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
