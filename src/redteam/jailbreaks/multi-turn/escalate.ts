/** Multi-turn attacks (SPEC "Jailbreak families"): the attacker writes the user's side, the target answers for itself. */
import type { Task } from '../../../oracles/task.ts';
import { Random } from '../../../random.ts';
import type { Attacker } from '../attacker.ts';
import type { AttackGoal } from '../goal.ts';
import { attackedTask } from '../library-tasks.ts';
import type { Target } from '../target.ts';
import { type Actor, actorQuestionsAsk, actorsAsk } from './actors.ts';
import { type Climb, climb } from './climb.ts';
import { bridgeAsk, ladderAsk } from './foot-in-the-door.ts';

export const MULTI_TURN_ATTACKS = ['foot-in-the-door', 'actors'] as const;
export type MultiTurnAttack = (typeof MULTI_TURN_ATTACKS)[number];

export interface EscalationOptions {
  readonly target: Target;
  readonly attacker: Attacker;
  /** User turns below the goal, and questions about an actor. */
  readonly steps: number;
  /** Refusals after which a conversation goes on. */
  readonly backOffs: number;
  readonly seed: number;
  /** Of the run, for the attacker's boundaries. */
  readonly secret: string;
}

export const DEFAULT_ESCALATION = { steps: 4, backOffs: 2 };

/** Actors of a network; one of them is asked about. */
const ACTORS = 6;

export interface Escalation {
  readonly attack: MultiTurnAttack;
  readonly climb: Climb;
  /** Whom the conversation is about. */
  readonly actor?: Actor;
}

/**
 * One conversation about a goal. Undefined where the attacker wrote no plan for it, which its counts say.
 * @throws ModelError when there is no use in going on.
 */
export async function escalate(
  attack: MultiTurnAttack,
  goal: AttackGoal,
  options: EscalationOptions,
): Promise<Escalation | undefined> {
  const { target, attacker, backOffs, secret } = options;
  const random = new Random(options.seed, attack, goal.task.id);
  const plan =
    attack === 'actors' ? await actorPlan(goal, options, random) : await ladderPlan(goal, options, random);
  if (plan === undefined) return undefined;
  const seeds = Array.from({ length: backOffs }, () => random.int(2 ** 31));
  const walked = await climb({
    target,
    before: goal.task.messages.slice(0, -1),
    steps: plan.steps,
    backOffs,
    bridge: async (accepted, refused, attempt) => {
      const ask = bridgeAsk(goal, { accepted, refused }, { seed: seeds[attempt]!, secret });
      return (await attacker.write(ask))?.step;
    },
  });
  return { attack, climb: walked, ...(plan.actor === undefined ? {} : { actor: plan.actor }) };
}

interface ConversationPlan {
  readonly steps: readonly string[];
  readonly actor?: Actor;
}

async function ladderPlan(
  goal: AttackGoal,
  { attacker, steps: count, secret }: EscalationOptions,
  random: Random,
): Promise<ConversationPlan | undefined> {
  const ladder = await attacker.write(ladderAsk(goal, { count, seed: random.int(2 ** 31), secret }));
  return ladder && { steps: [...ladder.steps.slice(0, count), goal.request] };
}

async function actorPlan(
  goal: AttackGoal,
  { attacker, steps, secret }: EscalationOptions,
  random: Random,
): Promise<ConversationPlan | undefined> {
  const network = await attacker.write(actorsAsk(goal, { count: ACTORS, seed: random.int(2 ** 31), secret }));
  if (network === undefined) return undefined;
  const actor = random.pick(network.actors);
  const settings = { count: steps + 1, seed: random.int(2 ** 31), secret };
  const written = await attacker.write(actorQuestionsAsk(goal, actor, settings));
  return written && { steps: written.questions, actor };
}

/** The conversation up to the user turn that got furthest, as a task with the oracles of the original. */
export function escalatedTask({ task }: AttackGoal, escalation: Escalation): Task {
  const { attack, climb: walked } = escalation;
  return attackedTask(task, walked.furthest.messages, {
    jailbreak: attack,
    jailbreakFamily: attack,
    ...escalationDetails(escalation),
  });
}

/** How the conversation went, for provenance. */
export function escalationDetails({ climb: walked, actor }: Escalation): Record<string, string | number> {
  return {
    userTurns: walked.furthest.messages.filter(({ role }) => role === 'user').length,
    reached: walked.reached,
    steps: walked.steps,
    refusals: walked.refusals,
    bridges: walked.bridges,
    ...(actor === undefined ? {} : { actor: actor.name, actorPart: actor.part }),
  };
}
