/** `purpcode redteam probe` as a program of its own, for tests that kill it. */
import { Command } from 'commander';
import { probeCommand } from '../../../src/cli/redteam-probe.ts';
import { PurpcodeError } from '../../../src/errors.ts';

const program = new Command('redteam').exitOverride().addCommand(probeCommand());
try {
  await program.parseAsync(['probe', ...process.argv.slice(2)], { from: 'user' });
} catch (error) {
  if (!(error instanceof PurpcodeError)) throw error;
  console.error(`purpcode: ${error.message}\n  hint: ${error.hint}`);
  process.exitCode = 2;
}
