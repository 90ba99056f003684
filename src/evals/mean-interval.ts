/**
 * Intervals of composites: a mean over benchmarks, several samples a task, a difference of two models. Tasks (or
 * families of them) are resampled, so that what hangs together stays together (cluster bootstrap; Cameron, Gelbach
 * and Miller 2008). The order of the tasks changes nothing.
 */
import { Random } from '../random.ts';
import { wilsonInterval } from './proportions.ts';
import { quantile } from './statistics.ts';

/** What a task contributes: its share of passes in [0, 1], or a difference of two in [-1, 1]. */
export interface TaskScore {
  readonly task: string;
  readonly family: string;
  readonly score: number;
}

/** Tasks by benchmark, [benchmark][task]. */
export type Parts = readonly (readonly TaskScore[])[];

const RESAMPLES = 2000;
/** Fewer families tell nothing of other families; percentiles of fewer are not worth the name of an interval. */
const LEAST_FAMILIES = 10;

/** Mean over benchmarks of the mean over tasks, in percent; benchmarks without tasks are left out. Null: no tasks. */
export function meanScore(parts: Parts): number | null {
  const means = parts
    .filter((tasks) => tasks.length > 0)
    .map((tasks) => (100 * sorted(tasks).reduce((sum, { score }) => sum + score, 0)) / tasks.length);
  if (means.length === 0) return null;
  return means.reduce((sum, mean) => sum + mean, 0) / means.length;
}

/** 95 % interval of `meanScore` within [least, 100], percent, tasks being independent. Null: no tasks. */
export function meanInterval(parts: Parts, { least = 0 } = {}): [number, number] | null {
  return resampledInterval(parts, { keyOf: ({ task }) => task, least });
}

/**
 * The same with whole families resampled: how far the score would move with other kinds of prompts.
 * Null when a benchmark has fewer than ten families, or when no family has two tasks.
 */
export function familyInterval(parts: Parts): [number, number] | null {
  const filled = parts.filter((tasks) => tasks.length > 0);
  const families = filled.map((tasks) => new Set(tasks.map(({ family }) => family)).size);
  const alone = filled.every((tasks, part) => families[part] === new Set(tasks.map(({ task }) => task)).size);
  if (alone || families.some((count) => count < LEAST_FAMILIES)) return null;
  return resampledInterval(parts, { keyOf: ({ family }) => family, least: 0 });
}

/**
 * The margins of the bootstrap, and beside them, as squares, those of benchmarks that show no spread under resampling:
 * 0 or 100 % of twelve tasks is no certainty, also where others vary (decisions/0016 has the coverage).
 */
function resampledInterval(parts: Parts, clustering: Clustering): [number, number] | null {
  const filled = parts.filter((tasks) => tasks.length > 0);
  const score = meanScore(filled);
  if (score === null) return null;
  const strata = strataOf(filled, clustering.keyOf);
  const random = new Random('mean-interval');
  const draws = Float64Array.from({ length: RESAMPLES }, () => resample(strata, filled.length, random));
  draws.sort();
  const hidden = filled.map((tasks) => unvariedMargins(tasks, clustering));
  const share = (margins: readonly number[]) => margins.map((margin) => margin / filled.length);
  const below = [score - quantile(draws, 0.025), ...share(hidden.map((margins) => margins.below))];
  const above = [quantile(draws, 0.975) - score, ...share(hidden.map((margins) => margins.above))];
  return [
    Math.max(clustering.least, score - rootOfSquares(below)),
    Math.min(100, score + rootOfSquares(above)),
  ];
}

interface Clustering {
  readonly keyOf: (task: TaskScore) => string;
  /** 0 for scores, -100 for differences. */
  readonly least: number;
}

/** Clusters that are in the same benchmarks. */
interface Stratum {
  readonly parts: readonly number[];
  /** Sum of the scores and number of tasks, [part of the stratum][cluster]. */
  readonly sums: readonly Float64Array[];
  readonly counts: readonly Float64Array[];
  readonly clusters: number;
}

/** Clusters by the benchmarks they are in: each benchmark keeps its size under resampling. */
function strataOf(parts: Parts, keyOf: (task: TaskScore) => string): Stratum[] {
  const clusters = new Map<string, { sum: number; n: number }[]>();
  for (const [part, tasks] of parts.entries()) {
    for (const task of sorted(tasks)) {
      const shares = clusters.get(keyOf(task)) ?? parts.map(() => ({ sum: 0, n: 0 }));
      shares[part]!.sum += task.score;
      shares[part]!.n++;
      clusters.set(keyOf(task), shares);
    }
  }
  const strata = Map.groupBy([...clusters.keys()].sort(), (key) =>
    clusters
      .get(key)!
      .flatMap(({ n }, part) => (n > 0 ? [part] : []))
      .join(),
  );
  return [...strata.keys()].sort().map((name): Stratum => {
    const members = strata.get(name)!.map((key) => clusters.get(key)!);
    const own = name.split(',').map(Number);
    return {
      parts: own,
      sums: own.map((part) => Float64Array.from(members, (shares) => shares[part]!.sum)),
      counts: own.map((part) => Float64Array.from(members, (shares) => shares[part]!.n)),
      clusters: members.length,
    };
  });
}

/** By score: sums do not depend on the order in which tasks came. */
function sorted(tasks: readonly TaskScore[]): TaskScore[] {
  return [...tasks].sort((a, b) => a.score - b.score);
}

/** The mean score of as many clusters, drawn with replacement. */
function resample(strata: readonly Stratum[], parts: number, random: Random): number {
  const sums = new Float64Array(parts);
  const counts = new Float64Array(parts);
  for (const stratum of strata) {
    const { clusters } = stratum;
    const drawn = new Uint32Array(clusters);
    for (let draw = 0; draw < clusters; draw++) drawn[draw] = pick(clusters, random);
    for (const [index, part] of stratum.parts.entries()) {
      const [own, numbers] = [stratum.sums[index]!, stratum.counts[index]!];
      for (let draw = 0; draw < clusters; draw++) {
        sums[part]! += own[drawn[draw]!]!;
        counts[part]! += numbers[drawn[draw]!]!;
      }
    }
  }
  let total = 0;
  for (let part = 0; part < parts; part++) total += sums[part]! / counts[part]!;
  return (100 * total) / parts;
}

/** Uniform in [0, n), off by at most n / 2^32: half the draws of `Random.int`, which is most of the time here. */
function pick(n: number, random: Random): number {
  return Math.floor((random.uint32() / 2 ** 32) * n);
}

/**
 * Of a benchmark whose tasks all scored the same: from the score to Wilson's bound for "never" in as many clusters, as
 * far as there is room. Benchmarks err independently, so their margins add as squares (Zou and Donner 2008).
 */
function unvariedMargins(
  tasks: readonly TaskScore[],
  { keyOf, least }: Clustering,
): { readonly below: number; readonly above: number } {
  const { score } = tasks[0]!;
  if (tasks.some((task) => Math.abs(task.score - score) > 1e-12)) return { below: 0, above: 0 };
  const [, margin] = wilsonInterval(0, new Set(tasks.map(keyOf)).size)!;
  return { below: Math.min(margin, 100 * score - least), above: Math.min(margin, 100 - 100 * score) };
}

function rootOfSquares(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
}
