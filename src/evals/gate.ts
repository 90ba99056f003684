/**
 * The regression gate: no axis (nor benchmark) may drop by more than a margin against a baseline, on the prompts that
 * both evaluations have. The measured drop counts, not its interval: a gate on intervals would let a small benchmark
 * drop far before it spoke. `certain` asks for the interval.
 */
import type { Comparison, PairedAxis } from './evaluation-summary.ts';

export interface GateOptions {
  /** Percentage points that an axis may lose. */
  readonly maxDrop: number;
  /** Also hold every benchmark to it. */
  readonly perBenchmark?: boolean;
  /** Only a drop whose whole 95 % interval lies beyond the margin counts. */
  readonly certain?: boolean;
  /** Percent of the common prompts that may be undecided before the gate cannot decide. Default 5. */
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
  const check = (scope: GateCheck['scope'], entries: readonly (readonly [string, Paired])[]) =>
    entries.map(([name, paired]): GateCheck => ({ scope, name, ...judge(paired, options) }));
  const checks = [
    ...check('axis', Object.entries(comparison.axes)),
    ...(options.perBenchmark ? check('benchmark', Object.entries(comparison.benchmarks)) : []),
  ];
  const has = (verdict: GateVerdict) => checks.some((entry) => entry.verdict === verdict);
  const decided = checks.length > 0 && !has('undecided');
  return { verdict: has('fail') ? 'fail' : decided ? 'pass' : 'undecided', checks };
}

type Paired = Pick<PairedAxis, 'n' | 'difference' | 'ci95' | 'undecided'>;

function judge(paired: Paired, options: GateOptions): Pick<GateCheck, 'verdict' | 'reason'> {
  const { n, difference, ci95, undecided } = paired;
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
  const share = (100 * undecided) / (n + undecided);
  if (share > maxUndecided) {
    return {
      verdict: 'undecided',
      reason: `${undecided} of ${n + undecided} common prompts are undecided, more than ${maxUndecided} %`,
    };
  }
  return { verdict: 'pass', reason: `${signed(difference)} (${within})` };
}

/** `+1.5`, `−0.3` */
function signed(value: number): string {
  const text = Math.abs(value).toFixed(1);
  return Number(text) === 0 ? '0.0' : `${value < 0 ? '−' : '+'}${text}`;
}
