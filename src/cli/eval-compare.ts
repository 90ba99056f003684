/** `purpcode eval compare`: two finished evaluations on the same prompts, and the regression gate between them. */
import { Command, InvalidArgumentError } from 'commander';
import { compareEvaluations, findFlips } from '../evals/compare.ts';
import { GATE_EXIT, judgeGate } from '../evals/gate.ts';
import { readEvaluationResults } from '../evals/results.ts';
import { renderComparison, renderFlips, renderGate } from '../report/evaluation/table.ts';
import { addGateOptions, GATE_HELP, type GateFlags, gateOptions } from './gate-options.ts';

interface CompareOptions extends GateFlags {
  readonly flips: number;
  readonly json?: boolean;
}

export function compareCommand(): Command {
  const command = new Command('compare')
    .description('hold one finished evaluation against another, on the prompts that both have')
    .argument('<before>', 'folder of the baseline')
    .argument('<after>', 'folder of the evaluation that is held against it');
  return addGateOptions(command)
    .option('--flips <n>', 'prompts to show a benchmark that flipped, in each direction', whole, 3)
    .option('--json', 'print the comparison, and what the gate says, as JSON')
    .addHelpText('after', GATE_HELP)
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
    const shown = parts.filter((part) => part !== '');
    console.log(shown.join('\n').trimEnd());
  }
  if (gate !== null) process.exitCode = GATE_EXIT[gate.verdict];
}

function whole(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A whole number.');
}
