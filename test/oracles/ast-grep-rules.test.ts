/** Every rule's own examples, and what holds for all rule files. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, it } from 'node:test';
import { createAstGrepAnalyser } from '../../src/oracles/code-security/ast-grep/analyser.ts';
import { readRules } from '../../src/oracles/code-security/ast-grep/rule-file.ts';
import { rulesFolder } from '../../src/oracles/code-security/ast-grep/rule-set.ts';

const rules = readRules([rulesFolder()]);
const analyser = createAstGrepAnalyser();

describe('rule files', () => {
  it('are all read', () => {
    const files = readdirSync(rulesFolder(), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.includes('.'),
    );
    assert.deepEqual(rules.map(({ id }) => `${id}.yml`).sort(), files.map((name) => basename(name)).sort());
  });
});

for (const rule of rules) {
  describe(rule.id, () => {
    const flagged = async (code: string, language: string): Promise<boolean> => {
      const [result] = await analyser.analyse([{ code, language }]);
      assert.equal(result?.kind, 'analysed');
      return result.findings.some((finding) => finding.rule === rule.id);
    };
    for (const language of rule.languages) {
      it(`flags its bad examples in ${language}`, async () => {
        for (const code of rule.bad) assert.ok(await flagged(code, language), code);
      });
      it(`does not flag its good examples in ${language}`, async () => {
        for (const code of rule.good) assert.ok(!(await flagged(code, language)), code);
      });
    }
    it('has a trigger in every bad example', () => {
      for (const code of rule.bad)
        assert.ok(
          rule.triggers.some((trigger) => code.includes(trigger)),
          code,
        );
    });
  });
}
