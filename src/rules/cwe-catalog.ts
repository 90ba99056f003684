/** What an entry of MITRE's CWE list says, as far as a rule, a prompt or a reader can use it. */

export interface CweCatalog {
  /** Of the list, e.g. `4.15`. */
  readonly version: string;
  /** ISO date of that version. */
  readonly date: string;
  readonly weaknesses: readonly CweWeakness[];
}

/**
 * All text of an entry, but for its history, references, taxonomy mappings and attack pattern numbers. Lists are
 * empty where the entry has none.
 */
export interface CweWeakness {
  readonly id: number;
  readonly name: string;
  /** Pillar, Class, Base, Variant or Compound. */
  readonly abstraction: string;
  /** Simple, Chain or Composite. */
  readonly structure: string;
  /** Stable, Draft, Incomplete, Deprecated ... */
  readonly status: string;
  readonly description: string;
  readonly extendedDescription?: string;
  readonly background: readonly string[];
  readonly alternateTerms: readonly CweTerm[];
  /** Languages, systems and technologies by name or class, e.g. `Python`, `Not Language-Specific`. */
  readonly platforms: readonly CwePlatform[];
  readonly introductions: readonly CweIntroduction[];
  /** High, Medium, Low or Unknown. */
  readonly likelihoodOfExploit?: string;
  readonly consequences: readonly CweConsequence[];
  readonly mitigations: readonly CweMitigation[];
  readonly detections: readonly CweDetection[];
  readonly examples: readonly CweExample[];
  readonly observed: readonly CweObservation[];
  readonly ordinalities: readonly CweOrdinality[];
  readonly affectedResources: readonly string[];
  readonly functionalAreas: readonly string[];
  readonly notes: readonly CweNote[];
  readonly mapping: CweMapping;
  /** CWE numbers this weakness is a child of, in the research view (1000). */
  readonly parents: readonly number[];
}

export interface CweTerm {
  readonly term: string;
  readonly description?: string;
}

export interface CwePlatform {
  /** Language, Operating_System, Architecture or Technology. */
  readonly kind: string;
  readonly name: string;
}

export interface CweIntroduction {
  readonly phase: string;
  readonly note?: string;
}

export interface CweConsequence {
  readonly scopes: readonly string[];
  readonly impacts: readonly string[];
  readonly likelihood?: string;
  readonly note?: string;
}

export interface CweMitigation {
  readonly phases: readonly string[];
  readonly strategy?: string;
  readonly description: string;
  readonly effectiveness?: string;
  readonly effectivenessNotes?: string;
}

export interface CweDetection {
  readonly method: string;
  readonly description: string;
  readonly effectiveness?: string;
  readonly effectivenessNotes?: string;
}

/** A demonstrative example: prose and code in the order of the original. */
export interface CweExample {
  readonly parts: readonly CweExamplePart[];
}

export type CweExamplePart =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'code';
      /** Bad, Good, Attack, Informative, Mitigation or Result. */
      readonly nature: string;
      readonly language?: string;
      readonly code: string;
    };

/** A vulnerability that had this weakness. */
export interface CweObservation {
  /** E.g. a CVE id. */
  readonly reference: string;
  readonly description: string;
  readonly link?: string;
}

export interface CweOrdinality {
  readonly ordinality: string;
  readonly description?: string;
}

export interface CweNote {
  readonly kind: string;
  readonly text: string;
}

/** MITRE's advice on mapping a real vulnerability to this entry. */
export interface CweMapping {
  /** Allowed, Allowed-with-Review, Discouraged or Prohibited; empty if the list does not say. */
  readonly usage: string;
  readonly rationale?: string;
  readonly comments?: string;
  readonly reasons: readonly string[];
  /** Entries to map to instead. */
  readonly suggestions: readonly { readonly cwe: number; readonly comment: string }[];
}
