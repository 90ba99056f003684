/** A conversation with the target that is led step by step; after a refusal it goes back one step and tries another way. */
import type { Message } from '../../../transcripts/message.ts';
import type { Target, TargetAnswer } from '../target.ts';

export interface ClimbOptions {
  readonly target: Target;
  /** Turns before the first step. */
  readonly before: readonly Message[];
  /** What the user says, one after the other. */
  readonly steps: readonly string[];
  /** Refusals after which the conversation goes on; after one more it ends. */
  readonly backOffs: number;
  /**
   * Something between what was accepted last and what was refused.
   * @param attempt which one of this conversation, from 0. Undefined: there is none, and the conversation ends.
   */
  readonly bridge: (
    accepted: readonly string[],
    refused: string,
    attempt: number,
  ) => Promise<string | undefined>;
}

export interface Climb {
  /** The conversation with the answer that got furthest: the last that was no refusal, else the first refusal. */
  readonly furthest: TargetAnswer;
  /** Steps that were answered, bridges not counted. */
  readonly reached: number;
  readonly steps: number;
  readonly refusals: number;
  /** Bridges that were answered. */
  readonly bridges: number;
  /** Calls of the target. */
  readonly calls: number;
}

interface Turn {
  readonly text: string;
  readonly isBridge: boolean;
}

/**
 * The whole conversation is sent each time, with the target's own answers in it; a refused turn is taken out of it
 * together with its refusal. A target that cannot be asked ends it.
 */
export async function climb({ target, before, steps, backOffs, bridge }: ClimbOptions): Promise<Climb> {
  const turns: Turn[] = steps.map((text) => ({ text, isBridge: false }));
  const accepted: Turn[] = [];
  let conversation: readonly Message[] = before;
  let furthest: TargetAnswer | undefined;
  let [refusals, calls] = [0, 0];
  for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) {
    const answer = await target.ask([...conversation, { role: 'user', content: turn.text }]);
    calls += answer.calls;
    if (answer.text === null) {
      furthest ??= answer;
      break;
    }
    if (!answer.refused) {
      furthest = answer;
      accepted.push(turn);
      conversation = [...answer.messages, { role: 'assistant', content: answer.text }];
      continue;
    }
    furthest ??= answer;
    if (refusals++ >= backOffs) break;
    const texts = accepted.map(({ text }) => text);
    const other = await bridge(texts, turn.text, refusals - 1);
    if (other === undefined) break;
    // A refused bridge is replaced by another one; a refused step comes again behind its bridge.
    turns.unshift({ text: other, isBridge: true }, ...(turn.isBridge ? [] : [turn]));
  }
  if (furthest === undefined) throw new RangeError('a conversation has at least one step');
  const bridges = accepted.filter(({ isBridge }) => isBridge).length;
  return { furthest, reached: accepted.length - bridges, steps: steps.length, refusals, bridges, calls };
}
