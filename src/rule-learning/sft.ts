/**
 * SFT on (short system prompt, original prompt, verified response) (SPEC "Stage 1", item 6): the rules are gone from
 * the prompt, so the model has to recall them. Only the last assistant turn is trained.
 */
import type { AdamParams, Datum, Tokenizer, TrainingClient } from '../engines/engine.ts';
import { learningRate } from '../engines/learning-rate.ts';
import type { Task } from '../oracles/task.ts';
import { Random } from '../random.ts';
import { renderTraining } from '../transcripts/chat-template.ts';
import { cutAnalyses } from '../transcripts/format.ts';
import type { Message } from '../transcripts/message.ts';
import type { Selected } from './selection.ts';

/** Training conversation of a selected sample; earlier analyses are cut. */
export function trainingConversation(task: Task, response: string, systemPrompt: string): Message[] {
  return cutAnalyses([
    { role: 'system', content: systemPrompt },
    ...task.messages,
    { role: 'assistant', content: response },
  ]);
}

export interface SftSettings {
  readonly learningRate: number;
  readonly epochs: number;
  /** Tokens of a step, prompts included. */
  readonly tokensPerStep: number;
  readonly warmupSteps: number;
  readonly adam: Omit<AdamParams, 'learningRate'>;
  readonly seed: number;
}

interface Example {
  readonly input: number[];
  readonly targets: number[];
  readonly trained: boolean[];
}

export interface SftPlan {
  /** batches[step][example] */
  readonly batches: Example[][];
  readonly examples: number;
  /** Examples longer than the context: left out, and said. */
  readonly tooLong: number;
}

/** Fixes which examples each step trains on; depends on the seed alone. */
export function planSft(
  data: { tasks: readonly Task[]; selected: readonly Selected[] },
  options: SftSettings & { tokenizer: Tokenizer; maxContext: number; systemPrompt: string },
): SftPlan {
  const byId = new Map(data.tasks.map((task) => [task.id, task]));
  const rendered = data.selected.flatMap(({ taskId, response }) => {
    const task = byId.get(taskId);
    if (task === undefined) return [];
    return [renderTraining(trainingConversation(task, response, options.systemPrompt), options.tokenizer)];
  });
  const examples = rendered.filter(({ input }) => input.length <= options.maxContext);
  const batches: Example[][] = [];
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    let batch: Example[] = [];
    let tokens = 0;
    for (const example of new Random(options.seed, 'sft', epoch).shuffle(examples)) {
      batch.push(example);
      tokens += example.input.length;
      if (tokens >= options.tokensPerStep) {
        batches.push(batch);
        batch = [];
        tokens = 0;
      }
    }
    if (batch.length > 0) batches.push(batch);
  }
  return { batches, examples: examples.length, tooLong: rendered.length - examples.length };
}

export interface SftReport {
  /** Mean negative log-likelihood of the trained tokens, in nats. */
  readonly loss: number;
  readonly gradNorm: number;
  readonly learningRate: number;
  readonly tokens: number;
}

/** Step `step` of a plan. */
export async function sftStep(
  training: TrainingClient,
  plan: SftPlan,
  step: number,
  settings: SftSettings,
): Promise<SftReport> {
  const batch = plan.batches[step]!;
  const trained = batch.reduce((sum, example) => sum + example.trained.filter(Boolean).length, 0);
  const data: Datum[] = batch.map(({ input, targets, trained: mask }) => ({
    input,
    targets,
    weights: Float32Array.from(mask, (on) => (on ? 1 / trained : 0)),
  }));
  const rate = learningRate(step, {
    peak: settings.learningRate,
    warmupSteps: settings.warmupSteps,
    totalSteps: plan.batches.length,
    decay: 'linear',
  });
  const [forward, optim] = await Promise.all([
    training.forwardBackward(data, { kind: 'cross_entropy' }),
    training.optimStep({ ...settings.adam, learningRate: rate }),
  ]);
  return { loss: forward.metrics.loss ?? 0, gradNorm: optim.gradNorm, learningRate: rate, tokens: trained };
}
