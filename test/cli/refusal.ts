import assert from 'node:assert/strict';
import type { Command } from 'commander';
import { PurpcodeError } from '../../src/errors.ts';

/**
 * What a command says instead of doing its work, run in this process: a start of the command line takes a second.
 * That every such error ends it with code 2, message and hint is tested in main.test.ts.
 */
export async function refusal(command: Command, args: readonly string[]): Promise<string> {
  try {
    await command.parseAsync([...args], { from: 'user' });
  } catch (error) {
    assert.ok(error instanceof PurpcodeError, String(error));
    return error.hint === undefined ? error.message : `${error.message}\n  hint: ${error.hint}`;
  }
  assert.fail(`not refused: ${args.join(' ')}`);
}
