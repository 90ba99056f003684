/** `purpcode eval`: a model on the benchmarks of all four axes, resumable. */
import { randomBytes } from 'node:crypto';
import { basename, join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { contentKey } from '../content-key.ts';
import { ConfigError } from '../errors.ts';
import { type Decoding, firstRequest } from '../evals/model-evaluation/conversation.ts';
import { estimateEvaluation } from '../evals/model-evaluation/estimate.ts';
import { evaluateModel } from '../evals/model-evaluation/evaluate-model.ts';
import { givenResponses, taskName } from '../evals/model-evaluation/given-responses.ts';
import type { PlannedBenchmark } from '../evals/model-evaluation/plan.ts';
import type { Responder } from '../evals/model-evaluation/responder.ts';
import { Verifier } from '../evals/model-evaluation/verifier.ts';
import { type Evaluation, isEvaluation, readEvaluation } from '../evals/results.ts';
import { CompletionJournal } from '../models/completion-journal.ts';
import { Ledger } from '../models/ledger.ts';
import { ReplyCache } from '../models/reply-cache.ts';
import { type OraclesConfig, oraclesSchema } from '../oracles/config.ts';
import { openOracles } from '../oracles/oracles.ts';
import { createRewardModel } from '../oracles/reward.ts';
import { readText, writeJsonl } from '../runs/files.ts';
import { createProgress, type Progress } from '../runs/progress.ts';
import { RunDirectory } from '../runs/run-directory.ts';
import { chooseBenchmarks } from './eval-benchmarks.ts';
import { compareCommand } from './eval-compare.ts';
import {
  aboutModel,
  type ChosenModels,
  checkEndpoints,
  chooseModels,
  type ModelOptions,
  openModel,
} from './eval-model.ts';
import { addReportOptions, checkReportFlags, type ReportFlags, reportEvaluation } from './eval-report.ts';
import { estimateText, givenText, planText } from './eval-text.ts';
import { ORACLES_OPTION, readOracleSettings } from './oracle-settings.ts';
import { packageVersion } from './package-version.ts';
import { readSystemPrompt } from './system-prompt.ts';

interface EvalOptions extends ModelOptions, ReportFlags {
  readonly benchmark: string;
  readonly data: string;
  readonly out?: string;
  readonly oracles?: string;
  readonly samples: number;
  readonly temperature: number;
  readonly maxTokens: number;
  readonly seed: number;
  readonly limit?: number;
  readonly systemPrompt: string;
  readonly format: Evaluation['parameters']['format'];
  readonly estimate?: boolean;
  readonly prompts?: string;
  readonly reverify?: boolean;
}

const HELP = `
One model is named: --base-url with --model, a checkpoint folder as --model, a file of roles as --models, or
completions that were made elsewhere as --responses. The same command goes on where a killed one stopped, and asks
again only what was undecided. Tasks for a judge are undecided where neither --oracles nor --models names one.
Exit codes: 0 done; with --max-drop 1 for a drop; 2 it could not be done, or the gate not decided.`;

export function evalCommand(): Command {
  const command = new Command('eval')
    .description('evaluate a model: code security, malicious assistance, overrefusal, utility')
    .option(
      '--benchmark <names>',
      'comma-separated, or all whose files are there; a name in .jsonl is a file of your own',
    )
    .option('--model <id>', 'the id of the model at --base-url, or a checkpoint folder')
    .option('--base-url <url>', 'an OpenAI-compatible endpoint, e.g. http://127.0.0.1:8000/v1')
    .option('--api-key-env <variable>', 'the environment variable with its key')
    .option(
      '--models <file>',
      'roles policy and judge, prices and budget, YAML or JSON (docs/guides/models.md)',
    )
    .option('--responses <file>', 'score these completions instead: JSONL of { task_id, response }')
    .option('--data <folder>', 'benchmark files; `purpcode data get` fills it', 'data')
    .option('--out <folder>', 'where results are kept (default: evaluations/<model>-<key>)')
    .option('--samples <n>', 'samples a task, for pass@k', wholeNumber(1), 1)
    .option('--temperature <t>', '0 is greedy', nonNegative, 0)
    .option('--max-tokens <n>', 'limit of a completion', wholeNumber(1), 8192)
    .option('--seed <n>', 'of sampling and of --limit', wholeNumber(0), 1)
    .option('--limit <n>', 'tasks a benchmark, spread over languages and categories', wholeNumber(1))
    .option('--system-prompt <which>', 'policy, none, nano, or a file', 'policy')
    .addOption(
      new Option('--format <format>', 'responses in our template, plain, or each as it is')
        .choices(['auto', 'template', 'plain'])
        .default('auto'),
    )
    .option('--concurrency <n>', 'calls in flight at the endpoint', wholeNumber(1))
    .option('--budget <usd>', 'stop before more than this is spent; needs prices in --models', nonNegative)
    .option(...ORACLES_OPTION)
    .option('--reverify', 'verify all responses anew, as after a change of rules')
    .option('--estimate', 'say what it would cost, and stop')
    .option('--prompts <file>', 'write task ids and prompts for --responses, and stop')
    .option('--json', 'the summary as JSON on standard output, progress as JSON lines')
    .addHelpText('after', HELP)
    .action(execute);
  return addReportOptions(command).addCommand(compareCommand());
}

function wholeNumber(least: number) {
  return (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && Number.isSafeInteger(value)) return value;
    throw new InvalidArgumentError(`It is a whole number from ${least} upwards.`);
  };
}

