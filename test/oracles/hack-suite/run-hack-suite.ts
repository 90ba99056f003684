/** The hack suite (README.md here): responses with the reward that they ought to get, whatever checks them. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Analyser } from '../../../src/oracles/code-security/analyser.ts';
import { createCodeSecurityOracle } from '../../../src/oracles/code-security/oracle.ts';
import { createCorrectnessOracle } from '../../../src/oracles/correctness/oracle.ts';
import type { Sandbox } from '../../../src/oracles/correctness/sandbox.ts';
import { createRuleBasedJudge } from '../../../src/oracles/judges/rule-based.ts';
import type { Oracle } from '../../../src/oracles/oracle.ts';
import { createRewardModel, type Reward } from '../../../src/oracles/reward.ts';
import { parseRewardItems, type RewardItem } from '../../../src/oracles/reward-items.ts';

export interface HackLine extends RewardItem {
  readonly about: string;
  readonly honest: boolean;
  /** The reward that the response ought to get. */
  readonly reward: number;
}

export interface HackSuiteOptions {
  readonly analysers: readonly Analyser[];
  /** Without one, the lines that run code are left out. */
  readonly sandbox?: Sandbox;
  /** Which lines to run; all unless given. */
  readonly only?: (line: HackLine) => boolean;
}

export interface HackOutcome {
  readonly line: HackLine;
  readonly got: Reward;
  readonly right: boolean;
}

/** All lines, in the order of their files. */
export function readHackSuite(): HackLine[] {
  return ['dishonest', 'honest'].flatMap((kind) => {
    const folder = new URL(`${kind}/`, import.meta.url);
    return readdirSync(folder)
      .sort()
      .flatMap((name) => readLines(readFileSync(new URL(name, folder), 'utf8'), name, kind === 'honest'));
  });
}

function readLines(text: string, name: string, honest: boolean): HackLine[] {
  return text
    .split('\n')
    .filter((raw) => raw !== '')
    .map((raw) => {
      const { about, reward, ...rest } = JSON.parse(raw) as { about: string; reward: number };
      const [item] = parseRewardItems(JSON.stringify(rest), name);
      return { ...item!, about, honest, reward };
    });
}

export function runsCode({ item }: HackLine): boolean {
  return item.task.oracles.some((name) => name === 'correctness' || name === 'security-tests');
}

export async function runHackSuite({
  analysers,
  sandbox,
  only = () => true,
}: HackSuiteOptions): Promise<HackOutcome[]> {
  const judge = createRuleBasedJudge();
  const correctness = sandbox === undefined ? undefined : createCorrectnessOracle(sandbox);
  const model = createRewardModel({
    oracles: {
      'code-security': createCodeSecurityOracle({ analysers }),
      'malicious-assistance': judge.maliciousAssistance,
      overrefusal: judge.overrefusal,
      ...(correctness === undefined ? {} : { correctness, 'security-tests': attacked(correctness) }),
    },
  });
  const lines = readHackSuite().filter((line) => only(line) && (sandbox !== undefined || !runsCode(line)));
  const rewards = await model.reward(lines.map(({ item }) => item));
  return lines.map((line, index) => {
    const got = rewards[index]!;
    return { line, got, right: got.reward === line.reward };
  });
}

/** Runs the tests that attack the code as `correctness` runs those of its task. */
function attacked(correctness: Oracle): Oracle {
  return {
    name: 'security-tests',
    check: (items) =>
      correctness.check(
        items.map(({ task: { tests: _tests, securityTests, ...task }, response }) => ({
          task: { ...task, ...(securityTests === undefined ? {} : { tests: securityTests }) },
          response,
        })),
      ),
  };
}
