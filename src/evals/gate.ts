/**
 * The regression gate: no axis (nor benchmark) may drop by more than a margin against a baseline, on the prompts that
 * both evaluations have. The measured drop counts, not its interval: a gate on intervals would let a small benchmark
 * drop far before it spoke. `certain` asks for the interval.
 */
import type { Comparison, PairedAxis, PairedBenchmark } from './evaluation-summary.ts';

export interface GateOptions {
  /** Percentage points that an axis may lose. */
  readonly maxDrop: number;
  /** Also hold every benchmark to it. */
  readonly perBenchmark?: boolean;
  /** Only a drop whose whole 95 % interval lies beyond the margin counts. */
  readonly certain?: boolean;
  /** Percent of a benchmark's prompts that may be undecided or missing before the gate cannot decide. Default 5. */
  readonly maxUndecided?: number;
}

type GateVerdict = 'pass' | 'fail' | 'undecided';

export interface GateCheck {
  readonly scope: 'axis' | 'benchmark';
  readonly name: string;
  readonly verdict: GateVerdict;
  /** In one line, for people. */
  readonly reason: string;
}

export interface Gate {
  /** Fail when a check fails, whatever could not be decided besides; undecided also when nothing could be compared. */
  readonly verdict: GateVerdict;
  readonly checks: readonly GateCheck[];
}

const MAX_UNDECIDED = 5;
/** Differences of percentages carry rounding errors: a drop of exactly the margin is none. */
const ROUNDING = 1e-9;

export const GATE_EXIT: Readonly<Record<GateVerdict, number>> = { pass: 0, fail: 1, undecided: 2 };

export function judgeGate(comparison: Comparison, options: GateOptions): Gate {
  const benchmarks = Object.entries(comparison.benchmarks);
  const gaps = new Map(benchmarks.map(([name, paired]) => [name, gapOf(paired, comparison)]));
  const check = (scope: GateCheck['scope'], name: string, paired: Paired, parts: readonly string[]) => {
    const open = parts.flatMap((part) => gaps.get(part) ?? []);
    return { scope, name, ...judge(paired, open, options) };
  };
  const checks: GateCheck[] = [
    ...Object.entries(comparison.axes).map(([name, paired]) =>
      check('axis', name, paired, paired.benchmarks),
    ),
    ...(options.perBenchmark
      ? benchmarks.map(([name, paired]) => check('benchmark', name, paired, [name]))
      : []),
    ...comparison.skipped.map(
      (name): GateCheck => ({
        scope: 'benchmark',
        name,
        verdict: 'undecided',
        reason: 'the baseline has it, and its files were not there now',
      }),
    ),
  ];
  const has = (verdict: GateVerdict) => checks.some((entry) => entry.verdict === verdict);
  const decided = checks.length > 0 && !has('undecided');
  return { verdict: has('fail') ? 'fail' : decided ? 'pass' : 'undecided', checks };
}

type Paired = Pick<PairedAxis, 'n' | 'difference' | 'ci95'>;

/** Prompts of a benchmark that say nothing of a drop. */
interface Gap {
  readonly title: string;
  readonly undecided: number;
  /** The baseline has them, with this text, and nobody chose to leave them out. */
  readonly missing: number;
  readonly of: number;
}

/** With another `--limit` or `--seed` the prompts that only the baseline has were left out on purpose. */
function gapOf(paired: PairedBenchmark, { settings }: Comparison): Gap {
  const { title, n, undecided, onlyBefore, changed } = paired;
  const chosen = settings.some(({ name }) => name === 'limit' || name === 'seed');
  const missing = chosen ? 0 : onlyBefore + changed;
  return { title, undecided, missing, of: n + undecided + missing };
}

/** A benchmark weighs as much as any other in its axis: each has to be decided, however small it is. */
function judge(
  paired: Paired,
  gaps: readonly Gap[],
  options: GateOptions,
): Pick<GateCheck, 'verdict' | 'reason'> {
  const { n, difference, ci95 } = paired;
  const { maxDrop, certain = false, maxUndecided = MAX_UNDECIDED } = options;
  if (difference === null || ci95 === null) {
    return { verdict: 'undecided', reason: 'no prompt that both evaluations decided on' };
  }
  const within = `95 % interval ${signed(ci95[0])} to ${signed(ci95[1])}, ${n} prompts`;
  const limit = -maxDrop - ROUNDING;
  if ((certain ? ci95[1] : difference) < limit) {
    const sure = ci95[1] < limit ? '' : '; it may be noise';
    return { verdict: 'fail', reason: `${signed(difference)}, more than ${maxDrop} down (${within}${sure})` };
  }
  const wide = gaps.find(({ undecided, missing, of }) => 100 * (undecided + missing) > maxUndecided * of);
  if (wide !== undefined) {
    const { title, undecided, missing, of } = wide;
    return {
      verdict: 'undecided',
      reason: `${title}: of ${of} prompts ${undecided} undecided, ${missing} missing or changed, more than ${maxUndecided} %`,
    };
  }
  return { verdict: 'pass', reason: `${signed(difference)} (${within})` };
}

/** `+1.5`, `−0.3` */
function signed(value: number): string {
  const text = Math.abs(value).toFixed(1);
  return Number(text) === 0 ? '0.0' : `${value < 0 ? '−' : '+'}${text}`;
}
