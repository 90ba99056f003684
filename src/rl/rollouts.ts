/**
 * Rollouts: n responses to each prompt, sampled and rewarded. Rewards of one chunk of prompts are computed while
 * the next is being sampled (paper section 4, batched reward calculation).
 */
import type { Sample, SamplingClient, Tokenizer } from '../engines/engine.ts';
import type { Item } from '../oracles/oracle.ts';
import type { Reward } from '../oracles/reward.ts';
import type { Task } from '../oracles/task.ts';
import { END_OF_TURN, renderConversation } from '../transcripts/chat-template.ts';
import { cutAnalyses } from '../transcripts/format.ts';
import { type AdvantageKind, advantagesOf } from './advantages.ts';

export interface Rollout {
  readonly sample: Sample;
  readonly response: string;
  readonly reward: Reward;
}

export interface Group {
  readonly task: Task;
  readonly prompt: readonly number[];
  readonly rollouts: readonly Rollout[];
  /** advantages[rollout]; undefined when the group is not learnable. */
  readonly advantages: readonly (number | null)[] | undefined;
}

export interface RolloutOptions {
  readonly policy: SamplingClient;
  readonly tokenizer: Tokenizer;
  readonly rewardModel: { reward(items: readonly Item[]): Promise<Reward[]> };
  readonly systemPrompt: string;
  readonly rollouts: number;
  readonly maxTokens: number;
  readonly temperature: number;
  /** Names the random streams: a task's rollouts depend on it and on the task alone. */
  readonly seed: string;
  /** Prompts that are sampled in one call. */
  readonly chunk: number;
  readonly advantages: AdvantageKind;
}

/** Groups in the order of `tasks`, and the seconds that were spent waiting for samples and then for rewards. */
export async function sampleGroups(
  tasks: readonly Task[],
  options: RolloutOptions,
): Promise<{ groups: Group[]; seconds: { sampling: number; rewards: number } }> {
  const pending: Promise<Group[]>[] = [];
  const started = performance.now();
  for (let start = 0; start < tasks.length; start += options.chunk) {
    const chunk = tasks.slice(start, start + options.chunk);
    const prompts = chunk.map((task) => renderPrompt(task, options));
    const samples = await options.policy.sample(
      prompts.map((prompt, i) => ({
        prompt,
        n: options.rollouts,
        maxTokens: options.maxTokens,
        temperature: options.temperature,
        stop: [options.tokenizer.special(END_OF_TURN)],
        seed: `${options.seed}/${chunk[i]!.id}`,
      })),
    );
    const rewarded = rewardChunk(chunk, prompts, samples, options);
    // A failed chunk is reported by the await below; without a handler until then Node would end the process.
    rewarded.catch(() => undefined);
    pending.push(rewarded);
  }
  const sampled = performance.now();
  const groups = (await Promise.all(pending)).flat();
  const seconds = { sampling: (sampled - started) / 1000, rewards: (performance.now() - sampled) / 1000 };
  return { groups, seconds };
}

function renderPrompt(task: Task, { systemPrompt, tokenizer }: RolloutOptions): number[] {
  const messages = cutAnalyses([{ role: 'system', content: systemPrompt }, ...task.messages]);
  return renderConversation(messages, tokenizer, { addGenerationPrompt: true });
}

async function rewardChunk(
  tasks: readonly Task[],
  prompts: readonly number[][],
  samples: readonly Sample[][],
  { tokenizer, rewardModel, advantages }: RolloutOptions,
): Promise<Group[]> {
  const responses = samples.map((group) => group.map((sample) => tokenizer.decode(sample.tokens)));
  const items = tasks.flatMap((task, i) => responses[i]!.map((response) => ({ task, response })));
  const rewards = await rewardModel.reward(items);
  let next = 0;
  return tasks.map((task, i) => {
    const rollouts = samples[i]!.map((sample, j) => ({
      sample,
      response: responses[i]![j]!,
      reward: rewards[next++]!,
    }));
    return {
      task,
      prompt: prompts[i]!,
      rollouts,
      advantages: advantagesOf(
        rollouts.map(({ reward }) => reward),
        advantages,
      ),
    };
  });
}
