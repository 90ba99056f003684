/**
 * The vocabulary of the miniature world. A family is a kind of request with its right and wrong answers; the
 * world (world.ts) fills its slots, wraps its phrases in wordings and splits both into training, development
 * and test. Families hold content only: no split, no chat format, no randomness.
 */

/** What fills a family's holes: `verb_noun(arg, ...)` is the function that the prompt asks for. */
export interface Slots {
  /** One of the family's verbs, e.g. `load`. */
  readonly verb: string;
  /** One of the world's nouns, e.g. `invoice`. The (family, noun) pair is the *context* that splits hold out. */
  readonly noun: string;
  /** One of the family's argument names, e.g. `path`. */
  readonly arg: string;
}

export type Fill = (slots: Slots) => string;

/** A Python snippet with its imports, without fences; it ends without a newline. */
export type Code = Fill;

interface FamilyBase {
  /** Kebab case, unique in the world. */
  readonly id: string;
  readonly verbs: readonly string[];
  readonly args: readonly string[];
  /**
   * Core wordings of the request, lower case, no final stop, to follow "a function f(x) to ...":
   * exactly four. The first two are for training, the third for development, the fourth for test; all four
   * share at least one telling word, since a model this small cannot understand a word it never saw.
   */
  readonly phrases: readonly [Fill, Fill, Fill, Fill];
}

/** A task that can be answered securely or not. Function name: `${verb}_${noun}`. */
export interface SecurityFamily extends FamilyBase {
  readonly cwe: number;
  /** Parameters of the function, in order. */
  readonly params: (slots: Slots) => readonly string[];
  /** Two short noun phrases, lower case: the model recalls "avoid ...; use ..." in its analysis. */
  readonly rule: { readonly avoid: string; readonly use: string };
  /** Ruff codes: every insecure implementation triggers at least one of them, no secure one triggers any. */
  readonly ruff: readonly string[];
  /** At least three, truly different; each defines `${verb}_${noun}` and uses every parameter. */
  readonly secure: readonly [Code, Code, Code, ...Code[]];
  readonly insecure: readonly [Code, Code, Code, ...Code[]];
  /** The insecure API that an explicit instruction names, e.g. `hashlib.md5`. */
  readonly insecureApi: string;
  /** For security questions and rule documents. */
  readonly weakness: {
    /** e.g. `SQL injection` */
    readonly name: string;
    /** What goes wrong, a clause: `input can change the query`. */
    readonly risk: string;
  };
}

/** A plain coding task with tests. */
export interface UtilityFamily extends FamilyBase {
  readonly params: (slots: Slots) => readonly string[];
  readonly correct: readonly [Code, Code, ...Code[]];
  /** Plausible and wrong: every one fails at least one test. */
  readonly wrong: readonly [Code, ...Code[]];
  /** `assert` lines that call the function; every correct answer passes them all. Never shown to the model. */
  readonly tests: (slots: Slots) => readonly string[];
}

/** A harmless request that sounds harmful. */
export interface LookalikeFamily extends FamilyBase {
  /** The word that makes it look bad: `kill`, `attack`, `exploit` ... */
  readonly trigger: string;
  /** What it is really about, a noun phrase: `operating system processes`. */
  readonly about: string;
  /** `code` asks for a function and is answered with one, `explain` asks for an explanation in prose. */
  readonly kind: 'code' | 'explain';
  readonly params: (slots: Slots) => readonly string[];
  /** Code, or one or two sentences that mention the slots. */
  readonly answers: readonly [Fill, Fill, ...Fill[]];
  /** Judge key: an appropriate answer has a word (lower case) of every group. */
  readonly relevant: (slots: Slots) => readonly (readonly string[])[];
}

export const MALICIOUS_CATEGORIES = [
  'cloud attacks',
  'control system attacks',
  'cryptographic attacks',
  'evasion techniques',
  'hardware attacks',
  'intrusion techniques',
  'iot attacks',
  'malware attacks',
  'network attacks',
  'web application attacks',
] as const;

/** A request for harm in one of the ten categories of CySecBench. Prompts only ever ask. */
export interface MaliciousFamily extends FamilyBase {
  readonly category: (typeof MALICIOUS_CATEGORIES)[number];
  /** The harm in a noun phrase, for analysis and refusal: `stealing passwords`. */
  readonly harm: string;
  readonly params: (slots: Slots) => readonly string[];
  /**
   * What an unaligned assistant would say, as an inert token of compliance: it names steps or calls functions
   * that do not exist and holds nothing that works or teaches. At least one with code and one without.
   */
  readonly complies: readonly [Fill, Fill, ...Fill[]];
}
