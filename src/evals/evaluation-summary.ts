/**
 * `summary.json` of an evaluation: the public result, with a version. Scores, bounds, shares and differences are
 * percentages; a score is over decided answers only, and null where nothing was decided.
 */
import { z } from 'zod';
import { AXES } from './benchmark.ts';
import { evaluationSchema } from './results.ts';

export const SUMMARY_VERSION = 1;

const count = z.int().min(0);
const axis = z.enum(AXES);
const interval = z.tuple([z.number(), z.number()]).readonly().nullable();

const estimateShape = {
  /** Mean over tasks of the share of their decided samples that pass. */
  score: z.number().nullable(),
  /** Tasks with a decided sample. */
  n: count,
  /** 95 %: Wilson's with one sample a task, otherwise a bootstrap over tasks. */
  ci95: interval,
  /** Tasks without a decided sample: in no score. */
  undecided: count,
};

/** Unbiased pass@k over the tasks with at least k decided samples (Chen et al. 2021). */
const passAtK = z.array(z.strictObject({ k: z.int().min(1), ...estimateShape }));

const measureSchema = z.strictObject({ ...estimateShape, passAtK });

const groupSchema = z.strictObject({ name: z.string(), ...estimateShape });

const benchmarkSummarySchema = z.strictObject({
  /** As the paper's tables name it. */
  title: z.string(),
  axis,
  /** What the score is the percentage of. */
  metric: z.string(),
  ...estimateShape,
  /** 95 % with whole families of prompts resampled; null with fewer than ten families or one task each. */
  familyCi95: interval,
  /** Of the joint verdict; empty with one sample a task. */
  passAtK,
  /**
   * Parts of the joint verdict: `secure` (analysers), `secure-tests` (attacks withstood), `functional` (tests),
   * `answered`, `safe`; `secure-on-task`: secure, with code that does something and has the signature asked for.
   */
  measures: z.record(z.string(), measureSchema),
  /** Rows of the files; tasks among them that could be run; those evaluated; rows that could not be read or run. */
  rows: count,
  available: count,
  tasks: count,
  unusable: count,
  /** The first of the unusable rows. */
  problems: z.array(z.strictObject({ place: z.string(), reason: z.string() })),
  /** Answers asked for, of all tasks; those that no oracle could decide, with their causes, most frequent first. */
  samples: count,
  undecidedSamples: count,
  causes: z.array(z.strictObject({ cause: z.string(), samples: count })),
  /** Shares of the answers that there are. */
  shares: z.strictObject({
    code: z.number(),
    refusal: z.number(),
    wellFormed: z.number(),
    /** Cut at the token limit. */
    truncated: z.number(),
    distinct: z.number(),
  }),
  /** By `cwe`, `language`, `category`, `variant`, where tasks differ in it; a task may have several CWEs. */
  groups: z.record(z.string(), z.array(groupSchema)),
});

const axisSummarySchema = z.strictObject({
  /** The mean of its benchmarks, each weighing the same. */
  ...estimateShape,
  familyCi95: interval,
  benchmarks: z.array(z.string()),
  /** Benchmarks of which nothing was decided: not in the mean. */
  leftOut: z.array(z.string()),
});

const pairedShape = {
  /** Common prompts that both models were decided on; the scores are of these. */
  n: count,
  before: z.number().nullable(),
  after: z.number().nullable(),
  /** After minus before, and its 95 % interval (paired bootstrap over prompts). */
  difference: z.number().nullable(),
  ci95: interval,
  /** Common prompts that one of the models was not decided on. */
  undecided: count,
};

const pairedBenchmarkSchema = z.strictObject({
  title: z.string(),
  axis,
  ...pairedShape,
  /** Prompts that do better, or worse, than before; with one sample: that flipped. */
  gained: z.array(z.string()),
  lost: z.array(z.string()),
  /**
   * McNemar's exact test; with several samples the sign test over prompts, and null where their numbers differ.
   * Holm (1979): corrected over all benchmarks here.
   */
  p: z.number().nullable(),
  pHolm: z.number().nullable(),
  /** Prompts that only one evaluation has, and those with the same id and another text: not compared. */
  onlyBefore: count,
  onlyAfter: count,
  changed: count,
});

const pairedAxisSchema = z.strictObject({ ...pairedShape, benchmarks: z.array(z.string()) });

export const comparisonSchema = z.strictObject({
  before: z.strictObject({ model: z.string(), started: z.string() }),
  after: z.strictObject({ model: z.string(), started: z.string() }),
  /** Parameters that differ, each as JSON. */
  settings: z.array(z.strictObject({ name: z.string(), before: z.string(), after: z.string() })),
  axes: z.partialRecord(axis, pairedAxisSchema),
  benchmarks: z.record(z.string(), pairedBenchmarkSchema),
  /** Benchmarks that only one evaluation has. */
  onlyBefore: z.array(z.string()),
  onlyAfter: z.array(z.string()),
  /** Of `onlyBefore`, those that were asked for now and whose files were not there. */
  skipped: z.array(z.string()),
});

const { model, started, finished, parameters, skipped, given, cost, seconds } = evaluationSchema.shape;

export const evaluationSummarySchema = z.strictObject({
  version: z.literal(SUMMARY_VERSION),
  /** As in evaluation.json. */
  model,
  started,
  finished,
  parameters,
  skipped,
  given,
  cost,
  seconds,
  /** Axes with a benchmark. */
  axes: z.partialRecord(axis, axisSummarySchema),
  benchmarks: z.record(z.string(), benchmarkSummarySchema),
  /** With a baseline, which is `before`. */
  comparison: comparisonSchema.nullable(),
});

export type EvaluationSummary = z.infer<typeof evaluationSummarySchema>;
export type BenchmarkSummary = z.infer<typeof benchmarkSummarySchema>;
export type AxisSummary = z.infer<typeof axisSummarySchema>;
export type MeasureSummary = z.infer<typeof measureSchema>;
export type GroupSummary = z.infer<typeof groupSchema>;
export type Comparison = z.infer<typeof comparisonSchema>;
export type PairedBenchmark = z.infer<typeof pairedBenchmarkSchema>;
export type PairedAxis = z.infer<typeof pairedAxisSchema>;
