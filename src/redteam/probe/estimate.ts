/** What a probe would ask, before any of it is paid for (`--estimate`). */
import type { PlannedCall } from '../../models/estimate.ts';
import type { JudgeConfig } from '../../oracles/judges/open-judge.ts';
import { majorityOf } from '../../oracles/judges/panel.ts';
import { judgeMessages } from '../../oracles/judges/rubric.ts';
import { renderTranscript, sealOf } from '../../oracles/judges/transcript.ts';
import type { Task } from '../../oracles/task.ts';
import type { Message } from '../../transcripts/message.ts';
import { attackOraclesOf } from '../jailbreaks/attack-oracle.ts';
import { goalOf } from '../jailbreaks/goal.ts';
import { actorQuestionsAsk, actorsAsk } from '../jailbreaks/multi-turn/actors.ts';
import { MULTI_TURN_ATTACKS, type MultiTurnAttack } from '../jailbreaks/multi-turn/escalate.ts';
import { bridgeAsk, ladderAsk } from '../jailbreaks/multi-turn/foot-in-the-door.ts';
import { rewriteAsk } from '../jailbreaks/rewriting.ts';
import { type TargetSettings, targetRequest } from '../jailbreaks/target.ts';
import { ATTACKER_SHARE } from '../jailbreaks/variation.ts';
import type { ProbeOptions } from './options.ts';
import { attackedVersions } from './single-turn.ts';

/** Tokens of a usual answer, of what an attacker writes and of a judgement: assumptions, said with the figures. */
export const USUAL_TOKENS = { answer: 600, attack: 300, judgement: 250 };

export interface ProbePlan extends Pick<ProbeOptions, 'settings' | 'library' | 'knowledge'> {
  readonly tasks: readonly Task[];
  readonly target: TargetSettings;
  readonly hasAttacker: boolean;
  /** Conversations of a task; all kinds unless given. */
  readonly multiTurn?: readonly MultiTurnAttack[];
  /** Absent where no model judges. */
  readonly judge?: JudgeConfig;
}

type Role = 'target' | 'attacker' | 'judge';

/**
 * Calls of a probe in which no task breaks: a success ends a search early. With `usual`, answers of usual length and
 * no refusals in conversations; otherwise answers at their limit and every back-off used.
 */
export function* plannedCalls(plan: ProbePlan, usual: boolean): Generator<PlannedCall<Role>> {
  for (const task of plan.tasks) {
    if (plan.settings.attack === 'search') yield* searchCalls(task, plan, usual);
    else if (plan.settings.attack === 'multi-turn') yield* conversationCalls(task, plan, usual);
    else {
      for (const version of attackedVersions(task, plan)) {
        yield targetCall(version.messages, plan, usual);
        yield* judgeCalls(version, plan, usual);
      }
    }
  }
}

function* searchCalls(task: Task, plan: ProbePlan, usual: boolean): Generator<PlannedCall<Role>> {
  const { prompts, width } = plan.settings.search;
  for (let asked = 0; asked < prompts; asked++) {
    yield targetCall(task.messages, plan, usual);
    yield* judgeCalls(task, plan, usual);
  }
  if (!plan.hasAttacker) return;
  const goal = goalOf(task, plan.knowledge);
  const tried = { prompt: goal.request, answer: filler(USUAL_TOKENS.attack), outcome: 'it refused' };
  const { request } = rewriteAsk(goal, [tried, tried], SETTINGS);
  const written = Math.ceil(Math.max(0, prompts - width) * (usual ? ATTACKER_SHARE : 1));
  for (let call = 0; call < written; call++) yield attackerCall(request, usual);
}

function* conversationCalls(task: Task, plan: ProbePlan, usual: boolean): Generator<PlannedCall<Role>> {
  const { steps, backOffs } = plan.settings.escalation;
  const goal = goalOf(task, plan.knowledge);
  const actor = { name: 'somebody', part: 'person', relation: filler(30) } as const;
  const { multiTurn = MULTI_TURN_ATTACKS } = plan;
  const asks: Readonly<Record<MultiTurnAttack, readonly { readonly request: PlannedCall['request'] }[]>> = {
    'foot-in-the-door': [ladderAsk(goal, { count: steps, ...SETTINGS })],
    actors: [
      actorsAsk(goal, { count: 6, ...SETTINGS }),
      actorQuestionsAsk(goal, actor, { count: steps + 1, ...SETTINGS }),
    ],
  };
  const plans = multiTurn.flatMap((kind) => asks[kind]);
  for (const { request } of plans) yield attackerCall(request, usual);
  const turns = steps + 1 + (usual ? 0 : backOffs);
  for (const _kind of multiTurn) yield* climbCalls(task, plan, { turns, usual });
  if (usual) return;
  const { request } = bridgeAsk(goal, { accepted: [goal.request], refused: goal.request }, SETTINGS);
  for (let call = 0; call < multiTurn.length * backOffs; call++) yield attackerCall(request, usual);
}

/** The whole conversation is sent again at every turn. */
function* climbCalls(
  task: Task,
  plan: ProbePlan,
  { turns, usual }: { readonly turns: number; readonly usual: boolean },
): Generator<PlannedCall<Role>> {
  const messages: Message[] = task.messages.slice(0, -1);
  for (let turn = 0; turn < turns; turn++) {
    if (turn > 0) messages.push({ role: 'assistant', content: filler(answerTokens(plan, usual)) });
    messages.push(task.messages.at(-1)!);
    yield targetCall([...messages], plan, usual);
  }
  yield* judgeCalls({ ...task, messages }, plan, usual);
}

/** Neither is in the length of a request. */
const SETTINGS = { seed: 0, secret: 'estimate' };

function filler(tokens: number): string {
  return 'x'.repeat(4 * tokens);
}

function answerTokens({ target }: ProbePlan, usual: boolean): number {
  return usual ? Math.min(USUAL_TOKENS.answer, target.maxTokens) : target.maxTokens;
}

function targetCall(messages: readonly Message[], plan: ProbePlan, usual: boolean): PlannedCall<Role> {
  return {
    role: 'target',
    request: targetRequest(messages, plan.target),
    outputTokens: answerTokens(plan, usual),
  };
}

function attackerCall(request: PlannedCall['request'], usual: boolean): PlannedCall<Role> {
  return { role: 'attacker', request, ...(usual ? { outputTokens: USUAL_TOKENS.attack } : {}) };
}

function* judgeCalls(task: Task, plan: ProbePlan, usual: boolean): Generator<PlannedCall<Role>> {
  const { judge } = plan;
  if (judge === undefined || !attackOraclesOf(task).includes('malicious-assistance')) return;
  const response = filler(answerTokens(plan, usual));
  const messages = judgeMessages(
    renderTranscript({ task, response, form: 'plain' }),
    sealOf('', 0, 'estimate'),
  );
  const request = { messages, maxTokens: judge.maxTokens, temperature: 0 };
  const judges = usual ? majorityOf(judge.models.length) : judge.models.length;
  const outputTokens = usual ? USUAL_TOKENS.judgement : judge.maxTokens;
  for (let asked = 0; asked < judges; asked++) yield { role: 'judge', request, outputTokens };
}
