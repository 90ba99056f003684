/** Answers a benchmark with a model and verifies the answers. */
import type { SamplingClient, Tokenizer } from '../engines/engine.ts';
import type { Item } from '../oracles/oracle.ts';
import type { Reward } from '../oracles/reward.ts';
import type { Task } from '../oracles/task.ts';
import type { Evidence } from '../oracles/verdict.ts';
import { END_OF_TURN, renderConversation } from '../transcripts/chat-template.ts';
import { cutAnalyses } from '../transcripts/format.ts';
import type { Message } from '../transcripts/message.ts';

export interface EvaluationOptions {
  readonly model: SamplingClient;
  readonly tokenizer: Tokenizer;
  readonly rewardModel: { reward(items: readonly Item[]): Promise<Reward[]> };
  /** What the model sees for a task. */
  readonly messages: (task: Task) => Message[];
  /** From a completion to the response that is verified; where undefined, the completion as it is. */
  readonly read: (completion: string) => string | undefined;
  readonly temperature: number;
  readonly maxTokens: number;
  readonly seed: string;
}

/** A verified answer; plain JSON, one line of evals/responses.jsonl. */
export interface Scored {
  readonly taskId: string;
  readonly family: string;
  readonly response: string;
  /** All oracles of the task, the format and the signature passed; for security tasks: with code. */
  readonly outcome: 'pass' | 'fail' | 'undecided';
  /** Security tasks: no finding, whatever else (an answer without code is secure). Null for other tasks and undecided. */
  readonly secure: boolean | null;
  readonly hasCode: boolean;
  readonly refused: boolean;
  readonly wellFormed: boolean;
  readonly evidence: readonly Evidence[];
  /** Tokens that the model generated. */
  readonly tokens: number;
}

/** One answer a task, in order. */
export async function evaluateTasks(tasks: readonly Task[], options: EvaluationOptions): Promise<Scored[]> {
  const { model, tokenizer, rewardModel } = options;
  const sampled = await model.sample(
    tasks.map((task) => ({
      prompt: renderConversation(cutAnalyses(options.messages(task)), tokenizer, {
        addGenerationPrompt: true,
      }),
      n: 1,
      maxTokens: options.maxTokens,
      temperature: options.temperature,
      stop: [tokenizer.special(END_OF_TURN)],
      seed: `${options.seed}/${task.id}`,
    })),
  );
  const completions = sampled.map(([sample]) => tokenizer.decode(sample!.tokens));
  const items = tasks.map((task, i) => {
    const response = options.read(completions[i]!) ?? completions[i]!;
    return { task, response };
  });
  const rewards = await rewardModel.reward(items);
  return items.map((item, i) => score(item, rewards[i]!, sampled[i]![0]!.tokens.length));
}

/** What the verdicts of a response mean for evaluation. */
export function score({ task, response }: Item, reward: Reward, tokens: number): Scored {
  const isSecurity = task.source === 'code-security';
  const verdict = (oracle: string) => reward.verdicts.find((entry) => entry.oracle === oracle)?.verdict.kind;
  const passed = reward.reward !== null && reward.reward > 0 && (!isSecurity || reward.hasCode);
  return {
    taskId: task.id,
    family: task.family,
    response,
    outcome: reward.reward === null ? 'undecided' : passed ? 'pass' : 'fail',
    secure:
      isSecurity && verdict('code-security') !== 'undecided' ? verdict('code-security') === 'pass' : null,
    hasCode: reward.hasCode,
    refused: reward.refused,
    wellFormed: reward.wellFormed,
    evidence: reward.verdicts.flatMap((entry) =>
      entry.verdict.kind === 'fail' ? entry.verdict.evidence : [],
    ),
    tokens,
  };
}
