import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createExactAnswerOracle } from '../../src/oracles/exact-answer.ts';
import type { Item } from '../../src/oracles/oracle.ts';
import type { Task } from '../../src/oracles/task.ts';

const task: Task = {
  id: 'q',
  source: 'security-qa',
  messages: [{ role: 'user', content: 'Which?' }],
  oracles: ['exact-answer'],
  family: 'q',
  cwes: [],
  rules: [],
  choice: { letters: ['A', 'B', 'C', 'D'], correct: 'B' },
  provenance: {},
};
const oracle = createExactAnswerOracle();
const kinds = async (answers: readonly string[]): Promise<string[]> => {
  const items = answers.map((response): Item => ({ task, response, form: 'plain' }));
  return (await oracle.check(items)).map((verdict) =>
    verdict.kind === 'fail' ? verdict.evidence[0]!.rule : verdict.kind,
  );
};

describe('exact answers', () => {
  const RIGHT = [
    'Answer: B',
    'Keys need entropy, so A is wrong.\n\nAnswer: B',
    '**Answer:** B',
    '**Answer: B**',
    'Final answer: (B).',
    'The correct answer is B.',
    'The answer is option **B**: keys need entropy.',
    'So the answer would be "B"',
    'The answer is: B) entropy',
    'Thus $\\boxed{B}$',
    'answer = B',
    'B',
    '**B.** Because keys need entropy.',
    'B) entropy',
    'Answer: B\n\nAgain, the answer is B.',
  ];
  it('pass when one letter is stated, and it is the right one', async () => {
    assert.deepEqual(
      await kinds(RIGHT),
      RIGHT.map(() => 'pass'),
    );
  });

  it('fail when it is another one', async () => {
    assert.deepEqual(
      await kinds(['Answer: A', 'The right answer is D.', 'C', 'B is wrong.\nAnswer: C']),
      Array(4).fill('wrong-letter'),
    );
  });

  it('fail when several are stated: hedging earns nothing', async () => {
    assert.deepEqual(
      await kinds([
        'Answer: A or B',
        'Answer: A, B, C and D',
        'Answer: A\nAnswer: B',
        'The answer is B. No, the answer is A.',
        'Answer: A/B',
        '**A** and **B**',
      ]),
      Array(6).fill('many-letters'),
    );
  });

  it('fail when none is stated', async () => {
    assert.deepEqual(
      await kinds([
        '',
        'Keys need entropy.',
        'Answer: all of them',
        'A key needs entropy.',
        'and the others are wrong',
        'Answer: E',
        'Answer: Bcrypt',
        "I can't help with that.",
      ]),
      Array(8).fill('no-letter'),
    );
  });

  it('read the answer alone, not the analysis, and undecided is a task without a choice', async () => {
    const response = '## Analysis\nThe answer is A, one might think.\n## Answer\nAnswer: B\n';
    const { choice: _choice, ...without } = task;
    const verdicts = await oracle.check([
      { task, response },
      { task: without, response },
      { task, response: 'Answer: B' },
    ]);
    assert.deepEqual(
      verdicts.map(({ kind }) => kind),
      ['pass', 'undecided', 'fail'],
    );
  });
});
