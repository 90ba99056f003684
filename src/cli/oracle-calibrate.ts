/** `purpcode oracle calibrate`: a judge measured against labels of people. */
import { randomBytes } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';
import { parse } from 'yaml';
import { ConfigError, IoError, messageOf, OracleError } from '../errors.ts';
import { parseSettings } from '../models/config.ts';
import { type CostReport, Ledger } from '../models/ledger.ts';
import { ReplyCache } from '../models/reply-cache.ts';
import { type Calibration, calibrate, type LabelledVerdict } from '../oracles/judges/calibration.ts';
import { JUDGED, type Judged, reasonsOf } from '../oracles/judges/judgement.ts';
import type { LlmJudge, Vote } from '../oracles/judges/llm-judge.ts';
import { type JudgeConfig, judgeSchema, openLlmJudge } from '../oracles/judges/open-judge.ts';
import { createRuleBasedJudge } from '../oracles/judges/rule-based.ts';
import type { Verdict } from '../oracles/verdict.ts';
import { readText, writeJson } from '../runs/files.ts';
import { Journal } from '../runs/journal.ts';
import { type CalibrationRow, parseCalibrationRows } from './calibration-rows.ts';
import { renderCalibration } from './calibration-text.ts';
import { commandProgress } from './command-progress.ts';

interface CalibrateOptions {
  readonly data: string;
  readonly judge?: string;
  readonly baseUrl?: string;
  readonly model: readonly string[];
  readonly apiKeyEnv?: string;
  readonly rules?: boolean;
  readonly oracle?: Judged;
  readonly out?: string;
  readonly json?: boolean;
  readonly seed?: number;
  readonly budget?: number;
  /** A file; false: none. */
  readonly cache?: string | false;
}

const HELP = `
A row is { id?, oracle, prompt, response, label: pass | fail, category? }; for --rules also judge: { harmful, relevant }.
A judge file is { models: [{ baseUrl, model, apiKeyEnv?, … }], retries?, maxTokens? }; several models are a panel.
The same command goes on where a killed one stopped: answers are kept in the cache.
Exit codes: 0 done, 2 bad input or nothing decided.`;

export function calibrateCommand(): Command {
  return new Command('calibrate')
    .description('measure a judge against labelled responses: agreement, kappa, confusion, disagreements')
    .requiredOption('--data <file>', 'JSONL of { oracle, prompt, response, label }')
    .option('--judge <file>', 'the judge or panel of judges, YAML or JSON')
    .option(
      '--base-url <url>',
      'instead of --judge: an OpenAI-compatible endpoint, e.g. http://127.0.0.1:8000/v1',
    )
    .option('--model <id>', 'its model; repeat it for a panel', collect, [])
    .option('--api-key-env <variable>', 'the environment variable with its key')
    .option('--rules', 'instead of a model: the rule-based judge')
    .addOption(new Option('--oracle <name>', 'only the rows of this oracle').choices(JUDGED))
    .option('--out <file>', 'write the report as JSON')
    .option('--json', 'the report as JSON on standard output')
    .option('--seed <n>', 'another seed asks anew', readNumber)
    .option('--budget <usd>', 'stop asking before this is spent; the judge file needs prices', readNumber)
    .option('--cache <file>', 'where answers are kept (default: <data>.judge-cache.sqlite)')
    .option('--no-cache', 'keep no answers')
    .addHelpText('after', HELP)
    .action(run);
}

function collect(value: string, list: readonly string[]): string[] {
  return [...list, value];
}

function readNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It is a number from 0 upwards.');
}

interface Report {
  readonly data: string;
  /** Names of the models, or `rules`. */
  readonly judges: readonly string[];
  readonly oracles: Readonly<Partial<Record<Judged, Calibration>>>;
  /** Of this data and cache so far; null for the rule-based judge. */
  readonly cost: CostReport | null;
}

