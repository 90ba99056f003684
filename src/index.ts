/** The library: what programs import from `purpcode`. */

export { createEmbeddedEngine, type EmbeddedEngineOptions } from './engines/embedded/engine.ts';
export type {
  Datum,
  Engine,
  Loss,
  Sample,
  SampleRequest,
  SamplingClient,
  TrainingClient,
} from './engines/engine.ts';
export { PurpcodeError } from './errors.ts';
export { type OracleSet, openOracles } from './oracles/oracles.ts';
export { createRewardModel, type Reward, type RewardModel, type RewardOptions } from './oracles/reward.ts';
export type { Task } from './oracles/task.ts';
export type { Verdict } from './oracles/verdict.ts';
export { runRecipe } from './recipe/pipeline.ts';
export { parseRecipe, resolveRecipe } from './recipe/resolve.ts';
export type { Recipe } from './recipe/schema.ts';
export type { Summary } from './report/summary.ts';
export { groupAdvantages } from './rl/advantages.ts';
export { loadCweTable } from './rules/cwe.ts';
export { createProgress, type Progress } from './runs/progress.ts';
export { RunDirectory } from './runs/run-directory.ts';
export { extractCode } from './transcripts/code.ts';
export { parseResponse } from './transcripts/format.ts';
export type { Message } from './transcripts/message.ts';
