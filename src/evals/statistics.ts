/**
 * Statistics of evaluation. Outcomes within a family are nearly all-or-nothing, so the unit of resampling is the
 * family, not the prompt (cluster bootstrap; Cameron, Gelbach and Miller 2008).
 */
import { Random } from '../random.ts';

/** One decided outcome. */
export interface Outcome {
  readonly cluster: string;
  readonly pass: boolean;
}

export interface Estimate {
  /** Percentage of passes among decided outcomes; null when nothing was decided. */
  readonly score: number | null;
  readonly n: number;
  /** 95 % percentile interval of the cluster bootstrap, in percent; null when nothing was decided. */
  readonly ci95: readonly [number, number] | null;
  readonly undecided: number;
}

const RESAMPLES = 2000;

/** Score, n and interval of outcomes; undecided ones are only counted. */
export function estimate(outcomes: readonly Outcome[], undecided: number, seed: number): Estimate {
  if (outcomes.length === 0) return { score: null, n: 0, ci95: null, undecided };
  const passes = outcomes.filter(({ pass }) => pass).length;
  return {
    score: (100 * passes) / outcomes.length,
    n: outcomes.length,
    ci95: clusterBootstrap(outcomes, seed),
    undecided,
  };
}

/** 95 % percentile interval of the pass percentage under resampling of whole clusters. */
export function clusterBootstrap(outcomes: readonly Outcome[], seed: number): [number, number] {
  const clusters = countClusters([outcomes]);
  const random = new Random(seed, 'bootstrap');
  return interval(() => resample(clusters, random));
}

interface Count {
  passes: number;
  n: number;
}

/** Outcomes of one family: counts[benchmark]. */
type Cluster = readonly Count[];

/** Benchmarks of an axis share their families, so a family is one cluster over all of them. */
function countClusters(parts: readonly (readonly Outcome[])[]): Cluster[] {
  const clusters = new Map<string, Count[]>();
  for (const [benchmark, outcomes] of parts.entries()) {
    for (const { cluster, pass } of outcomes) {
      const counts = clusters.get(cluster) ?? parts.map(() => ({ passes: 0, n: 0 }));
      const count = counts[benchmark]!;
      count.n++;
      if (pass) count.passes++;
      clusters.set(cluster, counts);
    }
  }
  return [...clusters.values()];
}

/** The mean score of as many clusters, drawn with replacement. */
function resample(clusters: readonly Cluster[], random: Random): number {
  return meanScore(clusters.map(() => clusters[random.int(clusters.length)]!));
}

/** Mean over benchmarks of the pass percentage; benchmarks without outcome are left out. */
function meanScore(clusters: readonly Cluster[]): number {
  const benchmarks = clusters[0]?.length ?? 0;
  const scores: number[] = [];
  for (let benchmark = 0; benchmark < benchmarks; benchmark++) {
    let passes = 0;
    let n = 0;
    for (const counts of clusters) {
      passes += counts[benchmark]!.passes;
      n += counts[benchmark]!.n;
    }
    if (n > 0) scores.push((100 * passes) / n);
  }
  return average(scores);
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function interval(draw: () => number): [number, number] {
  const scores = Float64Array.from({ length: RESAMPLES }, draw);
  scores.sort();
  return [quantile(scores, 0.025), quantile(scores, 0.975)];
}

/** Linear-interpolation quantile of sorted values. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const at = q * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.ceil(at);
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (at - low);
}

/** Mean of the scores of several benchmarks, each weighing the same; families are resampled over all of them. */
export function estimateMean(
  parts: readonly (readonly Outcome[])[],
  undecided: number,
  seed: number,
): Estimate {
  const n = parts.reduce((sum, part) => sum + part.length, 0);
  if (n === 0) return { score: null, n, ci95: null, undecided };
  const clusters = countClusters(parts);
  const random = new Random(seed, 'bootstrap-mean');
  return { score: meanScore(clusters), n, ci95: interval(() => resample(clusters, random)), undecided };
}

/**
 * Mean over seeds of the mean over benchmarks, with the 95 % interval of a two-level bootstrap: seeds are resampled,
 * and within each the families.
 * @param parts parts[seed][benchmark] = decided outcomes; every seed has some
 */
export function estimateOverSeeds(
  parts: readonly (readonly (readonly Outcome[])[])[],
  seed: number,
): { score: number; ci95: [number, number] } {
  const seeds = parts.map(countClusters);
  const random = new Random(seed, 'bootstrap-seeds');
  return {
    score: average(seeds.map(meanScore)),
    ci95: interval(() => average(seeds.map(() => resample(seeds[random.int(seeds.length)]!, random)))),
  };
}
