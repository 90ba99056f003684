/** What a probe is told. */
import type { AttackOracle } from '../jailbreaks/attack-oracle.ts';
import type { Attacker } from '../jailbreaks/attacker.ts';
import { DEFAULT_LIMITS, type SearchLimits } from '../jailbreaks/candidate.ts';
import type { AttackKnowledge } from '../jailbreaks/goal.ts';
import { DEFAULT_ESCALATION } from '../jailbreaks/multi-turn/escalate.ts';
import type { Primitive } from '../jailbreaks/primitive.ts';
import type { Target } from '../jailbreaks/target.ts';
import type { AttackKind } from './attempt.ts';

export interface ProbeSettings {
  readonly attack: AttackKind;
  /** Templates: attacked prompts of a task, each of another family. */
  readonly prompts: number;
  /** Templates: primitives of one prompt. */
  readonly composed: number;
  readonly search: SearchLimits;
  readonly escalation: { readonly steps: number; readonly backOffs: number };
  readonly seed: number;
}

export const DEFAULT_PROBE: Omit<ProbeSettings, 'attack' | 'seed'> = {
  prompts: 1,
  composed: 1,
  search: DEFAULT_LIMITS,
  escalation: DEFAULT_ESCALATION,
};

export interface ProbeOptions {
  readonly target: Target;
  readonly oracle: AttackOracle;
  /** Needed by `multi-turn`; a search without one only composes primitives. */
  readonly attacker?: Attacker;
  readonly library: readonly Primitive[];
  readonly knowledge: AttackKnowledge;
  readonly settings: ProbeSettings;
  /** Of the run, for the attacker's boundaries. */
  readonly secret: string;
  /** Tasks that are through, and those of them that broke. */
  readonly onProgress?: (done: number, broken: number) => void;
}

/** Gets how many of the tasks in work are through. */
export type GroupProgress = (done: number) => void;
