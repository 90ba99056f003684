/**
 * Rejection sampling with context distillation (SPEC "Stage 1", items 1 to 3): the model being aligned answers with
 * the prompt's own rules in front of it; answers are reformatted and verified.
 */
import type { SamplingClient, Tokenizer } from '../engines/engine.ts';
import type { Item } from '../oracles/oracle.ts';
import type { Reward } from '../oracles/reward.ts';
import type { Task } from '../oracles/task.ts';
import { renderAnalysisPrompt } from '../rules/analysis-prompt.ts';
import type { PolicyEntry } from '../rules/policy.ts';
import type { Rule } from '../rules/rule.ts';
import { END_OF_TURN, renderConversation } from '../transcripts/chat-template.ts';
import { cutAnalyses } from '../transcripts/format.ts';
import type { Message } from '../transcripts/message.ts';
import { reformat } from './reformat.ts';
import type { VerifiedSample } from './selection.ts';

export interface DistillationOptions {
  readonly model: SamplingClient;
  readonly tokenizer: Tokenizer;
  readonly rewardModel: { reward(items: readonly Item[]): Promise<Reward[]> };
  readonly rules: ReadonlyMap<string, Rule | PolicyEntry>;
  readonly systemPrompt: string;
  readonly promptStyle: 'full' | 'compact';
  /** Samples a prompt. Paper: 8 at 14B, 4 at 32B. */
  readonly samples: number;
  readonly temperature: number;
  readonly maxTokens: number;
  readonly seed: string;
}

/** The conversation that the model sees: its own request inside the analysis prompt. */
export function distillationMessages(
  task: Task,
  { rules, systemPrompt, promptStyle }: Pick<DistillationOptions, 'rules' | 'systemPrompt' | 'promptStyle'>,
): Message[] {
  const shown = task.rules.flatMap((id) => rules.get(id) ?? []);
  const conversation = cutAnalyses(task.messages);
  const content = renderAnalysisPrompt({ conversation, rules: shown, style: promptStyle });
  return [
    { role: 'system', content: systemPrompt },
    { role: 'user', content },
  ];
}

/** samples[task * n + sample], verified. */
export async function sampleAndVerify(
  tasks: readonly Task[],
  options: DistillationOptions,
): Promise<VerifiedSample[]> {
  const { model, tokenizer, rewardModel } = options;
  const sampled = await model.sample(
    tasks.map((task) => ({
      prompt: renderConversation(distillationMessages(task, options), tokenizer, {
        addGenerationPrompt: true,
      }),
      n: options.samples,
      maxTokens: options.maxTokens,
      temperature: options.temperature,
      stop: [tokenizer.special(END_OF_TURN)],
      seed: `${options.seed}/${task.id}`,
    })),
  );
  const responses = tasks.flatMap((task, i) =>
    sampled[i]!.map(({ tokens }) => ({
      task,
      response: reformat(tokenizer.decode(tokens)),
      tokens: tokens.length,
    })),
  );
  const parsed = responses.flatMap(({ task, response }) =>
    response === undefined ? [] : [{ task, response }],
  );
  const rewards = await rewardModel.reward(parsed);
  let next = 0;
  return responses.map(({ task, response, tokens }) => ({
    taskId: task.id,
    response,
    reward: response === undefined ? 0 : rewards[next++]!.reward,
    tokens,
  }));
}
