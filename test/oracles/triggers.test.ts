/** The quick test before a rule is tried must miss nothing that `includes` would find. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RuleFile } from '../../src/oracles/code-security/ast-grep/rule-file.ts';
import { indexTriggers } from '../../src/oracles/code-security/ast-grep/triggers.ts';
import { Random } from '../../src/random.ts';

const rule = (...triggers: string[]) => ({ triggers }) as unknown as RuleFile;

describe('triggers', () => {
  it('hold for the code that was asked about last', () => {
    const open = rule('open(', 'Path');
    const triggeredIn = indexTriggers([open]);
    assert.equal(triggeredIn('x = open(y)')(open), true);
    assert.equal(triggeredIn('x = 1')(open), false);
    assert.equal(triggeredIn('pathlib.Path(y)')(open), true);
    assert.equal(triggeredIn('')(open), false);
  });

  it('may be as short as a character, and stand at either end', () => {
    const rules = ['%', 'md', 'md5', 'é😀'].map((trigger) => rule(trigger));
    const triggeredIn = indexTriggers(rules);
    assert.deepEqual(rules.map(triggeredIn('md5')), [false, true, true, false]);
    assert.deepEqual(rules.map(triggeredIn('%é😀')), [true, false, false, true]);
    assert.deepEqual(rules.map(triggeredIn('m')), [false, false, false, false]);
  });

  it('agree with includes on random texts of few letters', () => {
    const random = new Random('triggers');
    const text = (length: number) => Array.from({ length }, () => random.pick(['a', 'b', '(', 'é'])).join('');
    const rules = Array.from({ length: 40 }, () => rule(text(1 + random.int(5)), text(1 + random.int(7))));
    const triggeredIn = indexTriggers(rules);
    for (let round = 0; round < 200; round++) {
      const code = text(random.int(30));
      const expected = rules.map(({ triggers }) => triggers.some((trigger) => code.includes(trigger)));
      assert.deepEqual(rules.map(triggeredIn(code)), expected, code);
    }
  });
});
