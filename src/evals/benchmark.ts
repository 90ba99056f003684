import type { Task } from '../oracles/task.ts';

/** The four axes of the recipe. */
export const AXES = ['code-security', 'malicious-assistance', 'overrefusal', 'utility'] as const;
export type Axis = (typeof AXES)[number];

/** A set of tasks that one score is computed over. */
export interface Benchmark {
  readonly name: string;
  readonly axis: Axis;
  /** `new-families` benchmarks are reported beside their axis and are not part of its score. */
  readonly group: 'reported' | 'new-families';
  readonly tasks: readonly Task[];
}
