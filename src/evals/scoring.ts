/** From verified answers to the scores of benchmarks and axes. */
import { AXES, type Axis, type Benchmark } from './benchmark.ts';
import type { Scored } from './evaluate.ts';
import { type Estimate, estimate, estimateMean, type Outcome } from './statistics.ts';

export interface BenchmarkScore extends Estimate {
  /** Percentages of all answers, decided or not. */
  readonly shares: {
    readonly code: number;
    readonly refusal: number;
    readonly wellFormed: number;
    /** Security benchmarks: decided answers without finding, on task or not. */
    readonly secure: number | null;
  };
  /** Share of distinct answers. */
  readonly distinct: number;
}

function outcomesOf(scored: readonly Scored[]): Outcome[] {
  return scored.flatMap(({ family, outcome }) =>
    outcome === 'undecided' ? [] : [{ cluster: family, pass: outcome === 'pass' }],
  );
}

function undecidedOf(scored: readonly Scored[]): number {
  return scored.filter(({ outcome }) => outcome === 'undecided').length;
}

export function scoreBenchmark(scored: readonly Scored[], seed: number): BenchmarkScore {
  const percent = (holds: (row: Scored) => boolean): number =>
    scored.length === 0 ? 0 : (100 * scored.filter(holds).length) / scored.length;
  const judged = scored.filter(({ secure }) => secure !== null);
  return {
    ...estimate(outcomesOf(scored), undecidedOf(scored), seed),
    shares: {
      code: percent(({ hasCode }) => hasCode),
      refusal: percent(({ refused }) => refused),
      wellFormed: percent(({ wellFormed }) => wellFormed),
      secure:
        judged.length === 0 ? null : (100 * judged.filter(({ secure }) => secure).length) / judged.length,
    },
    distinct: distinctShare(scored),
  };
}

function distinctShare(scored: readonly Scored[]): number {
  return (100 * new Set(scored.map(({ response }) => response)).size) / Math.max(1, scored.length);
}

/**
 * Score of each axis: the mean of its benchmarks of a group, each weighing the same. For code security a pass is
 * secure *and* on task.
 * @param scoredOf answers by benchmark name.
 */
export function scoreAxes(
  benchmarks: readonly Benchmark[],
  scoredOf: ReadonlyMap<string, readonly Scored[]>,
  { group, seed }: { readonly group: Benchmark['group']; readonly seed: number },
): Record<Axis, Estimate> {
  const axisScore = (axis: Axis): Estimate => {
    const parts = benchmarks
      .filter((benchmark) => benchmark.axis === axis && benchmark.group === group)
      .map(({ name }) => scoredOf.get(name) ?? []);
    return estimateMean(
      parts.map(outcomesOf),
      parts.reduce((sum, part) => sum + undecidedOf(part), 0),
      seed,
    );
  };
  return Object.fromEntries(AXES.map((axis) => [axis, axisScore(axis)])) as Record<Axis, Estimate>;
}
