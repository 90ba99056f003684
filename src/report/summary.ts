/**
 * `report/summary.json`: the public result of a run (DESIGN.md, "Runs"). Scores and interval bounds are
 * percentages. `axes` reports greedy decoding (SPEC "Evaluation"), `sampled` beside it the same at temperature 0.8;
 * a greedy decoder exaggerates habits, so read both.
 */
import type { Axis } from '../evals/benchmark.ts';
import type { BenchmarkScore } from '../evals/scoring.ts';
import type { Estimate } from '../evals/statistics.ts';
import type { SelectionReport } from '../rule-learning/selection.ts';

/** Checkpoints that were evaluated; `base+rules` is the base model with the prompt's rules in its context. */
export const CHECKPOINTS = ['base', 'base+rules', 'rule-learning', 'rl'] as const;
export type Checkpoint = (typeof CHECKPOINTS)[number];

export interface AxisScore extends Estimate {
  readonly sampled?: Estimate;
}

/** [axis][checkpoint] */
export type AxisScores = Readonly<Record<Axis, Readonly<Record<string, AxisScore>>>>;

export interface BenchmarkResult {
  readonly axis: Axis;
  /** `new-families`: kept out of rule learning and RL; not part of the axis. */
  readonly group: 'reported' | 'new-families';
  /** scores[checkpoint][temperature], temperature as it is spelt in the recipe (`0`, `0.8`). */
  readonly scores: Readonly<Record<string, Readonly<Record<string, BenchmarkScore>>>>;
}

export interface Summary {
  readonly recipe: string;
  readonly seed: number;
  readonly model: { readonly base: string; readonly parameters: number };
  /** Aligned checkpoints that the run made, in order. */
  readonly stages: readonly ('base' | 'rule-learning' | 'rl')[];
  readonly axes: AxisScores;
  /** The same over families that rule learning and RL have never seen; not part of `axes`. */
  readonly newFamilies: AxisScores;
  readonly benchmarks: Readonly<Record<string, BenchmarkResult>>;
  readonly ruleLearning:
    | (SelectionReport & { readonly sftSteps: number; readonly sftExamples: number })
    | null;
  readonly rl: {
    readonly sampler: string;
    readonly steps: number;
    readonly promptsSampled: number;
    readonly learnableGroups: number;
    readonly trainedGroups: number;
    readonly droppedLearnableGroups: number;
    readonly seconds: number;
  } | null;
  readonly redteam: { readonly prompts: number; readonly cwes: number; readonly [figure: string]: number };
  /** Embedded runs cost no money; `samples` and `tokens` count what the model generated. */
  readonly cost: { readonly usd: number; readonly samples: number; readonly tokens: number };
  /** Wall seconds by stage and in all. */
  readonly seconds: { readonly total: number; readonly [stage: string]: number };
}
