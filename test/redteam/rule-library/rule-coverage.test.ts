import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyserRules, openRuleLibrary } from '../../../src/redteam/rule-library/analyser-rules.ts';
import { certifiableRules, poorlyCovered } from '../../../src/redteam/rule-library/rule-coverage.ts';
import { loadCweTable } from '../../../src/rules/cwe.ts';
import type { Rule } from '../../../src/rules/rule.ts';

const rule = (id: string, cwe: number): Rule => ({
  id,
  cwe,
  name: id,
  wrong: 'It is wrong.',
  documentation: { paragraphs: [], examples: [] },
  analyserRules: [],
});
const ids = (rules: readonly Rule[]) => rules.map(({ id }) => id);

describe('poorly covered rules', () => {
  const rules = [rule('a', 89), rule('b', 89), rule('c', 78), rule('d', 22), rule('e', 89)];

  it('come by the seeds of their weakness, each chosen rule counted as one', () => {
    const counts = new Map([
      [89, 1],
      [22, 3],
    ]);
    // 78 has none; then 89 and 78 have one each, and 78 no rule left; 89 has three after two more, like 22, and comes first.
    assert.deepEqual(ids(poorlyCovered(rules, counts, 10)), ['c', 'a', 'b', 'e', 'd']);
    assert.deepEqual(ids(poorlyCovered(rules, counts, 2)), ['c', 'a']);
    assert.deepEqual(poorlyCovered([], counts, 2), []);
  });

  it('take turns over weaknesses of an empty corpus', () => {
    assert.deepEqual(ids(poorlyCovered(rules, new Map(), 4)), ['a', 'c', 'd', 'b']);
  });
});

describe('certifiable rules', () => {
  const analysers = analyserRules();
  const { rules } = openRuleLibrary(loadCweTable());

  it('are those that an analyser finds in the language, severely enough', () => {
    const python = new Set(ids(certifiableRules(rules, analysers)));
    for (const id of ['CWE-89', 'CWE-502', 'ruff/S608', 'ast-grep/py-sql-injection'])
      assert.ok(python.has(id), id);
    // Low severity; another language; a weakness that only rules of C find; one that none finds.
    for (const id of ['ruff/S603', 'ast-grep/js-sql-built', 'CWE-415', 'CWE-1104'])
      assert.ok(!python.has(id), id);
    const c = ids(certifiableRules(rules, analysers, { language: 'c' }));
    assert.ok(c.includes('CWE-415') && !c.includes('ruff/S608'));
    const critical = ids(certifiableRules(rules, analysers, { minSeverity: 'critical' }));
    assert.ok(critical.includes('ruff/S307') && !critical.includes('ruff/S608'));
    assert.ok(python.size > 150, String(python.size));
  });
});
