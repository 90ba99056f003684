/** What `purpcode eval` does when the answers are verified: the report, what the gate says, the exit code. */
import { realpathSync } from 'node:fs';
import type { Command } from 'commander';
import { ConfigError } from '../errors.ts';
import { GATE_EXIT, judgeGate } from '../evals/gate.ts';
import { readEvaluationResults } from '../evals/results.ts';
import { writeEvaluationReport } from '../report/evaluation/report.ts';
import { renderEvaluationTable, renderGate } from '../report/evaluation/table.ts';
import { exists } from '../runs/files.ts';
import { addGateOptions, type GateFlags, gateOptions } from './gate-options.ts';

export interface ReportFlags extends GateFlags {
  readonly baseline?: string;
  /** False with --no-paper. */
  readonly paper: boolean;
  readonly json?: boolean;
}

export function addReportOptions(command: Command): Command {
  return addGateOptions(
    command
      .option('--baseline <folder>', 'a finished evaluation that this one is held against')
      .option('--no-paper', "leave the paper's figures out of the report"),
  );
}

/**
 * Before anything is asked or paid.
 * @throws ConfigError for a margin without a baseline, RunError for a baseline that cannot be read.
 */
export function checkReportFlags({ baseline, maxDrop }: ReportFlags): void {
  if (baseline !== undefined) readEvaluationResults(baseline);
  else if (maxDrop !== undefined) {
    throw new ConfigError('--max-drop needs a baseline', {
      hint: 'name the folder of a finished evaluation: --baseline FOLDER',
    });
  }
}

/** @throws ConfigError where the evaluation would overwrite its baseline, and then be held against itself. */
export function checkBaseline(folder: string, { baseline }: ReportFlags): void {
  if (baseline === undefined || !exists(folder) || realpathSync(folder) !== realpathSync(baseline)) return;
  throw new ConfigError(`${folder} is the baseline: the evaluation would be held against itself`, {
    hint: 'name another folder for the new evaluation: --out FOLDER',
  });
}

/** Writes the report into the folder, prints it (with `json` the summary and the gate), sets the exit code. */
export function reportEvaluation(folder: string, flags: ReportFlags): void {
  const { baseline, paper } = flags;
  const summary = writeEvaluationReport(folder, { paper, ...(baseline === undefined ? {} : { baseline }) });
  const limits = gateOptions(flags);
  const gate = limits === null || summary.comparison === null ? null : judgeGate(summary.comparison, limits);
  if (flags.json) console.log(JSON.stringify({ ...summary, gate }));
  else {
    const verdict = gate === null ? '' : `\n${renderGate(gate)}`;
    console.log(`${renderEvaluationTable(summary, { paper })}${verdict}\nreport: ${folder}/index.html`);
  }
  if (gate !== null) process.exitCode = GATE_EXIT[gate.verdict];
}
