import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyserRules, openRuleLibrary } from '../../src/redteam/rule-library/analyser-rules.ts';
import { type CweTableFile, loadCweTable, tableOf } from '../../src/rules/cwe.ts';
import type { CweWeakness } from '../../src/rules/cwe-catalog.ts';
import { renderHint, renderRule, ruleLine } from '../../src/rules/rule.ts';
import {
  firstSentence,
  HINT_BYTES,
  RULE_BYTES,
  shortened,
  within,
} from '../../src/rules/rule-documentation.ts';
import { type AnalyserRule, buildRuleLibrary } from '../../src/rules/rule-library.ts';

const row = (id: number, more: Partial<CweTableFile['weaknesses'][number]> = {}) => ({
  id,
  name: `Weakness ${id}`,
  description: `The product does ${id}. It should not.`,
  abstraction: 'Base',
  status: 'Draft',
  mapping: 'Allowed',
  ...more,
});

const GLUE: CweWeakness = {
  id: 700,
  name: "Improper Mending of Walls ('Glue')",
  abstraction: 'Base',
  structure: 'Simple',
  status: 'Draft',
  description: 'The product does 700. It should not.',
  extendedDescription: 'Glue does not last.',
  background: [],
  alternateTerms: [{ term: 'Gluing' }],
  platforms: [],
  introductions: [],
  consequences: [{ scopes: ['Integrity'], impacts: ['Falls'], note: 'It hurts.' }],
  mitigations: [
    { phases: ['Operation'], description: 'Look at it.' },
    { phases: ['Implementation'], description: 'Use mortar.' },
  ],
  detections: [],
  examples: [
    {
      parts: [
        { kind: 'text', text: 'Look:' },
        { kind: 'code', nature: 'Bad', language: 'C++', code: 'glue(wall);' },
        { kind: 'code', nature: 'Good', code: 'mortar(wall);' },
        { kind: 'code', nature: 'Attack', language: 'Python', code: 'push(wall)' },
        { kind: 'code', nature: 'Bad', language: 'Python', code: 'glue(wall)' },
      ],
    },
  ],
  observed: [],
  ordinalities: [],
  affectedResources: [],
  functionalAreas: [],
  notes: [],
  mapping: { usage: 'Allowed', reasons: [], suggestions: [] },
  parents: [],
};

const TABLE = tableOf(
  {
    notice: '',
    version: '1',
    date: '2031-01-01',
    weaknesses: [
      row(5),
      row(6, { status: 'Deprecated' }),
      row(7, { mapping: 'Discouraged' }),
      row(8, { mapping: 'Prohibited' }),
      row(9, { mapping: 'Allowed-with-Review' }),
      row(700, { name: GLUE.name }),
    ],
  },
  [GLUE],
);

const analyserRule = (id: string, cwes: number[], more: Partial<AnalyserRule> = {}): AnalyserRule => ({
  analyser: 'wallcheck',
  id,
  languages: ['python'],
  cwes,
  severity: 'high',
  message: 'glue is used',
  help: 'Use mortar',
  bad: ['glue()', 'glue(2)', 'glue(3)'],
  good: ['mortar()', 'stone()'],
  ...more,
});

