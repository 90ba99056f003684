/** Evaluation of every checkpoint on the held-out split, greedy and sampled. */
import { contentKey } from '../../content-key.ts';
import type { Benchmark } from '../../evals/benchmark.ts';
import { type EvaluationOptions, evaluateTasks, type Scored } from '../../evals/evaluate.ts';
import { evaluationBenchmarks } from '../../nano/evaluation.ts';
import { NANO_SYSTEM_PROMPT } from '../../nano/world.ts';
import { createRewardModel } from '../../oracles/reward.ts';
import type { Task } from '../../oracles/task.ts';
import type { Checkpoint } from '../../report/summary.ts';
import { reformat } from '../../rule-learning/reformat.ts';
import { distillationMessages } from '../../rule-learning/rejection-sampling.ts';
import { readJsonl, writeJsonl } from '../../runs/files.ts';
import type { RunContext } from '../context.ts';
import { type CheckpointName, checkpointFolder } from './checkpoints.ts';

/** Tasks of one journalled unit. */
const UNIT_TASKS = 128;

/** One line of evals/responses.jsonl. */
export interface EvaluationRow extends Scored {
  readonly checkpoint: Checkpoint;
  readonly benchmark: string;
  readonly temperature: number;
}

export function benchmarksOf({ recipe, world, known, fresh }: RunContext): Benchmark[] {
  const { split, scale } = recipe.evals;
  return evaluationBenchmarks({
    split,
    scale,
    jailbreaks: world.jailbreaks,
    seed: recipe.seed,
    known,
    fresh,
  });
}

/** @param checkpoints each with the fingerprint of how it was made: equal checkpoints are not evaluated twice. */
export async function runEvals(
  context: RunContext,
  checkpoints: readonly { name: Checkpoint; weights: CheckpointName; fingerprint: string }[],
): Promise<void> {
  const { recipe, run, progress } = context;
  const benchmarks = benchmarksOf(context);
  const entries = benchmarks.flatMap(({ name, tasks }) => tasks.map((task) => ({ benchmark: name, task })));
  writeJsonl(
    run.file('evals', 'prompts.jsonl'),
    entries.map(({ benchmark, task }) => ({ benchmark, ...task })),
  );
  const rows: EvaluationRow[] = [];
  for (const checkpoint of checkpoints) {
    const job = progress.start(
      `evaluation: ${checkpoint.name}`,
      entries.length * recipe.evals.temperatures.length,
    );
    let done = 0;
    const model = await context.engine.createSamplingClient(checkpointFolder(context, checkpoint.weights));
    for (const temperature of recipe.evals.temperatures) {
      for (let start = 0; start < entries.length; start += UNIT_TASKS) {
        const unit = entries.slice(start, start + UNIT_TASKS);
        const tasks = unit.map(({ task }) => task);
        const key = contentKey({
          checkpoint: [checkpoint.name, checkpoint.fingerprint],
          tasks: tasks.map(({ id }) => id),
          temperature,
          seed: recipe.seed,
          maxTokens: recipe.model.maxTokens,
          promptStyle: recipe.ruleLearning.promptStyle,
        });
        const scored = await run.journal.unit('evals', key, () =>
          evaluateTasks(
            tasks,
            evaluationOptions(context, { checkpoint: checkpoint.name, temperature, model }),
          ),
        );
        rows.push(
          ...scored.map((row, i) => ({
            checkpoint: checkpoint.name,
            benchmark: unit[i]!.benchmark,
            temperature,
            ...row,
          })),
        );
        done += unit.length;
        job.update(done);
      }
    }
    await model.close();
    job.end();
  }
  writeJsonl(run.file('evals', 'responses.jsonl'), rows);
}

export function readEvaluationRows({ run }: Pick<RunContext, 'run'>): EvaluationRow[] {
  return readJsonl(run.file('evals', 'responses.jsonl')) as EvaluationRow[];
}

function evaluationOptions(
  { recipe, engine, oracles, rules }: RunContext,
  {
    checkpoint,
    temperature,
    model,
  }: { checkpoint: Checkpoint; temperature: number; model: EvaluationOptions['model'] },
): EvaluationOptions {
  const withRules = checkpoint === 'base+rules';
  const { promptStyle } = recipe.ruleLearning;
  return {
    model,
    tokenizer: engine.tokenizer,
    rewardModel: createRewardModel({ oracles: oracles.oracles }),
    messages: (task: Task) =>
      withRules
        ? distillationMessages(task, { rules, systemPrompt: NANO_SYSTEM_PROMPT, promptStyle })
        : [{ role: 'system', content: NANO_SYSTEM_PROMPT }, ...task.messages],
    read: withRules ? reformat : (completion) => completion,
    temperature,
    maxTokens: recipe.model.maxTokens,
    seed: `${recipe.seed}/evals/${temperature}`,
  };
}
