/**
 * The recipe: every setting of a run, with its default. One strict schema; a misspelt key is an error that names it.
 * The defaults are the nano recipe's; presets (presets.ts) override them.
 */
import { z } from 'zod';
import { oraclesSchema } from '../oracles/config.ts';
import { ADVANTAGES } from '../rl/advantages.ts';
import { SAMPLERS } from '../rl/dynamic-sampling.ts';

const share = z.number().min(0).max(1);
const positive = z.int().min(1);

const adam = z.strictObject({
  /** Decay of the first moment. */
  beta1: z.number().min(0).lt(1).default(0.9),
  /** Decay of the second moment. */
  beta2: z.number().min(0).lt(1).default(0.95),
  /** Added to the root of the second moment. */
  epsilon: z.number().positive().default(1e-8),
  /** Decoupled: a step shrinks weights by learning rate x this. */
  weightDecay: z.number().min(0).default(0),
  /** Gradients are scaled down to this global norm. */
  maxGradNorm: z.number().positive().default(1),
});

/** Shares of each source among the prompts of a stage; they need not sum to 1. */
const mix = z.strictObject({
  'code-security': z.number().min(0).default(0.36),
  'malicious-assistance': z.number().min(0).default(0.12),
  'coding-utility': z.number().min(0).default(0.22),
  'security-qa': z.number().min(0).default(0.1),
  overrefusal: z.number().min(0).default(0.2),
});

export const recipeSchema = z.strictObject({
  /** Name of the recipe; the preset's, unless changed. */
  name: z.string().min(1).default('nano'),
  /** Every random choice of the run follows from it: same recipe, same seed, same result. */
  seed: z.int().min(0).default(1),
  model: z
    .strictObject({
      /** Checkpoint folder of the model to align; `nano-base` is the one in the package. */
      base: z.string().min(1).default('nano-base'),
      /** Threads of the embedded engine. */
      threads: positive.default(2),
      /** Longest sequence in tokens, prompt and response together. */
      maxContext: positive.default(384),
      /** Tokens of a response. */
      maxTokens: positive.default(170),
    })
    .prefault({}),
  /** Who verifies: analysers, sandbox, judge (src/oracles/config.ts). */
  oracles: oraclesSchema.prefault({}),
  redteam: z
    .strictObject({
      /** Prompts a rule and strategy. */
      turns: positive.default(3),
      /** Malicious requests before jailbreaks are added. */
      maliciousPrompts: positive.default(130),
      /** Jaccard similarity from which two prompts are duplicates. SPEC: 0.70. */
      threshold: share.default(0.7),
      /** MinHash permutations. SPEC: 250. */
      permutations: positive.default(250),
    })
    .prefault({}),
  /** Sizes of the other sources in the task pool. */
  pool: z
    .strictObject({
      /** Harmless requests that sound harmful. */
      lookalikes: z.int().min(0).default(170),
      /** Coding tasks with tests. */
      utility: z.int().min(0).default(160),
      /** Security questions. */
      questions: z.int().min(0).default(110),
      /** Share of tasks with an earlier turn in the conversation. */
      multiTurnShare: share.default(0.05),
    })
    .prefault({}),
  ruleLearning: z
    .strictObject({
      /** Off: RL starts from the base model. */
      enabled: z.boolean().default(true),
      /** Prompts that are sampled, drawn from the pool by `mix`. Paper: 25 % of each source. */
      prompts: positive.default(160),
      /** Shares of the sources among `prompts`. */
      mix: mix.prefault({}),
      /** Samples a prompt. Paper: 8 at 14B, 4 at 32B. */
      samples: positive.default(4),
      /** Of the samples. Paper: 0.8. */
      temperature: z.number().positive().default(0.8),
      /** Prompts with at least this share of passing samples are skipped in RL. */
      easyShare: share.default(0.7),
      /** Reward of a secure answer without code, which decides selection only; SPEC: 0.8. */
      noCodeReward: share.default(0.8),
      /** `full` analysis prompt for real models, `compact` for contexts of a few hundred tokens. */
      promptStyle: z.enum(['full', 'compact']).default('compact'),
      sft: z
        .strictObject({
          /** After warm-up; falls linearly to 0. Paper: 5e-6 at 14B. */
          learningRate: z.number().positive().default(2e-4),
          /** Times that every selected sample is trained on. */
          epochs: positive.default(1),
          /** Tokens of a step, prompts included. */
          tokensPerStep: positive.default(1200),
          /** Steps of linear rise. Paper: 32. */
          warmupSteps: z.int().min(0).default(8),
          adam: adam.prefault({}),
        })
        .prefault({}),
    })
    .prefault({}),
  rl: z
    .strictObject({
      /** Off: the run ends with rule learning's checkpoint. */
      enabled: z.boolean().default(true),
      /** `single-step` dynamic sampling as in the paper; `dapo` resamples in sub-steps; `none` wastes groups without gradient. */
      sampler: z.enum(SAMPLERS).default('single-step'),
      /** n: learnable groups that a step wants. */
      groups: positive.default(16),
      /** Rollouts a prompt. */
      rollouts: z.int().min(2).default(8),
      /** Updates of the policy. */
      steps: positive.default(20),
      /** single-step and dapo sample at most this many times `groups` prompts a step. */
      cap: z.number().min(1).default(4),
      /** Shares of the sources among the prompts of a step. */
      mix: mix.prefault({}),
      /**
       * `joint`: one reward, 1 only if every oracle passes (paper). `per-objective`: each oracle's reward is normalised
       * within the group by itself and the advantages are averaged, for tasks that carry several oracles.
       */
      advantages: z.enum(ADVANTAGES).default('joint'),
      /** Of the rollouts. At 1 they are drawn from the policy that is trained; elsewhere the update is biased. */
      temperature: z.number().positive().default(1),
      /** After warm-up; constant. Paper: 5e-7 at 14B. */
      learningRate: z.number().positive().default(2e-4),
      /** Steps of linear rise. */
      warmupSteps: z.int().min(0).default(0),
      adam: adam.prefault({}),
      /** Ratios outside of it have no gradient. */
      clip: z.strictObject({ low: share.default(0.8), high: z.number().min(1).default(1.2) }).prefault({}),
      /** Coefficient of the low-variance KL term to the policy that RL starts from. Paper: 0.001. */
      klCoefficient: z.number().min(0).default(0.001),
      /** Skip the prompts that rule learning found easy. */
      skipEasy: z.boolean().default(true),
      /**
       * Reward of a secure answer without code to a code-security task. Paper: 0.8. The nano default is 0.5: with a
       * small base model that sometimes answers in prose, 0.8 makes prose the best answer of mixed groups.
       */
      noCodeReward: share.default(0.5),
    })
    .prefault({}),
  evals: z
    .strictObject({
      /** `development` is the split that settings are tuned on; reported numbers are of `test`. */
      split: z.enum(['development', 'test']).default('test'),
      /** Ascending; 0 is greedy. The first is what `axes` in summary.json reports, the second stands beside it. */
      temperatures: z
        .array(z.number().min(0))
        .min(1)
        .refine(
          (list) => list.every((t, i) => i === 0 || t > list[i - 1]!),
          'expected ascending temperatures',
        )
        .default([0, 0.8]),
      /** Multiplies the number of prompts. */
      scale: z.number().positive().default(1),
      /** Also evaluate the base model with the rules in its prompt. */
      baseWithRules: z.boolean().default(true),
    })
    .prefault({}),
});

/** A resolved recipe: every field has a value. */
export type Recipe = z.infer<typeof recipeSchema>;
