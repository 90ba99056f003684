/** What an evaluation would cost, before any of it is paid for (`--estimate`). */
import type { ChatRequest } from '../../models/chat-model.ts';
import type { Budget, Prices } from '../../models/config.ts';
import { type Estimate, estimateCost, type PlannedCall } from '../../models/estimate.ts';
import type { JudgeConfig } from '../../oracles/judges/open-judge.ts';
import { majorityOf } from '../../oracles/judges/panel.ts';
import { judgeMessages } from '../../oracles/judges/rubric.ts';
import { renderTranscript, sealOf } from '../../oracles/judges/transcript.ts';
import type { Task } from '../../oracles/task.ts';
import { type Decoding, firstRequest } from './conversation.ts';
import type { PlannedBenchmark } from './plan.ts';

/** Tokens of a usual answer and of a usual judgement: assumptions, which are said with the figures. */
export const USUAL_TOKENS = { answer: 600, judgement: 250 };

export interface EvaluationEstimate {
  /** With usual answers. */
  readonly usual: Estimate;
  /** With answers as long as they may be. */
  readonly most: Estimate;
}

export interface EstimateOptions {
  readonly benchmarks: readonly PlannedBenchmark[];
  readonly samples: number;
  /** Absent with `--responses`. */
  readonly policy?: {
    readonly decoding: Decoding;
    readonly prices: Prices | undefined;
    readonly isKnown: (request: ChatRequest) => boolean;
  };
  /** Absent where no model judges. */
  readonly judge?: JudgeConfig;
  readonly budget: Budget;
}

/** Open turns before the last are counted as if they were all known by then: their answers are not in the prompt yet. */
export function estimateEvaluation(options: EstimateOptions): EvaluationEstimate {
  const { judge, policy, budget } = options;
  const prices = (role: Role): Prices | undefined =>
    role === 'policy' ? policy?.prices : judge?.models[0]?.prices;
  const isKnown = ({ role, request }: PlannedCall<Role>): boolean =>
    role === 'policy' && policy?.isKnown(request) === true;
  const sum = (usual: boolean): Estimate =>
    estimateCost(plannedCalls(options, usual), { prices, isKnown, budget });
  return { usual: sum(true), most: sum(false) };
}

type Role = 'policy' | 'judge';

function* plannedCalls(
  { benchmarks, samples, policy, judge }: EstimateOptions,
  usual: boolean,
): Generator<PlannedCall<Role>> {
  for (const task of benchmarks.flatMap(({ tasks }) => tasks)) {
    for (let sample = 0; sample < samples; sample++) {
      if (policy !== undefined) yield* policyCalls(task, sample, { policy, usual });
      if (judge !== undefined && isJudged(task)) yield* judgeCalls(task, { judge, policy, usual });
    }
  }
}

function* policyCalls(
  task: Task,
  sample: number,
  { policy, usual }: { policy: NonNullable<EstimateOptions['policy']>; usual: boolean },
): Generator<PlannedCall<Role>> {
  const request = firstRequest(task, sample, policy.decoding);
  const outputTokens = usual ? Math.min(USUAL_TOKENS.answer, request.maxTokens) : request.maxTokens;
  yield { role: 'policy', request, outputTokens };
  // Later turns: the whole conversation is sent again.
  const open = task.messages.filter(
    ({ role }, index) => role === 'user' && task.messages[index + 1]?.role === 'user',
  );
  for (const [index] of open.entries()) {
    const answers = Array.from({ length: index + 1 }, () => ({
      role: 'assistant' as const,
      content: 'x'.repeat(4 * outputTokens),
    }));
    yield { role: 'policy', request: { ...request, messages: [...task.messages, ...answers] }, outputTokens };
  }
}

function isJudged({ oracles }: Task): boolean {
  return oracles.includes('malicious-assistance') || oracles.includes('overrefusal');
}

/** One call a judge that a majority needs. */
function* judgeCalls(
  task: Task,
  { judge, policy, usual }: { judge: JudgeConfig; policy: EstimateOptions['policy']; usual: boolean },
): Generator<PlannedCall<Role>> {
  const longest = policy?.decoding.maxTokens ?? USUAL_TOKENS.answer;
  const tokens = usual ? Math.min(USUAL_TOKENS.answer, longest) : longest;
  const transcript = renderTranscript({ task, response: 'x'.repeat(4 * tokens), form: 'plain' });
  const messages = judgeMessages(transcript, sealOf('', 0, 'estimate'));
  const outputTokens = usual ? USUAL_TOKENS.judgement : judge.maxTokens;
  const request = { messages, maxTokens: judge.maxTokens, temperature: 0 };
  const judges = usual ? majorityOf(judge.models.length) : judge.models.length;
  for (let asked = 0; asked < judges; asked++) yield { role: 'judge', request, outputTokens };
}
