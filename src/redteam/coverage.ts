/** What a red-teaming corpus covers, as plain JSON: `redteam/coverage.json` of a run. */
import type { Task } from '../oracles/task.ts';
import type { RuleToCodeCounts } from './rule-to-code.ts';
import type { PromptCounts } from './vulnerability-to-prompt.ts';

/** One prompt left out by hygiene. */
export type Drop =
  | {
      readonly reason: 'duplicate';
      readonly task: string;
      /** Id of the kept task that it repeats. */
      readonly of: string;
      readonly similarity: number;
    }
  | {
      readonly reason: 'contaminated';
      readonly task: string;
      readonly match: 'exact' | 'near';
      /** Evaluation set, and position in it. */
      readonly set: string;
      readonly entry: number;
      /** Where that entry stands in the set's files. */
      readonly place?: string;
      readonly similarity: number;
    };

export interface Coverage {
  /** Prompts kept. */
  readonly prompts: number;
  readonly sources: Readonly<Record<string, number>>;
  /** Distinct weaknesses with at least one prompt, ascending. */
  readonly cwes: readonly number[];
  /** cweByStrategy['CWE-89'].explicit: prompts kept, jailbroken ones apart. */
  readonly cweByStrategy: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Malicious requests by category. */
  readonly categories: Readonly<Record<string, number>>;
  /** Jailbroken prompts by template family; a composed one counts in each of its families. */
  readonly jailbreaks: Readonly<Record<string, number>>;
  readonly ruleToCode: readonly Readonly<RuleToCodeCounts>[];
  readonly vulnerabilityToPrompt: readonly Readonly<PromptCounts>[];
  readonly dropped: {
    readonly duplicates: number;
    readonly contaminated: number;
    /** contaminatedBySet[set name]. */
    readonly contaminatedBySet: Readonly<Record<string, number>>;
  };
}

export interface CoverageInput {
  readonly tasks: readonly Task[];
  readonly drops: readonly Drop[];
  readonly ruleToCode: readonly Readonly<RuleToCodeCounts>[];
  readonly vulnerabilityToPrompt: readonly Readonly<PromptCounts>[];
}

export function coverageOf({ tasks, drops, ...counts }: CoverageInput): Coverage {
  const security = tasks.filter((task) => task.source === 'code-security');
  const contaminated = drops.filter((drop) => drop.reason === 'contaminated');
  return {
    prompts: tasks.length,
    sources: tally(tasks.map((task) => task.source)),
    cwes: [...new Set(security.flatMap((task) => task.cwes))].sort((a, b) => a - b),
    cweByStrategy: cweByStrategy(security),
    categories: tally(tasks.flatMap((task) => listOf(task.provenance.category))),
    jailbreaks: tally(tasks.flatMap((task) => familiesOf(task))),
    ...counts,
    dropped: {
      duplicates: drops.length - contaminated.length,
      contaminated: contaminated.length,
      contaminatedBySet: tally(contaminated.map((drop) => drop.set)),
    },
  };
}

function cweByStrategy(tasks: readonly Task[]): Record<string, Record<string, number>> {
  const rows = tasks.flatMap((task) =>
    task.cwes.map((cwe) => ({
      cwe,
      column: task.provenance.jailbreak === undefined ? String(task.provenance.strategy) : 'jailbreak',
    })),
  );
  const byCwe = Map.groupBy(
    rows.sort((a, b) => a.cwe - b.cwe),
    ({ cwe }) => `CWE-${cwe}`,
  );
  return Object.fromEntries([...byCwe].map(([cwe, list]) => [cwe, tally(list.map(({ column }) => column))]));
}

function familiesOf(task: Task): string[] {
  return listOf(task.provenance.jailbreakFamily).flatMap((families) => families.split('+'));
}

function listOf(value: string | number | undefined): string[] {
  return value === undefined ? [] : [String(value)];
}

/** Counts by name, names in alphabetical order. */
export function tally(names: readonly string[]): Record<string, number> {
  const counts = Map.groupBy([...names].sort(), (name) => name);
  return Object.fromEntries([...counts].map(([name, list]) => [name, list.length]));
}
