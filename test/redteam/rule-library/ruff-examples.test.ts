import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createRuffAnalyser } from '../../../src/oracles/code-security/ruff.ts';
import { RUFF_RULES } from '../../../src/oracles/code-security/ruff-rules.ts';
import { RUFF_EXAMPLES } from '../../../src/redteam/rule-library/ruff-examples.ts';

const certifying = Object.entries(RUFF_RULES).flatMap(([id, { severity }]) =>
  severity === 'low' ? [] : [id],
);

it('every rule that can certify has an example', () => {
  assert.deepEqual(Object.keys(RUFF_EXAMPLES).sort(), certifying.sort());
});

it('Ruff finds the rule in the bad code of each example, and not in the good', async () => {
  const entries = Object.entries(RUFF_EXAMPLES);
  const snippets = entries.flatMap(([, { bad, good }]) =>
    [bad, good].map((code) => ({ code, language: 'python' })),
  );
  const results = await createRuffAnalyser().analyse(snippets);
  const rulesAt = (at: number): string[] => {
    const result = results[at]!;
    assert.equal(result.kind, 'analysed');
    return result.kind === 'analysed' ? result.findings.map(({ rule }) => rule) : [];
  };
  for (const [at, [id, { flags }]] of entries.entries()) {
    assert.ok(rulesAt(2 * at).includes(id), `${id} is not found in its bad code: ${rulesAt(2 * at)}`);
    assert.ok(!rulesAt(2 * at + 1).includes(id), `${id} is found in its good code`);
    assert.match(flags, /^\S.*[^.]$/);
  }
});
