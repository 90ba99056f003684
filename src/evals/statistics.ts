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
  const clusters = countClusters(outcomes);
  const random = new Random(seed, 'bootstrap');
  const scores = Float64Array.from({ length: RESAMPLES }, () => resample(clusters, random));
  scores.sort();
  return [quantile(scores, 0.025), quantile(scores, 0.975)];
}

interface ClusterCount {
  passes: number;
  n: number;
}

function countClusters(outcomes: readonly Outcome[]): ClusterCount[] {
  const clusters = new Map<string, ClusterCount>();
  for (const { cluster, pass } of outcomes) {
    const count = clusters.get(cluster) ?? { passes: 0, n: 0 };
    count.n++;
    if (pass) count.passes++;
    clusters.set(cluster, count);
  }
  return [...clusters.values()];
}

function resample(clusters: readonly ClusterCount[], random: Random): number {
  let passes = 0;
  let n = 0;
  for (let i = 0; i < clusters.length; i++) {
    const cluster = clusters[random.int(clusters.length)]!;
    passes += cluster.passes;
    n += cluster.n;
  }
  return (100 * passes) / n;
}

/** Linear-interpolation quantile of sorted values. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const at = q * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.ceil(at);
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (at - low);
}

/**
 * Mean of several scores with the interval of the mean: each part is resampled by itself, so the mean's interval is
 * that of independent benchmarks that weigh the same.
 */
export function estimateMean(
  parts: readonly (readonly Outcome[])[],
  undecided: number,
  seed: number,
): Estimate {
  const decided = parts.filter((outcomes) => outcomes.length > 0);
  if (decided.length === 0) return { score: null, n: 0, ci95: null, undecided };
  const score =
    decided.reduce((sum, part) => sum + (100 * part.filter(({ pass }) => pass).length) / part.length, 0) /
    decided.length;
  const clusters = decided.map(countClusters);
  const random = new Random(seed, 'bootstrap-mean');
  const scores = Float64Array.from(
    { length: RESAMPLES },
    () => clusters.reduce((sum, part) => sum + resample(part, random), 0) / clusters.length,
  );
  scores.sort();
  return {
    score,
    n: decided.reduce((sum, part) => sum + part.length, 0),
    ci95: [quantile(scores, 0.025), quantile(scores, 0.975)],
    undecided,
  };
}

/**
 * Mean over seeds of the mean over benchmarks, with the 95 % interval of a two-level bootstrap: seeds are resampled,
 * and within each the families of each benchmark.
 * @param parts parts[seed][benchmark] = decided outcomes
 */
export function estimateOverSeeds(
  parts: readonly (readonly (readonly Outcome[])[])[],
  seed: number,
): { score: number; ci95: [number, number] } {
  const counts = parts.map((benchmarks) => benchmarks.map(countClusters));
  const average = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const passRate = (clusters: readonly ClusterCount[]): number =>
    (100 * clusters.reduce((sum, { passes }) => sum + passes, 0)) /
    clusters.reduce((sum, { n }) => sum + n, 0);
  const random = new Random(seed, 'bootstrap-seeds');
  const scores = Float64Array.from({ length: RESAMPLES }, () =>
    average(
      counts.map(() =>
        average(counts[random.int(counts.length)]!.map((clusters) => resample(clusters, random))),
      ),
    ),
  );
  scores.sort();
  return {
    score: average(counts.map((benchmarks) => average(benchmarks.map(passRate)))),
    ci95: [quantile(scores, 0.025), quantile(scores, 0.975)],
  };
}
