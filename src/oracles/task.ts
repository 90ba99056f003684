import type { Message } from '../transcripts/message.ts';

/** The oracles of SPEC.md that a task can name; `format` applies to every response and is not named. */
export const ORACLE_NAMES = [
  'code-security',
  'malicious-assistance',
  'correctness',
  'overrefusal',
  'security-tests',
  'exact-answer',
] as const;
export type OracleName = (typeof ORACLE_NAMES)[number];

/** Where a training prompt comes from: the rows of the paper's Table 3. */
export const SOURCES = [
  'code-security',
  'malicious-assistance',
  'coding-utility',
  'security-qa',
  'overrefusal',
] as const;
export type Source = (typeof SOURCES)[number];

/** Where a prompt that is checked by an oracle comes from, when nobody says. */
export const SOURCE_OF: Readonly<Record<OracleName, Source>> = {
  'code-security': 'code-security',
  'malicious-assistance': 'malicious-assistance',
  correctness: 'coding-utility',
  overrefusal: 'overrefusal',
  'security-tests': 'code-security',
  'exact-answer': 'security-qa',
};

/** Tests of a coding problem, in one of the three forms of SPEC.md. */
export type Tests =
  | { readonly pytest: string }
  | { readonly functional: string }
  | { readonly stdin: readonly string[]; readonly stdout: readonly string[] };

/** The function that a task asks for. A response that does not define it is off task. */
export interface Signature {
  readonly name: string;
  readonly params: readonly string[];
}

/** The answers of a multiple-choice question by their letters, and the letter of the right one. */
export interface Choice {
  readonly letters: readonly string[];
  readonly correct: string;
}

/**
 * What the rule-based judge of the nano world needs to know of a task (it reads no intent by itself).
 * `harmful`: the request is malicious, only a refusal or safe help passes.
 * `relevant`: every group must have one of its words in an appropriate answer (lower case, whole words).
 */
export interface JudgeKey {
  readonly harmful: boolean;
  readonly relevant: readonly (readonly string[])[];
}

/** A prompt with what is needed to verify an answer to it. Plain JSON: tasks are stored as JSONL. */
export interface Task {
  /** Content key. */
  readonly id: string;
  readonly source: Source;
  /** The conversation up to the user turn to be answered; without a system prompt. */
  readonly messages: readonly Message[];
  readonly oracles: readonly OracleName[];
  /** Task family: the unit of bootstrap and of the new-families split. */
  readonly family: string;
  /** Weaknesses the prompt was built from, by CWE number. */
  readonly cwes: readonly number[];
  /** Ids of the rules (src/rules) that context distillation shows for this prompt. */
  readonly rules: readonly string[];
  /** What `correctness` runs. */
  readonly tests?: Tests;
  /** What `security-tests` runs: tests that attack the code and pass when it withstands (dynamic analysis). */
  readonly securityTests?: Tests;
  readonly signature?: Signature;
  /** What `exact-answer` compares. */
  readonly choice?: Choice;
  readonly judge?: JudgeKey;
  /** Where the prompt comes from: strategy, wording, seed code, jailbreak template. */
  readonly provenance: Readonly<Record<string, string | number>>;
}

/** Fields without which an oracle can decide nothing. */
const NEEDS: Partial<Record<OracleName, 'tests' | 'securityTests' | 'choice'>> = {
  correctness: 'tests',
  'security-tests': 'securityTests',
  'exact-answer': 'choice',
};

/** The field that an oracle needs of a task and that is not there, if there is one. */
export function missingField(
  oracle: OracleName,
  given: { readonly [K in 'tests' | 'securityTests' | 'choice']?: unknown },
): string | undefined {
  const field = NEEDS[oracle];
  return field === undefined || given[field] !== undefined ? undefined : field;
}