describe('rule library', () => {
  const { rules, get, ruleFor } = buildRuleLibrary({
    cwes: TABLE,
    analyserRules: [analyserRule('W1', [700, 5]), analyserRule('W2', [7], { languages: ['c'] })],
  });

  it('has a rule for every weakness that may be mapped to, and for every analyser rule', () => {
    assert.deepEqual(
      rules.map(({ id, cwe, analyserRules }) => [id, cwe, ...analyserRules]),
      [
        ['CWE-5', 5, 'W1'],
        ['CWE-9', 9],
        ['CWE-700', 700, 'W1'],
        ['wallcheck/W1', 700, 'W1'],
        ['wallcheck/W2', 7, 'W2'],
      ],
    );
  });

  it('tells a weakness with what the list and the analysers say, the wanted language first', () => {
    assert.equal(
      renderHint(get('CWE-700')!, 'full'),
      `CWE-700 Glue: never this: The product does 700. Instead: Use mortar.
It should not.
Glue does not last.
Consequence (Integrity): Falls. It hurts.
Mitigation: Use mortar.
Mitigation: Look at it.
Also called Gluing.
Breaks the rule:
\`\`\`python
glue()
\`\`\`
Keeps the rule:
\`\`\`python
mortar()
\`\`\`
Breaks the rule:
\`\`\`python
glue(2)
\`\`\`
Breaks the rule:
\`\`\`python
glue(wall)
\`\`\`
Breaks the rule:
\`\`\`cpp
glue(wall);
\`\`\`
Keeps the rule:
\`\`\`cpp
mortar(wall);
\`\`\``,
    );
    assert.equal(ruleLine(get('CWE-5')!), 'CWE-5: never this: The product does 5.');
    assert.equal(
      renderHint(get('wallcheck/W2')!, 'short'),
      'CWE-7 Weakness 7: never this: glue is used. Instead: Use mortar.',
    );
  });

  it('finds the rule that a finding breaks', () => {
    const idOf = (analyser: string, rule: string, cwes: number[]) => ruleFor({ analyser, rule, cwes })?.id;
    assert.equal(idOf('wallcheck', 'W1', [5]), 'wallcheck/W1');
    assert.equal(idOf('other', 'W1', [7, 5]), 'CWE-5');
    assert.equal(idOf('other', 'W1', [6, 7, 8]), undefined);
  });
});

describe('documentation of a rule', () => {
  const text = (n: number) => 'x'.repeat(n);

  it('keeps what is most telling and fits, in order', () => {
    const documentation = {
      paragraphs: [text(9), text(99), text(19)],
      examples: [
        { language: 'c', bad: text(10) },
        { language: 'c', bad: text(10), good: text(10) },
        { language: 'c', bad: text(20) },
      ],
    };
    // 10 + 50 + 100, then 20 of the last paragraph and 60 of the last example.
    const kept = within(documentation, 180);
    assert.deepEqual(
      kept.paragraphs.map((paragraph) => paragraph.length),
      [9, 19],
    );
    assert.deepEqual(kept.examples, documentation.examples.slice(0, 2));
    assert.deepEqual(within(documentation, 1000), documentation);
    assert.deepEqual(within(documentation, 5), { paragraphs: [], examples: [] });
  });

  it('is cut after a sentence or a word', () => {
    assert.equal(shortened('One two. Three four. Five.', 26), 'One two. Three four. Five.');
    assert.equal(shortened('One two. Three four. Five.', 25), 'One two. Three four.');
    assert.equal(shortened('One two three four five', 16), 'One two …');
    assert.equal(shortened('Erste Zeile\nzweite Zeile', 20), 'Erste Zeile');
    assert.ok(Buffer.byteLength(shortened('ü'.repeat(100), 50)) <= 50);
    assert.equal(firstSentence('E.g. this one. And that.'), 'E.g. this one.');
    assert.equal(firstSentence('No end\nSecond'), 'No end');
  });
});

describe('the shipped library', () => {
  const cwes = loadCweTable();
  const { rules } = openRuleLibrary(cwes);

  it('names each rule once and none that is deprecated or discouraged', () => {
    assert.equal(new Set(rules.map(({ id }) => id)).size, rules.length);
    const weaknesses = rules.filter(({ id }) => id.startsWith('CWE-'));
    assert.equal(weaknesses.length, cwes.entries.filter((e) => !e.deprecated && !e.discouraged).length);
    assert.ok(weaknesses.length > 800 && rules.length - weaknesses.length === analyserRules().length);
    for (const absent of ['CWE-20', 'CWE-200', 'CWE-1187']) assert.ok(!rules.some(({ id }) => id === absent));
  });

  it('keeps every hint and every rule within its bound', () => {
    for (const rule of rules) {
      assert.ok(Buffer.byteLength(renderHint(rule, 'full')) <= HINT_BYTES, rule.id);
      const line = Buffer.byteLength(renderHint(rule, 'short'));
      assert.ok(Buffer.byteLength(renderRule(rule)) <= RULE_BYTES + line, rule.id);
      assert.ok(line <= 600, rule.id);
    }
  });
});
