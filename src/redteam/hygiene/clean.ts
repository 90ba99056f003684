/**
 * Decontamination and deduplication of a corpus in one pass: what evaluation holds goes first, then what an earlier
 * prompt says already. Same result as one after the other, for the price of one fingerprint a text.
 */
import type { Task } from '../../oracles/task.ts';
import type { Drop } from '../coverage.ts';
import { type Contaminated, EvaluationIndex, type EvaluationSet } from './decontaminate.ts';
import type { Duplicate } from './deduplicate.ts';
import { DEFAULT_SIMILARITY, type SimilarityOptions } from './minhash.ts';
import { NearDuplicateIndex } from './near-duplicates.ts';

export interface Cleaned<T> {
  readonly kept: readonly T[];
  readonly contaminated: readonly Contaminated<T>[];
  readonly duplicates: readonly Duplicate<T>[];
}

export function clean<T>(
  items: Iterable<T>,
  textOf: (item: T) => string,
  sets: readonly EvaluationSet[],
  options: SimilarityOptions = DEFAULT_SIMILARITY,
): Cleaned<T> {
  const evaluation = new EvaluationIndex(sets, options);
  const own = new NearDuplicateIndex(options);
  const kept: T[] = [];
  const contaminated: Contaminated<T>[] = [];
  const duplicates: Duplicate<T>[] = [];
  for (const item of items) {
    const text = textOf(item);
    const fingerprint = evaluation.fingerprint(text);
    const repeated = evaluation.find(text, fingerprint);
    if (repeated !== undefined) {
      contaminated.push({ item, ...repeated });
      continue;
    }
    const match = own.find(fingerprint);
    if (match === undefined) {
      own.add(fingerprint);
      kept.push(item);
    } else duplicates.push({ item, duplicateOf: kept[match.index] as T, similarity: match.similarity });
  }
  return { kept, contaminated, duplicates };
}

/** How many were dropped and why, as plain JSON: items = kept + duplicates + contaminated. */
export interface HygieneFigures {
  readonly items: number;
  readonly kept: number;
  readonly duplicates: number;
  readonly contaminated: number;
  /** By the evaluation set whose entry a prompt repeats; sets without any are there too. */
  readonly bySet: Readonly<Record<string, { readonly exact: number; readonly near: number }>>;
  /** duplicatesBySimilarity['0.75']: those of similarity 0.75 up to 0.80. */
  readonly duplicatesBySimilarity: Readonly<Record<string, number>>;
  readonly threshold: number;
}

export interface CleanedTasks {
  readonly kept: readonly Task[];
  /** In the order of the tasks: contaminated ones, then duplicates. */
  readonly drops: readonly Drop[];
  readonly figures: HygieneFigures;
}

/** Cleans tasks by what their user turns say. */
export function cleanTasks(
  tasks: readonly Task[],
  sets: readonly EvaluationSet[],
  options: SimilarityOptions = DEFAULT_SIMILARITY,
): CleanedTasks {
  const { kept, contaminated, duplicates } = clean(tasks, userTurnsOf, sets, options);
  const drops: Drop[] = [
    ...contaminated.map(({ item, reason, ...where }) => ({
      reason: 'contaminated' as const,
      task: item.id,
      match: reason,
      ...where,
    })),
    ...duplicates.map(({ item, duplicateOf, similarity }) => ({
      reason: 'duplicate' as const,
      task: item.id,
      of: duplicateOf.id,
      similarity,
    })),
  ];
  return { kept, drops, figures: figuresOf({ kept, contaminated, duplicates }, sets, options.threshold) };
}

/** What hygiene compares. */
export function userTurnsOf({ messages }: Pick<Task, 'messages'>): string {
  return messages.flatMap(({ role, content }) => (role === 'user' ? [content] : [])).join('\n');
}

export function figuresOf(
  { kept, contaminated, duplicates }: Cleaned<unknown>,
  sets: readonly Pick<EvaluationSet, 'name'>[],
  threshold: number,
): HygieneFigures {
  const count = (set: string, match: 'exact' | 'near') =>
    contaminated.filter((drop) => drop.set === set && drop.reason === match).length;
  const bins = duplicates.map(({ similarity }) => (Math.floor(similarity * 20 + 1e-9) / 20).toFixed(2));
  const byBin = Map.groupBy(bins.sort(), (bin) => bin);
  return {
    items: kept.length + contaminated.length + duplicates.length,
    kept: kept.length,
    duplicates: duplicates.length,
    contaminated: contaminated.length,
    bySet: Object.fromEntries(
      sets.map(({ name }) => [name, { exact: count(name, 'exact'), near: count(name, 'near') }]),
    ),
    duplicatesBySimilarity: Object.fromEntries([...byBin].map(([bin, { length }]) => [bin, length])),
    threshold,
  };
}