function nonNegative(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It is a number from 0 upwards.');
}

/** All that is known before anything is opened or asked. */
interface Plan {
  readonly options: EvalOptions;
  readonly models: ChosenModels;
  readonly oracles: OraclesConfig;
  readonly benchmarks: readonly PlannedBenchmark[];
  readonly skipped: NonNullable<Evaluation['skipped']>;
  readonly systemPrompt: { readonly id: string; readonly text: string };
  readonly progress: Progress;
}

async function execute(options: EvalOptions): Promise<void> {
  checkReportFlags(options);
  if (options.samples > 1 && options.temperature === 0) {
    throw new ConfigError(`--samples ${options.samples} at temperature 0 are all the same`, {
      hint: 'samples for pass@k need a temperature, e.g. --temperature 0.8',
    });
  }
  const plan = await readPlan(options);
  for (const line of planText(plan)) plan.progress.say(line);
  if (options.prompts !== undefined) return writePrompts(plan, options.prompts);
  const folder = options.out ?? join('evaluations', defaultName(plan));
  checkFolder(folder, plan);
  const run = new RunDirectory(folder);
  const journal = new CompletionJournal(run.file('journal.sqlite'));
  try {
    if (options.estimate) return await estimate(plan, journal);
    await evaluate(plan, { run, journal });
    reportEvaluation(folder, options);
  } finally {
    journal.close();
    run.close();
  }
}

async function readPlan(options: EvalOptions): Promise<Plan> {
  const models = await chooseModels(options);
  const oracles = withJudge(readOracleSettings(options.oracles), models);
  const { limit = null, seed, data } = options;
  const chosen = await chooseBenchmarks(options.benchmark, { data, limit, seed });
  const progress = createProgress({
    write: (text) => process.stderr.write(text),
    style: options.json ? 'json' : process.stderr.isTTY ? 'terminal' : 'plain',
    columns: process.stderr.columns ?? 100,
  });
  return {
    options,
    models,
    oracles,
    ...chosen,
    systemPrompt: readSystemPrompt(options.systemPrompt),
    progress,
  };
}

/** The role `judge` of --models, where the oracles' settings leave the judge at its default. */
function withJudge(oracles: OraclesConfig, { judge }: ChosenModels): OraclesConfig {
  if (judge === undefined || oracles.judge !== 'rules') return oracles;
  return oraclesSchema.parse({ ...oracles, judge: { models: [judge] } });
}

/** What responses depend on: an evaluation folder holds those of one model, made in one way. */
function generationOf({ models, options, systemPrompt }: Plan) {
  const { temperature, samples, maxTokens, seed } = options;
  return models.policy.kind === 'responses'
    ? { temperature: null, maxTokens: null, seed, systemPrompt: null }
    : { temperature, samples, maxTokens, seed, systemPrompt };
}

function defaultName(plan: Plan): string {
  const { policy } = plan.models;
  const name = basename(policy.name).replace(/[^\w.@-]+/g, '-');
  const key = contentKey([aboutModel(policy), generationOf(plan)]).slice(0, 6);
  return `${name}-${key}`;
}

/** @throws ConfigError where the folder holds the results of another model or of other settings. */
function checkFolder(folder: string, plan: Plan): void {
  if (!isEvaluation(folder)) return;
  const { model, parameters } = readEvaluation(folder);
  const [known, wanted] = [
    { model, ...parameters },
    { model: aboutModel(plan.models.policy), ...generationOf(plan) },
  ];
  const different = Object.entries(wanted).filter(
    ([name, value]) => contentKey(value) !== contentKey(known[name as keyof typeof known]),
  );
  if (different.length === 0) return;
  throw new ConfigError(
    `${folder} holds an evaluation with another ${different.map(([name]) => name).join(', ')}`,
    {
      hint: 'choose another folder with --out, or leave --out out',
    },
  );
}

interface Place {
  readonly run: RunDirectory;
  readonly journal: CompletionJournal;
}

