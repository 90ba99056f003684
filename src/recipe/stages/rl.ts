/** Stage 2: reinforcement learning. */
import { NANO_SYSTEM_PROMPT } from '../../nano/world.ts';
import { createRewardModel } from '../../oracles/reward.ts';
import type { Group } from '../../rl/rollouts.ts';
import { initialState, type RlState, type RlTrainer, trainStep } from '../../rl/trainer.ts';
import { readJson, writeJson, writeJsonl } from '../../runs/files.ts';
import type { RunContext } from '../context.ts';
import { checkpointFolder, ResumableTraining } from './checkpoints.ts';
import { readTasks } from './redteam.ts';
import { readRuleLearningReport } from './rule-learning.ts';

/** Prompts that are sampled in one engine call; rewards of one call overlap the sampling of the next. */
const CHUNK = 12;

export interface RlReport extends RlState {
  readonly skippedEasyTasks: number;
  /** Rollouts sampled, and their tokens. */
  readonly rollouts: number;
  readonly tokens: number;
  /** Seconds of all steps. */
  readonly seconds: number;
}

interface SavedState extends RlState {
  readonly rollouts: number;
  readonly tokens: number;
  readonly seconds: number;
}

export async function runRl(context: RunContext, fingerprint: string): Promise<void> {
  const { recipe, run, engine, progress } = context;
  const start = checkpointFolder(context, recipe.ruleLearning.enabled ? 'rule-learning' : 'base');
  const training = await engine.createTrainingClient(start);
  const reference = await engine.createSamplingClient(start);
  const learned = recipe.ruleLearning.enabled ? readRuleLearningReport(context) : undefined;
  const easy = new Set(recipe.rl.skipEasy ? (learned?.easyTasks ?? []) : []);
  const rewardModel = createRewardModel({
    oracles: context.oracles.oracles,
    noCodeReward: recipe.rl.noCodeReward,
  });
  const trainer: RlTrainer = {
    settings: { ...recipe.rl, maxTokens: recipe.model.maxTokens, seed: recipe.seed, chunk: CHUNK },
    training,
    reference,
    pool: readTasks(context).filter(({ id }) => !easy.has(id)),
    rollout: {
      tokenizer: engine.tokenizer,
      rewardModel,
      systemPrompt: NANO_SYSTEM_PROMPT,
    },
  };
  const steps = new ResumableTraining<SavedState>(context, 'rl', fingerprint);
  let state: SavedState = (await steps.resume(training)) ?? {
    ...initialState(learned?.passRate, recipe.rl.rollouts),
    rollouts: 0,
    tokens: 0,
    seconds: 0,
  };
  run.rewindMetrics('rl', state.step);
  const job = progress.start('RL', recipe.rl.steps, state.step);
  while (state.step < recipe.rl.steps) {
    const began = performance.now();
    const { state: next, report, groups } = await trainStep(trainer, state);
    const samples = groups.flatMap((group) => group.rollouts.map(({ sample }) => sample.tokens.length));
    writeJsonl(
      run.file('rl', 'rollouts', `step-${String(state.step).padStart(4, '0')}.jsonl`),
      rolloutRows(groups),
    );
    run.metric('rl', state.step, { ...report, oracles: rewardModel.takeTimings() });
    state = {
      ...next,
      rollouts: state.rollouts + samples.length,
      tokens: state.tokens + samples.reduce((sum, tokens) => sum + tokens, 0),
      seconds: state.seconds + (performance.now() - began) / 1000,
    };
    await steps.save(training, state);
    job.update(
      state.step,
      `reward ${report.reward.toFixed(2)}  learnable ${report.learnableGroups}/${report.promptsSampled}  code ${Math.round(100 * report.codeShare)} %  refusal ${Math.round(100 * report.refusalShare)} %`,
    );
  }
  if (recipe.rl.steps === 0) await steps.save(training, state);
  job.end();
  await training.close();
  await reference.close();
  await steps.finish('rl');
  writeJson(run.file('rl', 'report.json'), { ...state, skippedEasyTasks: easy.size } satisfies RlReport);
}

export function readRlReport({ run }: Pick<RunContext, 'run'>): RlReport {
  return readJson(run.file('rl', 'report.json')) as RlReport;
}

function rolloutRows(groups: readonly Group[]) {
  return groups.flatMap(({ task, rollouts, advantages }) =>
    rollouts.map(({ response, reward }, i) => ({
      task: task.id,
      source: task.source,
      family: task.family,
      response,
      reward: reward.reward,
      advantage: advantages?.[i] ?? null,
      verdicts: reward.verdicts,
    })),
  );
}
