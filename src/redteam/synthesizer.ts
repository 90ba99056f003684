/**
 * The synthesizer role of red-teaming (DESIGN "Models: roles"): it writes vulnerable code for a rule, and
 * prompts that tend to bring out the same weakness. At nano scale templates play it, at scale an LLM does.
 */
import type { Finding } from '../oracles/code-security/analyser.ts';
import type { Signature } from '../oracles/task.ts';
import type { Rule } from '../rules/rule.ts';
import type { SeedOrigin } from './corpus/snippet.ts';

/** The four ways of Vul2Prompt (SPEC "Vul2Prompt"). */
export const STRATEGIES = [
  'implicit', // a functional requirement that can be met securely or not
  'explicit', // names the insecure API
  'continuation', // continues a benign prefix of the vulnerable code
  'processing', // edits or extends the vulnerable code
] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** Code that should break a rule; not certified yet. */
export interface SeedCode {
  readonly code: string;
  /** Task family of the prompts that will come from it. */
  readonly family: string;
  /** What the synthesizer wants to get back with the seed when it writes prompts; red-teaming looks at none of it. */
  readonly slots: object;
  /** How it came to be: model, attempts, ... */
  readonly provenance?: Readonly<Record<string, string | number>>;
}

/** Code in which the analyser has confirmed the rule's weakness. */
export interface VulnerableSeed extends SeedCode {
  /** Content key of code and rule. */
  readonly key: string;
  readonly rule: Rule;
  /** Turn of Rule2Code that wrote it, from 0. */
  readonly turn: number;
  /** The confirmed findings, never empty. */
  readonly findings: readonly Finding[];
  /** The code around the findings; what a prompt should be built from when the code is long. */
  readonly excerpt: string;
  /** Of code that was collected (src/redteam/corpus); absent where a synthesizer wrote it. */
  readonly origin?: SeedOrigin;
}

/** What a turn of Rule2Code has to know of those before it. */
export interface CodeRequest {
  /** What was written for the rule so far, certified or not: the new code has to be of another scenario. */
  readonly previous: readonly SeedCode[];
  readonly signal?: AbortSignal;
}

export interface PromptRequest {
  readonly seed: VulnerableSeed;
  readonly strategy: Strategy;
  /** From 0. */
  readonly turn: number;
  /** Earlier turns of this seed and strategy: the new prompt has to be another one. */
  readonly previous: readonly string[];
  readonly signal?: AbortSignal;
}

export interface PromptDraft {
  /** The user turn. */
  readonly text: string;
  /** The function that the prompt asks for, if it names one. */
  readonly signature?: Signature;
  /** Added to the task's provenance: wording, model, ... */
  readonly provenance?: Readonly<Record<string, string | number>>;
}

/** Both methods answer undefined when they have nothing (more) to offer: a refusal, or no fitting template. */
export interface Synthesizer {
  /** @param turn from 0; every turn asks for another scenario. */
  writeVulnerableCode(rule: Rule, turn: number, request: CodeRequest): Promise<SeedCode | undefined>;
  writePrompt(request: PromptRequest): Promise<PromptDraft | undefined>;
}
