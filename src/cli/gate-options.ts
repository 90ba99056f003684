/** The regression gate on the command line: the same options wherever two evaluations are held against each other. */
import { type Command, InvalidArgumentError } from 'commander';
import type { GateOptions } from '../evals/gate.ts';

export interface GateFlags {
  readonly maxDrop?: number;
  readonly perBenchmark?: boolean;
  readonly certain?: boolean;
  readonly maxUndecided: number;
}

export const GATE_HELP =
  '\nExit codes: 0 no axis lost more than --max-drop, or there is no --max-drop; 1 one did; 2 it could not be decided.';

export function addGateOptions(command: Command): Command {
  return command
    .option('--max-drop <points>', 'percentage points that an axis may lose; more is exit code 1', points)
    .option('--per-benchmark', 'hold every benchmark to --max-drop, not only the axes')
    .option('--certain', 'count only drops whose whole 95 % interval lies beyond --max-drop')
    .option(
      '--max-undecided <percent>',
      'of a benchmark that may be undecided or missing; more is exit code 2',
      points,
      5,
    );
}

/** Null without --max-drop: there is no gate. */
export function gateOptions({ maxDrop, perBenchmark, certain, maxUndecided }: GateFlags): GateOptions | null {
  if (maxDrop === undefined) return null;
  return { maxDrop, maxUndecided, perBenchmark: perBenchmark ?? false, certain: certain ?? false };
}

function points(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 100) return value;
  throw new InvalidArgumentError('A number from 0 to 100.');
}
