/** Stage 1: rejection sampling with context distillation, selection, SFT. */
import { NANO_SYSTEM_PROMPT } from '../../nano/world.ts';
import { createRewardModel } from '../../oracles/reward.ts';
import type { Task } from '../../oracles/task.ts';
import { drawPrompts } from '../../rl/trainer.ts';
import { sampleAndVerify } from '../../rule-learning/rejection-sampling.ts';
import {
  easyTasks,
  PASS_REWARD,
  reportSelection,
  type SelectionReport,
  selectSamples,
  type VerifiedSample,
} from '../../rule-learning/selection.ts';
import { planSft, sftStep } from '../../rule-learning/sft.ts';
import { readJson, writeJson, writeJsonl } from '../../runs/files.ts';
import type { RunContext } from '../context.ts';
import { checkpointFolder, ResumableTraining } from './checkpoints.ts';
import { readTasks } from './redteam.ts';

/** Prompts of one journalled unit of rejection sampling. */
const UNIT_PROMPTS = 16;
/** Steps between saved states of SFT. */
const SAVE_EVERY = 4;

export interface RuleLearningReport extends SelectionReport {
  readonly sftSteps: number;
  readonly sftExamples: number;
  /** Selected samples that did not fit the context. */
  readonly sftTooLong: number;
  readonly tokens: number;
  /** Pass rate over all decided samples. */
  readonly passRate: number;
  /** Ids of the easy tasks. */
  readonly easyTasks: readonly string[];
}

export async function runRuleLearning(context: RunContext, fingerprint: string): Promise<void> {
  const { recipe, run } = context;
  const tasks = readTasks(context);
  const { ruleLearning } = recipe;
  const prompts = distinct(
    drawPrompts(tasks, {
      count: ruleLearning.prompts,
      cursors: {},
      mix: ruleLearning.mix,
      seed: `${recipe.seed}/rule-learning`,
    }).tasks,
  );
  const samples = await rejectionSampling(context, prompts, fingerprint);
  const selected = selectSamples(samples);
  writeJsonl(run.file('rule-learning', 'samples.jsonl'), samples);
  writeJsonl(run.file('rule-learning', 'selected.jsonl'), selected);
  const plan = await fineTune(context, { tasks: prompts, selected }, fingerprint);
  const report = reportSelection(prompts, samples, ruleLearning.easyShare);
  const decided = samples.filter(({ reward }) => reward !== null).length;
  writeJson(run.file('rule-learning', 'report.json'), {
    ...report,
    sftSteps: plan.batches.length,
    sftExamples: plan.examples,
    sftTooLong: plan.tooLong,
    tokens: samples.reduce((sum, { tokens }) => sum + tokens, 0),
    passRate: decided === 0 ? 0 : report.passed / decided,
    easyTasks: easyTasks(samples, ruleLearning.easyShare),
  } satisfies RuleLearningReport);
}

export function readRuleLearningReport({ run }: Pick<RunContext, 'run'>): RuleLearningReport {
  return readJson(run.file('rule-learning', 'report.json')) as RuleLearningReport;
}

function distinct(tasks: readonly Task[]): Task[] {
  return [...new Map(tasks.map((task) => [task.id, task])).values()];
}

async function rejectionSampling(
  context: RunContext,
  prompts: readonly Task[],
  fingerprint: string,
): Promise<VerifiedSample[]> {
  const { recipe, run, engine, oracles, rules, progress } = context;
  const { ruleLearning } = recipe;
  const model = await engine.createSamplingClient(checkpointFolder(context, 'base'));
  const rewardModel = createRewardModel({
    oracles: oracles.oracles,
    noCodeReward: ruleLearning.noCodeReward,
  });
  const job = progress.start('rejection sampling', prompts.length);
  const samples: VerifiedSample[] = [];
  for (let start = 0; start < prompts.length; start += UNIT_PROMPTS) {
    const unit = prompts.slice(start, start + UNIT_PROMPTS);
    samples.push(
      ...(await run.journal.unit('rule-learning', `${fingerprint}/samples/${start}`, () =>
        sampleAndVerify(unit, {
          model,
          tokenizer: engine.tokenizer,
          rewardModel,
          rules,
          systemPrompt: NANO_SYSTEM_PROMPT,
          promptStyle: ruleLearning.promptStyle,
          samples: ruleLearning.samples,
          temperature: ruleLearning.temperature,
          maxTokens: recipe.model.maxTokens,
          seed: `${recipe.seed}/rejection`,
        }),
      )),
    );
    job.update(start + unit.length, passNote(samples));
  }
  job.end(passNote(samples));
  await model.close();
  return samples;
}

function passNote(samples: readonly VerifiedSample[]): string {
  const decided = samples.flatMap(({ reward }) => (reward === null ? [] : [reward]));
  if (decided.length === 0) return 'none decided';
  const passed = decided.filter((reward) => reward >= PASS_REWARD).length;
  return `pass ${Math.round((100 * passed) / decided.length)} %`;
}

async function fineTune(
  context: RunContext,
  data: { tasks: readonly Task[]; selected: readonly { taskId: string; response: string; reward: number }[] },
  fingerprint: string,
) {
  const { recipe, run, engine, progress } = context;
  const settings = { ...recipe.ruleLearning.sft, seed: recipe.seed };
  const plan = planSft(data, {
    ...settings,
    tokenizer: engine.tokenizer,
    maxContext: recipe.model.maxContext,
    systemPrompt: NANO_SYSTEM_PROMPT,
  });
  if (plan.tooLong > 0) {
    progress.say(
      `SFT leaves out ${plan.tooLong} examples longer than model.maxContext (${recipe.model.maxContext})`,
    );
  }
  if (plan.batches.length === 0) {
    progress.say(
      'SFT has nothing to learn from: no sample passed, so the checkpoint is that of the base model',
    );
  }
  const training = await engine.createTrainingClient(checkpointFolder(context, 'base'));
  const steps = new ResumableTraining<{ step: number }>(context, 'rule-learning', `${fingerprint}/sft`);
  const first = (await steps.resume(training))?.step ?? 0;
  run.rewindMetrics('rule-learning', first);
  const job = progress.start('SFT', plan.batches.length, first);
  for (let step = first; step < plan.batches.length; step++) {
    const report = await sftStep(training, plan, step, settings);
    run.metric('rule-learning', step, { ...report });
    if ((step + 1) % SAVE_EVERY === 0 || step + 1 === plan.batches.length) {
      await steps.save(training, { step: step + 1 });
    }
    job.update(step + 1, `loss ${report.loss.toFixed(3)}`);
  }
  if (plan.batches.length === 0) await steps.save(training, { step: 0 });
  job.end();
  await training.close();
  await steps.finish('rule-learning');
  return plan;
}