async function run(options: CalibrateOptions): Promise<void> {
  const config = options.rules === true ? 'rules' : readJudge(options);
  if (options.rules === true) checkAlone(options);
  const all = parseCalibrationRows(readText(options.data), options.data);
  const rows = all.filter(({ oracle }) => options.oracle === undefined || oracle === options.oracle);
  if (rows.length === 0) throw new ConfigError(`${options.data} has no rows for --oracle ${options.oracle}`);
  const { verdicts, judges, cost } =
    config === 'rules' ? await judgeByRules(rows) : await judgeByModels(rows, config, options);
  const report: Report = { data: options.data, judges, oracles: byOracle(rows, verdicts), cost };
  if (options.out !== undefined) writeJson(options.out, report);
  process.stdout.write(`${options.json ? JSON.stringify(report, undefined, 2) : renderReport(report)}\n`);
  checkDecided(verdicts);
}

function byOracle(rows: readonly CalibrationRow[], verdicts: readonly LabelledVerdict[]): Report['oracles'] {
  const present = JUDGED.filter((name) => rows.some(({ oracle }) => oracle === name));
  return Object.fromEntries(
    present.map((name) => [name, calibrate(verdicts.filter((_verdict, at) => rows[at]!.oracle === name))]),
  );
}

/** A judge that decides nothing is not set up rightly. */
function checkDecided(verdicts: readonly LabelledVerdict[]): void {
  const causes = verdicts.flatMap(({ verdict }) => (verdict.kind === 'undecided' ? [verdict.cause] : []));
  if (causes.length < verdicts.length) return;
  throw new OracleError(`the judge decided no row: ${causes[0]}`, {
    hint: 'check the endpoint and the model; the report lists the cause of every row',
  });
}

// ---------------------------------------------------------------- which judge

function checkAlone({ judge, baseUrl, model }: CalibrateOptions): void {
  if (judge === undefined && baseUrl === undefined && model.length === 0) return;
  throw new ConfigError('--rules is a judge of its own: leave out --judge, --base-url and --model');
}

/** @throws ConfigError unless there is exactly one judge or panel. */
function readJudge({ judge, baseUrl, model, apiKeyEnv, seed }: CalibrateOptions): JudgeConfig {
  const given = seed === undefined ? {} : { seed };
  if (judge !== undefined) {
    if (baseUrl !== undefined || model.length > 0 || apiKeyEnv !== undefined) {
      throw new ConfigError('--judge and --base-url, --model or --api-key-env exclude each other');
    }
    return parseSettings(judgeSchema, { ...judgeOf(readYaml(judge), judge), ...given }, judge);
  }
  if (baseUrl === undefined || model.length === 0) {
    throw new ConfigError('which judge? there is no --judge, no --base-url with --model and no --rules', {
      hint: 'docs/guides/judges.md shows how to start one',
    });
  }
  const key = apiKeyEnv === undefined ? {} : { apiKeyEnv };
  return parseSettings(
    judgeSchema,
    { models: model.map((id) => ({ baseUrl, model: id, ...key })), ...given },
    'judge',
  );
}

function readYaml(path: string): unknown {
  const text = readText(path);
  try {
    return parse(text);
  } catch (error) {
    throw new ConfigError(`${path} is neither YAML nor JSON: ${messageOf(error).split('\n')[0]}`, {
      cause: error,
    });
  }
}

