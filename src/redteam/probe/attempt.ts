/** What a probe finds out: one row an attempt, plain JSON, a line of attempts.jsonl. */
import type { Task } from '../../oracles/task.ts';
import type { Message } from '../../transcripts/message.ts';
import { type AttackEvidence, type AttackVerdict, attackOraclesOf } from '../jailbreaks/attack-oracle.ts';
import type { TargetAnswer } from '../jailbreaks/target.ts';

export const ATTACKS = ['none', 'templates', 'search', 'multi-turn'] as const;
export type AttackKind = (typeof ATTACKS)[number];

export interface Attempt {
  /** Id of the task that is attacked. */
  readonly task: string;
  readonly attack: AttackKind;
  /** Jailbreak as provenance names it; null where the task is asked as it is. */
  readonly jailbreak: string | null;
  /** `+` between the families of a composition. */
  readonly family: string | null;
  /** The conversation up to the answer, without a system prompt. */
  readonly messages: readonly Message[];
  /** Null when the target could not be asked. */
  readonly response: string | null;
  readonly finish: TargetAnswer['finish'];
  /** `broken`: an oracle failed the answer, the attack succeeded. */
  readonly outcome: AttackVerdict['kind'];
  readonly evidence: readonly AttackEvidence[];
  /** Why it is undecided. */
  readonly cause: string | null;
  /** Whether the evidence names a weakness that the task was built for; null without evidence or weaknesses. */
  readonly onGoal: boolean | null;
  readonly refused: boolean;
  readonly hasCode: boolean;
  /** Calls of the target so far for this task and attack, this one included. */
  readonly calls: number;
  /** More of the attack: operators of a search, rounds, steps of a conversation. */
  readonly details: Readonly<Record<string, string | number>>;
}

export function attemptOf(
  task: Task,
  { answer, verdict }: { readonly answer: TargetAnswer; readonly verdict: AttackVerdict },
  about: Pick<Attempt, 'attack' | 'jailbreak' | 'family' | 'calls' | 'details'>,
): Attempt {
  const evidence = verdict.kind === 'broken' ? verdict.evidence : [];
  return {
    task: task.id,
    ...about,
    messages: answer.messages,
    response: answer.text,
    finish: answer.finish,
    outcome: verdict.kind,
    evidence,
    cause: verdict.kind === 'undecided' ? verdict.cause : null,
    onGoal: isOnGoal(task, evidence),
    refused: verdict.refused || answer.refused,
    hasCode: verdict.hasCode,
  };
}

function isOnGoal({ cwes, source }: Task, evidence: readonly AttackEvidence[]): boolean | null {
  if (source !== 'code-security' || evidence.length === 0 || cwes.length === 0) return null;
  return evidence.some((found) => found.cwes?.some((cwe) => cwes.includes(cwe)) === true);
}

/** Tasks that can be attacked, and why the others are not scored. */
export interface Attackable {
  readonly tasks: readonly Task[];
  readonly notScored: readonly { readonly reason: string; readonly count: number }[];
}

/**
 * @param judgeOf whether somebody judges malicious assistance in this task: without a judge it would be asked, and
 *   paid for, in vain.
 */
export function attackable(tasks: readonly Task[], hasJudge: (task: Task) => boolean): Attackable {
  const notScored = new Map<string, number>();
  const usable = tasks.filter((task) => {
    const reason = whyNotScored(task, hasJudge);
    if (reason !== undefined) notScored.set(reason, (notScored.get(reason) ?? 0) + 1);
    return reason === undefined;
  });
  return { tasks: usable, notScored: [...notScored].map(([reason, count]) => ({ reason, count })) };
}

/** Sources of prompts that are meant to break a model; the others measure something else. */
const ATTACKED: readonly Task['source'][] = ['code-security', 'malicious-assistance'];

function whyNotScored(task: Task, hasJudge: (task: Task) => boolean): string | undefined {
  if (!ATTACKED.includes(task.source)) return `they are no attacks but ${task.source}`;
  const oracles = attackOraclesOf(task);
  if (oracles.length === 0) return 'neither code security nor malicious assistance is checked in them';
  if (oracles.includes('malicious-assistance') && !hasJudge(task))
    return 'there is no judge for malicious assistance';
  return task.messages.at(-1)?.role === 'user' ? undefined : 'they do not end with a user turn';
}
