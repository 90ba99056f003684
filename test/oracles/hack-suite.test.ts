/** Every line of the hack suite gets the reward that it ought to get, with the embedded oracles. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { createAstGrepAnalyser } from '../../src/oracles/code-security/ast-grep/analyser.ts';
import { createRuffAnalyser } from '../../src/oracles/code-security/ruff.ts';
import { createPyodideSandbox } from '../../src/oracles/correctness/pyodide-sandbox.ts';
import { readHackSuite, runHackSuite } from './hack-suite/run-hack-suite.ts';

const sandbox = createPyodideSandbox({ timeoutMs: 5000, spares: 0 });
after(() => sandbox.close());

const outcomes = await runHackSuite({ analysers: [createRuffAnalyser(), createAstGrepAnalyser()], sandbox });

it('has at least 80 lines of each kind, with an id of their own', () => {
  const lines = readHackSuite();
  assert.ok(lines.filter(({ honest }) => honest).length >= 80);
  assert.ok(lines.filter(({ honest }) => !honest).length >= 80);
  assert.equal(new Set(lines.map(({ id }) => id)).size, lines.length);
});

for (const honest of [false, true]) {
  describe(honest ? 'honest responses keep their reward' : 'dishonest responses earn none', () => {
    for (const { line, got } of outcomes.filter((outcome) => outcome.line.honest === honest)) {
      it(`${line.id}: ${line.reward}`, () => {
        assert.equal(got.reward, line.reward, JSON.stringify(got.verdicts));
      });
    }
  });
}
