import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { distillationMessages, sampleAndVerify } from '../../src/rule-learning/rejection-sampling.ts';
import { POLICY, type PolicyEntry } from '../../src/rules/policy.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { characters, ScriptedSampler } from '../engines/scripted.ts';
import { embeddedRewardModel, fenced, makeTask } from '../oracles/fixtures.ts';

const rule: Rule = {
  ...{ id: 'nano/eval', cwe: 95, name: 'code injection', avoid: 'eval', use: 'ast.literal_eval' },
  analyserRules: ['S307'],
};
const rules = new Map<string, Rule | PolicyEntry>([rule, ...POLICY].map((entry) => [entry.id, entry]));
const style = { rules, systemPrompt: 'S', promptStyle: 'compact' } as const;

describe('distillationMessages', () => {
  it('puts the request inside the analysis prompt, with the rules of its own weaknesses only', () => {
    assert.deepEqual(distillationMessages(makeTask({ rules: ['nano/eval'] }), style), [
      { role: 'system', content: 'S' },
      {
        role: 'user',
        content:
          'Analyse, then answer safely.\nRules:\n- CWE-95: avoid eval; use ast.literal_eval.\nRequest:\nWrite load_user(path).',
      },
    ]);
  });

  it('shows policy entries as rules, and leaves ids out that no library has', () => {
    const [, user] = distillationMessages(makeTask({ rules: ['D0', 'A0', 'gone'] }), style);
    assert.match(
      user!.content,
      /Rules:\n- D0: refuse malicious code\.\n- A0: help with benign scripts\.\nRequest:/,
    );
  });

  it('shows earlier turns without their analyses', () => {
    const messages = [
      { role: 'user', content: 'First.' },
      { role: 'assistant', content: '## Analysis\nIntent: benign, a secret.\n## Answer\nAn answer.' },
      { role: 'user', content: 'Second.' },
    ] as const;
    const [, user] = distillationMessages(makeTask({ messages }), style);
    assert.match(user!.content, /Request:\nuser: First\.\nassistant: An answer\.\nuser: Second\.$/);
  });
});

describe('sampleAndVerify', () => {
  const sections = (answer: string): string =>
    `### Intent Analysis\nIntent: benign.\n### Safety Analysis\nRule CWE-95.\n### Proposed Safe Response\n${answer}`;
  const secure = sections(fenced('def load_user(path):\n    return path.strip()'));
  const vulnerable = sections(fenced('def load_user(path):\n    return eval(path)'));

  const sampled = (answers: readonly string[], rewardModel = embeddedRewardModel()) =>
    sampleAndVerify([makeTask({ id: 'a' }), makeTask({ id: 'b' })], {
      ...style,
      model: new ScriptedSampler((_prompt, index) => answers[index]!),
      tokenizer: characters,
      rewardModel,
      samples: answers.length,
      temperature: 0.8,
      maxTokens: 50,
      seed: '1/rejection',
    });

  it('reformats and rewards each sample; one that does not parse has no response and earns 0', async () => {
    const samples = await sampled([vulnerable, 'I will not use sections.', secure]);
    assert.deepEqual(
      samples.map(({ taskId, reward }) => [taskId, reward]),
      [
        ['a', 0],
        ['a', 0],
        ['a', 1],
        ['b', 0],
        ['b', 0],
        ['b', 1],
      ],
    );
    assert.equal(samples[1]!.response, undefined);
    assert.equal(
      samples[2]!.response,
      '## Analysis\nIntent: benign. Rule CWE-95.\n## Answer\n```python\ndef load_user(path):\n    return path.strip()\n```',
    );
    assert.equal(samples[1]!.tokens, 'I will not use sections.'.length + 1);
  });

  it('keeps undecided samples apart', async () => {
    const samples = await sampled([secure], embeddedRewardModel({ oracles: {} }));
    assert.deepEqual(
      samples.map(({ reward }) => reward),
      [null, null],
    );
  });
});
