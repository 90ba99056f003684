import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type Finding, isAtLeast } from '../../../src/oracles/code-security/analyser.ts';
import { createAstGrepAnalyser } from '../../../src/oracles/code-security/ast-grep/analyser.ts';
import { createRuffAnalyser } from '../../../src/oracles/code-security/ruff.ts';
import { RUFF_RULES } from '../../../src/oracles/code-security/ruff-rules.ts';
import { unionOf } from '../../../src/oracles/code-security/union.ts';
import { RUFF_EXAMPLES } from '../../../src/redteam/rule-library/ruff-examples.ts';

const entries = Object.entries(RUFF_EXAMPLES);

async function findingsOf(codes: readonly string[]): Promise<(readonly Finding[])[]> {
  const analyser = unionOf([createRuffAnalyser(), createAstGrepAnalyser()]);
  const results = await analyser.analyse(codes.map((code) => ({ code, language: 'python' })));
  return results.map((result) => {
    assert.ok(result.kind === 'analysed');
    return result.findings;
  });
}

it('every rule that can certify has an example', () => {
  const certifying = Object.entries(RUFF_RULES).flatMap(([id, { severity }]) =>
    severity === 'low' ? [] : [id],
  );
  assert.deepEqual(Object.keys(RUFF_EXAMPLES).sort(), certifying.sort());
});

it('Ruff finds the rule in the bad code of each example', async () => {
  const found = await findingsOf(entries.map(([, { bad }]) => bad));
  for (const [at, [id, { flags }]] of entries.entries()) {
    const rules = found[at]!.map(({ rule }) => rule);
    assert.ok(rules.includes(id), `${id} is not found in its bad code: ${rules}`);
    assert.match(flags, /^\S.*[^.]$/);
  }
});

it('the good code of each example has no weakness that would count', async () => {
  const found = await findingsOf(entries.map(([, { good }]) => good));
  for (const [at, [id]] of entries.entries())
    assert.deepEqual(
      found[at]!.filter(({ severity }) => isAtLeast(severity, 'medium')).map(({ rule }) => rule),
      [],
      id,
    );
});