/** The settings themselves, or those under `judge` of a larger file. */
function judgeOf(value: unknown, path: string): object {
  const inner = isObject(value) && 'judge' in value ? value.judge : value;
  if (isObject(inner)) return 'models' in inner ? inner : { models: [inner] };
  throw new ConfigError(`${path} names no LLM judge`, { hint: 'expected { models: [{ baseUrl, model }] }' });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// ---------------------------------------------------------------- verdicts

interface Judgements {
  readonly verdicts: readonly LabelledVerdict[];
  readonly judges: readonly string[];
  readonly cost: CostReport | null;
}

async function judgeByRules(rows: readonly CalibrationRow[]): Promise<Judgements> {
  const { maliciousAssistance, overrefusal } = createRuleBasedJudge();
  const oracles = { 'malicious-assistance': maliciousAssistance, overrefusal };
  const verdicts = rows.map(async (row): Promise<LabelledVerdict> => {
    const [verdict] = await oracles[row.oracle].check([row.item]);
    const reasons =
      verdict!.kind === 'fail'
        ? verdict!.evidence.map(({ rule, message }) => `${rule}: ${message}`)
        : verdict!.kind === 'undecided'
          ? [verdict!.cause]
          : [];
    return { ...about(row), verdict: verdict!, ballots: [], reasons };
  });
  return { verdicts: await Promise.all(verdicts), judges: ['rules'], cost: null };
}

async function judgeByModels(
  rows: readonly CalibrationRow[],
  config: JudgeConfig,
  { data, cache, budget, json }: CalibrateOptions,
): Promise<Judgements> {
  const journal = cache === false ? undefined : openCache(cache ?? `${data}.judge-cache.sqlite`);
  const warn = (message: string): void => void process.stderr.write(`${message}\n`);
  try {
    const ledger = new Ledger({
      ...(budget === undefined ? {} : { budget: { usd: budget } }),
      ...(journal === undefined ? {} : { journal }),
    });
    const kept =
      journal === undefined ? {} : { cache: new ReplyCache(journal), secret: await secretOf(journal) };
    const judge = openLlmJudge(config, { ...kept, ledger, allVotes: true, warn });
    try {
      const verdicts = await judgeRows(rows, judge, json === true);
      return { verdicts, judges: judge.names, cost: ledger.report() };
    } finally {
      judge.close();
    }
  } finally {
    journal?.close();
  }
}

function openCache(path: string): Journal {
  try {
    return new Journal(path);
  } catch (error) {
    throw new IoError(`the cache ${path} cannot be opened: ${messageOf(error)}`, {
      cause: error,
      hint: '--cache names another file, --no-cache goes without',
    });
  }
}

/** Boundaries and nonces come from it: kept with the answers, so that the same rows make the same requests. */
async function secretOf(journal: Journal): Promise<string> {
  return journal.unit('judge', 'secret', async () => randomBytes(32).toString('hex'));
}

async function judgeRows(
  rows: readonly CalibrationRow[],
  judge: LlmJudge,
  json: boolean,
): Promise<LabelledVerdict[]> {
  const progress = commandProgress({ json });
  const job = progress.start('judging', rows.length);
  let [done, undecided] = [0, 0];
  const verdicts = await Promise.all(
    rows.map(async (row): Promise<LabelledVerdict> => {
      const { votes, verdicts } = await judge.judge(row.item);
      const verdict = verdicts[row.oracle];
      if (verdict.kind === 'undecided') undecided++;
      job.update(++done, `${undecided} undecided`);
      const ballots = votes.map((vote) => ({ judge: vote.judge, verdict: vote.verdicts[row.oracle] }));
      return { ...about(row), verdict, ballots, reasons: reasonsFor(row, verdict, votes) };
    }),
  );
  job.end(`${undecided} undecided`);
  return verdicts;
}

/** Of a panel each judge's, with its name. */
function reasonsFor({ oracle }: CalibrationRow, verdict: Verdict, votes: readonly Vote[]): string[] {
  if (verdict.kind === 'undecided') return [verdict.cause];
  return votes.flatMap(({ judge, judgement }) => {
    if (judgement === undefined) return [];
    return reasonsOf(judgement, oracle).map((reason) => (votes.length > 1 ? `${judge}: ${reason}` : reason));
  });
}

function about({ id, line, label, category }: CalibrationRow) {
  return { id, line, label, ...(category === undefined ? {} : { category }) };
}

// ---------------------------------------------------------------- report

function renderReport({ judges, oracles, cost }: Report): string {
  const parts = Object.entries(oracles).map(([name, calibration]) => renderCalibration(name, calibration));
  return [`judge: ${judges.join(', ')}`, ...parts, ...(cost === null ? [] : [costLine(cost)])].join('\n\n');
}

function costLine({ usd, calls, tokens, roles }: CostReport): string {
  const hits = Object.values(roles).reduce((sum, { cacheHits }) => sum + cacheHits, 0);
  const money = usd === null ? 'price unknown' : `${usd.toFixed(4)} USD`;
  return `${calls} calls, ${hits} answers from the cache, ${tokens.input} + ${tokens.output} tokens, ${money}`;
}
