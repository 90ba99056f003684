/** The hack suite with each optional analyser added and in each optional sandbox, where they are installed. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { PurpcodeError } from '../../src/errors.ts';
import type { Analyser } from '../../src/oracles/code-security/analyser.ts';
import { createAstGrepAnalyser } from '../../src/oracles/code-security/ast-grep/analyser.ts';
import { createBanditAnalyser } from '../../src/oracles/code-security/external/bandit.ts';
import { createCodeqlAnalyser } from '../../src/oracles/code-security/external/codeql.ts';
import { createSemgrepAnalyser } from '../../src/oracles/code-security/external/semgrep.ts';
import { createRuffAnalyser } from '../../src/oracles/code-security/ruff.ts';
import { createSandbox, detectBubblewrap } from '../../src/oracles/correctness/sandboxes.ts';
import { startFusionServer } from './correctness/fusion-server.ts';
import { type HackOutcome, runHackSuite, runsCode } from './hack-suite/run-hack-suite.ts';

const embedded = [createRuffAnalyser(), createAstGrepAnalyser()];

function wrong(outcomes: readonly HackOutcome[]): string[] {
  return outcomes
    .filter(({ right }) => !right)
    .map(({ line, got }) => `${line.id}: ${got.reward} ${JSON.stringify(got.verdicts)}`);
}

/** Semgrep has no rules of its own, and those of its registry need the network. */
const { SEMGREP_RULES } = process.env;

const OPTIONAL: Readonly<Record<string, () => Promise<Analyser>>> = {
  Bandit: () => createBanditAnalyser(),
  Semgrep: () =>
    SEMGREP_RULES === undefined
      ? Promise.reject(new PurpcodeError('missing-tool', 'SEMGREP_RULES names no rules'))
      : createSemgrepAnalyser({ config: SEMGREP_RULES }),
  CodeQL: () => createCodeqlAnalyser(),
};

describe('with the embedded analysers and', () => {
  for (const [name, open] of Object.entries(OPTIONAL)) {
    it(name, async (test) => {
      let analyser: Analyser;
      try {
        analyser = await open();
      } catch (error) {
        // One that is there and does not work is a failure.
        if (!(error instanceof PurpcodeError && error.code === 'missing-tool')) throw error;
        return test.skip(error.message);
      }
      const outcomes = await runHackSuite({ analysers: [...embedded, analyser] });
      assert.deepEqual(wrong(outcomes), []);
    });
  }
});

describe('in the sandbox', () => {
  it('bubblewrap', async (test) => {
    const status = await detectBubblewrap();
    if (status.kind === 'missing') return test.skip(status.reason);
    const sandbox = createSandbox({ kind: 'bubblewrap', timeoutMs: 5000 });
    after(() => sandbox.close());
    const outcomes = await runHackSuite({ analysers: embedded, sandbox, only: runsCode });
    assert.ok(outcomes.length > 50);
    assert.deepEqual(wrong(outcomes), []);
  });

  it('Sandbox Fusion, a server with one container a request', async (test) => {
    const status = await detectBubblewrap();
    if (status.kind === 'missing') return test.skip(status.reason);
    const server = await startFusionServer();
    const sandbox = createSandbox({ kind: 'sandbox-fusion', url: server.url, timeoutMs: 5000 });
    after(async () => {
      await sandbox.close();
      server.close();
    });
    const outcomes = await runHackSuite({ analysers: embedded, sandbox, only: runsCode });
    assert.ok(outcomes.length > 50);
    assert.deepEqual(wrong(outcomes), []);
  });
});
