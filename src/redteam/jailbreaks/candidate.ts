/** What a search is made of: ways of asking, and what became of them. */
import type { Message } from '../../transcripts/message.ts';
import type { AttackOracle, AttackVerdict } from './attack-oracle.ts';
import type { Attacker } from './attacker.ts';
import type { AttackGoal } from './goal.ts';
import type { Primitive } from './primitive.ts';
import type { Target, TargetAnswer } from './target.ts';

/** A way of asking: words, and primitives around them. */
export interface Candidate {
  readonly base: string;
  /** Innermost first; they compose. */
  readonly primitives: readonly Primitive[];
  /** How it came about, oldest first: `seed`, `rewrite`, `compose role-play/actor`. */
  readonly operators: readonly string[];
}

export interface Asked extends Candidate {
  /** Without the earlier turns of the task. */
  readonly turns: readonly Message[];
  readonly round: number;
  readonly answer: TargetAnswer;
  readonly verdict: AttackVerdict;
  /** progress.ts. */
  readonly progress: number;
}

export interface SearchLimits {
  /** Most prompts that are tried for a goal. */
  readonly prompts: number;
  /** Prompts of a goal in a round. */
  readonly width: number;
  /** The best so far, of which the next round is bred. */
  readonly keep: number;
}

export const DEFAULT_LIMITS: SearchLimits = { prompts: 20, width: 4, keep: 4 };

export interface SearchOptions {
  readonly target: Target;
  readonly oracle: AttackOracle;
  /** Absent: the search composes and crosses primitives alone. */
  readonly attacker?: Attacker;
  readonly library: readonly Primitive[];
  readonly limits: SearchLimits;
  readonly seed: number;
  /** Of the run, for the attacker's boundaries. */
  readonly secret: string;
  /** After every round: goals that need no more asking. */
  readonly onRound?: (closed: number) => void;
}

/** What is known of one goal. */
export interface SearchState {
  readonly goal: AttackGoal;
  /** Primitives that fit its request. */
  readonly library: readonly Primitive[];
  readonly asked: Asked[];
  readonly keys: Set<string>;
  winner: Asked | undefined;
  /** Nothing new to try was found. */
  exhausted: boolean;
}
