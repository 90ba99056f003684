/** What `purpcode eval` is told to do, read and checked before anything is opened or asked. */
import { basename } from 'node:path';
import { contentKey } from '../content-key.ts';
import { ConfigError } from '../errors.ts';
import type { Decoding } from '../evals/model-evaluation/conversation.ts';
import type { PlannedBenchmark } from '../evals/model-evaluation/plan.ts';
import { type Evaluation, isEvaluation, readEvaluation } from '../evals/results.ts';
import { type OraclesConfig, oraclesSchema } from '../oracles/config.ts';
import type { Progress } from '../runs/progress.ts';
import { commandProgress } from './command-progress.ts';
import { chooseBenchmarks } from './eval-benchmarks.ts';
import { aboutModel, type ChosenModels, chooseModels, type ModelOptions } from './eval-model.ts';
import { checkReportFlags, type ReportFlags } from './eval-report.ts';
import { readOracleSettings } from './oracle-settings.ts';
import { readSystemPrompt } from './system-prompt.ts';

export interface EvalOptions extends ModelOptions, ReportFlags {
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

export interface Plan {
  readonly options: EvalOptions;
  readonly models: ChosenModels;
  readonly oracles: OraclesConfig;
  readonly benchmarks: readonly PlannedBenchmark[];
  readonly skipped: NonNullable<Evaluation['skipped']>;
  readonly systemPrompt: { readonly id: string; readonly text: string };
  readonly progress: Progress;
}

/** @throws PurpcodeError for options that cannot be, files that are not there, names that are not known. */
export async function readPlan(options: EvalOptions): Promise<Plan> {
  checkReportFlags(options);
  if (options.samples > 1 && options.temperature === 0) {
    throw new ConfigError(`--samples ${options.samples} at temperature 0 are all the same`, {
      hint: 'samples for pass@k need a temperature, e.g. --temperature 0.8',
    });
  }
  const models = await chooseModels(options);
  const oracles = withJudge(readOracleSettings(options.oracles), models);
  const { limit = null, seed, data } = options;
  const chosen = await chooseBenchmarks(options.benchmark, { data, limit, seed });
  const progress = commandProgress(options);
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
export function withJudge(oracles: OraclesConfig, { judge }: Pick<ChosenModels, 'judge'>): OraclesConfig {
  if (judge === undefined || oracles.judge !== 'rules') return oracles;
  return oraclesSchema.parse({ ...oracles, judge: { models: [judge] } });
}

/** What responses depend on: an evaluation folder holds those of one model, made in one way. */
export function generationOf({ models, options, systemPrompt }: Plan) {
  const { temperature, samples, maxTokens, seed } = options;
  return models.policy.kind === 'responses'
    ? { temperature: null, maxTokens: null, seed, systemPrompt: null }
    : { temperature, samples, maxTokens, seed, systemPrompt };
}

export function defaultName(plan: Plan): string {
  const { policy } = plan.models;
  const name = basename(policy.name).replace(/[^\w.@-]+/g, '-');
  const key = contentKey([aboutModel(policy), generationOf(plan)]).slice(0, 6);
  return `${name}-${key}`;
}

/** @throws ConfigError where the folder holds the results of another model or of other settings. */
export function checkFolder(folder: string, plan: Plan): void {
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

export function decodingOf({ options, systemPrompt }: Pick<Plan, 'options' | 'systemPrompt'>): Decoding {
  const { temperature, maxTokens, seed } = options;
  const { text } = systemPrompt;
  return { temperature, maxTokens, seed, ...(text === '' ? {} : { systemPrompt: text }) };
}