async function evaluate(plan: Plan, { run, journal }: Place): Promise<void> {
  const { models, options, progress } = plan;
  const judges = typeof plan.oracles.judge === 'string' ? [] : plan.oracles.judge.models;
  await checkEndpoints(models.policy, judges);
  const ledger = new Ledger({ budget: models.budget, journal });
  const cache = new ReplyCache(journal);
  // Kept with the run: equal transcripts make equal requests to the judge, also after a kill.
  const secret = await run.journal.unit('judge', 'secret', async () => randomBytes(32).toString('hex'));
  const oracles = await openOracles(plan.oracles, { ledger, cache, secret });
  try {
    const asked = await openResponder(plan, { ledger, cache });
    try {
      for (const line of asked.notes) progress.say(line);
      await evaluateModel({
        folder: run.path,
        journal,
        ledger,
        progress,
        benchmarks: asked.benchmarks,
        responder: asked.responder,
        verifier: new Verifier({
          rewardModel: createRewardModel({ oracles: oracles.oracles }),
          format: options.format,
          journal,
          settings: plan.oracles,
          version: packageVersion(),
          anew: options.reverify === true,
        }),
        about: asked.about,
      });
    } finally {
      await asked.close();
    }
  } finally {
    await oracles.close();
  }
}

interface Asked {
  readonly responder: Responder;
  readonly benchmarks: readonly PlannedBenchmark[];
  readonly about: Pick<Evaluation, 'model' | 'parameters' | 'given' | 'skipped'>;
  /** Lines for the user. */
  readonly notes: readonly string[];
  close(): Promise<void>;
}

async function openResponder(
  plan: Plan,
  shared: { readonly ledger: Ledger; readonly cache: ReplyCache },
): Promise<Asked> {
  const { policy } = plan.models;
  if (policy.kind === 'responses') return openGiven(plan, policy.file);
  const { samples } = plan.options;
  const { responder, close } = await openModel(policy, { decoding: decodingOf(plan), samples }, shared);
  const { benchmarks } = plan;
  return { responder, benchmarks, close, notes: [], about: aboutEvaluation(plan, { samples, given: null }) };
}

function openGiven(plan: Plan, file: string): Asked {
  const tasks = plan.benchmarks.map(({ about, all }) => ({ name: about.name, tasks: all }));
  const asked = plan.benchmarks.map(({ about, tasks: part }) => ({ name: about.name, tasks: part }));
  const given = givenResponses(readText(file), file, { all: tasks, asked });
  const benchmarks = plan.benchmarks.map((benchmark) => {
    const answered = benchmark.tasks.filter((task) => given.samplesOf(benchmark.about.name, task) > 0);
    return { ...benchmark, tasks: answered, about: { ...benchmark.about, tasks: answered.length } };
  });
  const { match, samples } = given;
  return {
    responder: given,
    benchmarks,
    notes: givenText(match, file),
    about: aboutEvaluation(plan, { samples, given: match }),
    close: async () => undefined,
  };
}

function aboutEvaluation(
  plan: Plan,
  { samples, given }: { readonly samples: number; readonly given: Evaluation['given'] },
): Asked['about'] {
  const { models, options, oracles, skipped } = plan;
  const { format, limit = null } = options;
  return {
    model: aboutModel(models.policy),
    parameters: {
      ...generationOf(plan),
      samples,
      format,
      limit,
      oracles: JSON.parse(JSON.stringify(oracles)) as Evaluation['parameters']['oracles'],
    },
    given,
    ...(skipped.length === 0 ? {} : { skipped: [...skipped] }),
  };
}

function decodingOf({ options, systemPrompt }: Pick<Plan, 'options' | 'systemPrompt'>): Decoding {
  const { temperature, maxTokens, seed } = options;
  const { text } = systemPrompt;
  return { temperature, maxTokens, seed, ...(text === '' ? {} : { systemPrompt: text }) };
}

async function estimate(plan: Plan, journal: CompletionJournal): Promise<void> {
  const { models, benchmarks, options, oracles } = plan;
  const { policy, budget } = models;
  const { samples } = options;
  const decoding = decodingOf(plan);
  const judge = typeof oracles.judge === 'string' ? {} : { judge: oracles.judge };
  const shared = { ledger: new Ledger({ journal }), cache: new ReplyCache(journal) };
  const model =
    policy.kind === 'responses' ? undefined : await openModel(policy, { decoding, samples }, shared);
  try {
    const known = model === undefined ? {} : { policy: { decoding, ...model } };
    const figures = estimateEvaluation({ benchmarks, samples, budget, ...judge, ...known });
    process.stdout.write(`${options.json ? JSON.stringify(figures) : estimateText(figures)}\n`);
  } finally {
    await model?.close();
  }
}

function writePrompts({ benchmarks, options, systemPrompt, progress }: Plan, path: string): void {
  const rows = benchmarks.flatMap(({ about, tasks }) =>
    tasks.map((task) => ({
      task_id: taskName(about.name, task),
      messages: firstRequest(task, 0, decodingOf({ options, systemPrompt })).messages,
    })),
  );
  writeJsonl(path, rows);
  progress.say(`${rows.length} prompts written to ${path}`);
}
