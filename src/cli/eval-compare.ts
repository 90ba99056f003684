/** `purpcode eval compare`: two finished evaluations on the same prompts, and the regression gate between them. */
import { Command, InvalidArgumentError } from 'commander';
import { compareEvaluations, findFlips } from '../evals/compare.ts';
import { GATE_EXIT, type GateOptions, judgeGate } from '../evals/gate.ts';
import { readEvaluationResults } from '../evals/results.ts';
import { renderComparison, renderFlips, renderGate } from '../report/evaluation/table.ts';

interface CompareOptions {
  readonly maxDrop?: number;
  readonly perBenchmark?: boolean;
  readonly certain?: boolean;
  readonly maxUndecided: number;
  readonly flips: number;
  readonly json?: boolean;
}

const EXIT_CODES =
  '\nExit codes: 0 compared, nothing dropped by more than --max-drop; 1 something did; 2 could not be decided.';

export function compareCommand(): Command {
  return new Command('compare')
    .description('hold one finished evaluation against another, on the prompts that both have')
    .argument('<before>', 'folder of the baseline')
    .argument('<after>', 'folder of the evaluation that is held against it')
    .option('--max-drop <points>', 'percentage points that an axis may lose; more is exit code 1', points)
    .option('--per-benchmark', 'hold every benchmark to --max-drop, not only the axes')
    .option('--certain', 'count only drops whose whole 95 % interval lies beyond --max-drop')
    .option(
      '--max-undecided <percent>',
      'common prompts that may be undecided; more is exit code 2',
      points,
      5,
    )
    .option('--flips <n>', 'prompts to show a benchmark that flipped, in each direction', whole, 3)
    .option('--json', 'print the comparison, and what the gate says, as JSON')
    .addHelpText('after', EXIT_CODES)
    .action(compare);
}

function compare(beforeFolder: string, afterFolder: string, options: CompareOptions): void {
  const before = readEvaluationResults(beforeFolder);
  const after = readEvaluationResults(afterFolder);
  const comparison = compareEvaluations(before, after);
  const limits = gateOptions(options);
  const gate = limits === null ? null : judgeGate(comparison, limits);
  if (options.json) {
    console.log(JSON.stringify({ ...comparison, gate }, null, 2));
  } else {
    const flips = findFlips(comparison, { before, after, most: options.flips });
    const parts = [renderComparison(comparison), renderFlips(flips), gate === null ? '' : renderGate(gate)];
    console.log(
      parts
        .filter((part) => part !== '')
        .join('\n')
        .trimEnd(),
    );
  }
  if (gate !== null) process.exitCode = GATE_EXIT[gate.verdict];
}

function gateOptions({ maxDrop, perBenchmark, certain, maxUndecided }: CompareOptions): GateOptions | null {
  if (maxDrop === undefined) return null;
  return { maxDrop, maxUndecided, perBenchmark: perBenchmark ?? false, certain: certain ?? false };
}

function points(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 100) return value;
  throw new InvalidArgumentError('A number from 0 to 100.');
}

function whole(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A whole number.');
}
