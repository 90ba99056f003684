/**
 * The folder of a finished or interrupted evaluation, readable with ordinary tools:
 *
 *     evaluation.json   what was evaluated and how, what could not be read, what it cost
 *     prompts.jsonl     one task a line
 *     responses.jsonl   one sample a line, with its verdicts
 *     journal.sqlite    replies and verdicts by content: the same command goes on where it stopped
 *
 * The report (summary.json, report.md, table.csv, index.html) is computed from the first three and stands beside
 * them. Texts of models and benchmarks are hostile to whoever shows them.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { RunError } from '../errors.ts';
import { ORACLE_NAMES, SOURCES } from '../oracles/task.ts';
import { exists, readJson, readJsonl, writeJson, writeJsonl } from '../runs/files.ts';
import { AXES } from './benchmark.ts';

export const RESULTS_VERSION = 1;

const count = z.int().min(0);

const benchmarkSchema = z.strictObject({
  /** As the command line names it. */
  name: z.string(),
  /** As the paper's tables name it. */
  title: z.string(),
  axis: z.enum(AXES),
  /** What the score is the percentage of, in words: `secure`, `safe`, `answered`, `pass@1`. */
  metric: z.string(),
  /** Rows of the benchmark's files, read or not. */
  rows: count,
  /** Tasks that could be read and run. */
  available: count,
  /** Of them, those evaluated (`--limit`); with `--responses`, those with a response. */
  tasks: count,
  /** Rows that could not be read or run; `problems` holds the first of them. */
  unusable: count,
  problems: z.array(z.strictObject({ place: z.string(), reason: z.string() })),
});

const roleSchema = z.strictObject({
  calls: count,
  /** Answers that were known and cost nothing. */
  cacheHits: count,
  retries: count,
  tokens: z.strictObject({ input: z.number().min(0), output: z.number().min(0) }),
  /** US dollars; null when a price is not known. */
  usd: z.number().nullable(),
});

export const evaluationSchema = z.strictObject({
  version: z.literal(RESULTS_VERSION),
  /** ISO 8601, UTC. */
  started: z.iso.datetime(),
  /** Null while it runs, and for ever when it was killed: run the same command again. */
  finished: z.iso.datetime().nullable(),
  model: z.strictObject({
    /** Of the endpoint, the checkpoint or the file of responses. */
    name: z.string(),
    kind: z.enum(['endpoint', 'gguf', 'checkpoint', 'responses']),
  }),
  parameters: z.strictObject({
    /** 0 is greedy; null with `--responses`: how they were made is not known. */
    temperature: z.number().min(0).nullable(),
    /** Samples a task; with `--responses` the most that a task has. */
    samples: z.int().min(1),
    /** Limit of a completion, tokens; null with `--responses`. */
    maxTokens: z.int().min(1).nullable(),
    seed: z.int().min(0),
    /** `policy`, `none` or `file`, with the text that the model saw; null with `--responses`. */
    systemPrompt: z.strictObject({ id: z.string(), text: z.string() }).nullable(),
    /** How responses were read: in our template, as plain text, or each as it is. */
    format: z.enum(['auto', 'template', 'plain']),
    /** Tasks a benchmark; null: all. */
    limit: z.int().min(1).nullable(),
    /** The oracles' settings, defaults filled in (src/oracles/config.ts). */
    oracles: z.record(z.string(), z.json()),
  }),
  benchmarks: z.array(benchmarkSchema),
  /** Asked for by `all` and left out, with the reason: their files are not there. */
  skipped: z.array(z.strictObject({ name: z.string(), reason: z.string() })).optional(),
  /** With `--responses`: what did not match; null otherwise. */
  given: z
    .strictObject({
      responses: count,
      /** Lines whose task_id no benchmark has; the first ids of them. */
      unknown: z.strictObject({ count, first: z.array(z.string()) }),
      /** Tasks without a response: in no score. */
      missing: z.strictObject({ count, first: z.array(z.string()) }),
    })
    .nullable(),
  /** Of this and all attempts before it. */
  cost: z.strictObject({
    /** US dollars; null when a price is not known, 0 when no paid model was asked. */
    usd: z.number().nullable(),
    calls: count,
    tokens: z.strictObject({ input: z.number().min(0), output: z.number().min(0) }),
    /** By role: `policy`, the model evaluated, and `judge`. */
    roles: z.record(z.string(), roleSchema),
  }),
  /** Wall seconds, all attempts together. */
  seconds: z.number().min(0),
});

export const promptRowSchema = z.object({
  benchmark: z.string(),
  /** Of the task; unique in its benchmark. */
  id: z.string(),
  source: z.enum(SOURCES),
  messages: z.array(z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })),
  oracles: z.array(z.enum(ORACLE_NAMES)),
  /** The unit of the bootstrap. */
  family: z.string(),
  cwes: z.array(z.int()),
  /** `language`, `category`, `variant` are what tables group by. */
  provenance: z.record(z.string(), z.union([z.string(), z.number()])),
});

const evidenceSchema = z.strictObject({
  oracle: z.string(),
  message: z.string(),
  rule: z.string(),
  cwes: z.array(z.int()).optional(),
  severity: z.enum(['low', 'medium', 'high', 'critical']).optional(),
  line: z.int().optional(),
});

export const responseRowSchema = z.strictObject({
  benchmark: z.string(),
  taskId: z.string(),
  /** Index of the sample, from 0. */
  sample: count,
  /** The last turn, as the model wrote it; null when the model could not be asked. */
  response: z.string().nullable(),
  /** The model's turns before it, where the task has several user turns to be answered. */
  turns: z.array(z.string()).optional(),
  /** How the response was read: in our template, or the whole of it as the answer. */
  form: z.enum(['template', 'plain']),
  /** Why generation ended; `given` with `--responses`, `error` when the model could not be asked. */
  finish: z.enum(['stop', 'length', 'content-filter', 'other', 'given', 'error']),
  /** All oracles that the task names passed (with `--format template` the format too), some failed, or neither. */
  outcome: z.enum(['pass', 'fail', 'undecided']),
  /** By oracle: those that the task names, `format` of a template, and `on-task` where the task has a signature and the answer code. */
  verdicts: z.record(z.string(), z.enum(['pass', 'fail', 'undecided'])),
  /** Of the oracles that failed. */
  evidence: z.array(evidenceSchema),
  /** Why it is undecided, the oracle's name first; null otherwise. */
  cause: z.string().nullable(),
  /** Whether the answer has code that does something. */
  hasCode: z.boolean(),
  refused: z.boolean(),
  /** In our template. */
  wellFormed: z.boolean(),
  /** Tokens that the model generated, all turns; null with `--responses`. */
  tokens: z.number().min(0).nullable(),
});

export type Evaluation = z.infer<typeof evaluationSchema>;
export type EvaluatedBenchmark = z.infer<typeof benchmarkSchema>;
export type PromptRow = z.infer<typeof promptRowSchema>;

/** A task for people: its id in its own file where that has one. Results join by `id`. */
export function taskLabel({ id, provenance }: Pick<PromptRow, 'id' | 'provenance'>): string {
  return String(provenance.id ?? id);
}
export type ResponseRow = z.infer<typeof responseRowSchema>;

export interface EvaluationResults {
  readonly evaluation: Evaluation;
  readonly prompts: readonly PromptRow[];
  /** Samples of a task stand together, in order of the prompts. */
  readonly responses: readonly ResponseRow[];
}

const FILES = { evaluation: 'evaluation.json', prompts: 'prompts.jsonl', responses: 'responses.jsonl' };
const REDO =
  'run the evaluation again with --out naming this folder: replies and verdicts are in its journal';

export function isEvaluation(folder: string): boolean {
  return exists(join(folder, FILES.evaluation));
}

/** @throws RunError when the folder holds no evaluation or a file of it is damaged, naming file and line. */
export function readEvaluation(folder: string): Evaluation {
  const path = join(folder, FILES.evaluation);
  if (!exists(path)) {
    throw new RunError(`there is no evaluation in ${folder}: ${FILES.evaluation} is missing`, {
      hint: 'make one with: purpcode eval --model ... --benchmark ... --out FOLDER',
    });
  }
  return checked(evaluationSchema, readJson(path, REDO), path);
}

/** @throws RunError as readEvaluation, and when the evaluation was never finished. */
export function readEvaluationResults(folder: string): EvaluationResults {
  const evaluation = readEvaluation(folder);
  if (evaluation.finished === null) {
    throw new RunError(`the evaluation in ${folder} is not finished`, { hint: REDO });
  }
  return {
    evaluation,
    prompts: readRows(promptRowSchema, join(folder, FILES.prompts)),
    responses: readRows(responseRowSchema, join(folder, FILES.responses)),
  };
}

export function writeEvaluation(folder: string, evaluation: Evaluation): void {
  writeJson(join(folder, FILES.evaluation), evaluation);
}

/** `evaluation.json` last: once it says finished, the other files are there. */
export function writeEvaluationResults(folder: string, results: EvaluationResults): void {
  writeJsonl(join(folder, FILES.prompts), results.prompts);
  writeJsonl(join(folder, FILES.responses), results.responses);
  writeEvaluation(folder, results.evaluation);
}

function readRows<T>(schema: z.ZodType<T>, path: string): T[] {
  return readJsonl(path, REDO).map((row, index) => checked(schema, row, `${path}:${index + 1}`));
}

function checked<T>(schema: z.ZodType<T>, value: unknown, place: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RunError(
    `${place}: ${[issue!.path.join('.'), issue!.message].filter((part) => part !== '').join(': ')}`,
    {
      hint: REDO,
    },
  );
}
