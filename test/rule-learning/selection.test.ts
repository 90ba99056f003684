import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Task } from '../../src/oracles/task.ts';
import { reformat } from '../../src/rule-learning/reformat.ts';
import { easyTasks, reportSelection, selectSamples } from '../../src/rule-learning/selection.ts';

const sample = (taskId: string, reward: number | null, response?: string) => ({
  taskId,
  reward,
  response,
  tokens: 1,
});

describe('selectSamples', () => {
  it('takes the highest reward, then the shortest, one a task', () => {
    const selected = selectSamples([
      sample('a', 0.8, 'xx'),
      sample('a', 1, 'xxxxx'),
      sample('a', 1, 'xxx'),
      sample('b', 0.5, 'y'),
    ]);
    assert.deepEqual(selected, [
      { taskId: 'a', response: 'xxx', reward: 1 },
      { taskId: 'b', response: 'y', reward: 0.5 },
    ]);
  });

  it('never takes what failed, is undecided or did not parse', () => {
    assert.deepEqual(selectSamples([sample('a', 0.4, 'x'), sample('a', null, 'x'), sample('a', 1)]), []);
  });
});

describe('easyTasks', () => {
  it('are those with at least 70 % passing samples', () => {
    const of = (id: string, passed: number, failed: number) => [
      ...Array.from({ length: passed }, () => sample(id, 1, 'x')),
      ...Array.from({ length: failed }, () => sample(id, 0, 'x')),
    ];
    assert.deepEqual(easyTasks([...of('easy', 7, 3), ...of('hard', 2, 2), ...of('all', 4, 0)]), [
      'easy',
      'all',
    ]);
  });

  it('do not count undecided samples', () => {
    assert.deepEqual(easyTasks([sample('a', 1, 'x'), sample('a', null, 'x'), sample('b', null, 'x')]), ['a']);
  });
});

describe('reportSelection', () => {
  it('keeps undecided apart from failed', () => {
    const task = { id: 'a', source: 'coding-utility' } as Task;
    const report = reportSelection(
      [task],
      [sample('a', 1, 'x'), sample('a', null, 'x'), sample('a', 0), sample('a', 0, 'y')],
    );
    assert.deepEqual(
      {
        ...report,
        passRateBySource: { 'coding-utility': report.passRateBySource['coding-utility']?.toFixed(2) },
      },
      {
        samples: 4,
        unparsed: 1,
        undecided: 1,
        passed: 1,
        selected: 1,
        easy: 0,
        passRateBySource: { 'coding-utility': '0.33' },
      },
    );
  });
});

describe('reformat', () => {
  const text =
    '### Intent Analysis\nBenign.\n### Safety Analysis\nNo rule.\n### Proposed Safe Response\nHere it is: 1.';

  it('joins intent and safety, and keeps the response', () => {
    assert.equal(reformat(text), '## Analysis\nBenign. No rule.\n## Answer\nHere it is: 1.');
  });

  it('drops what lacks a section, repeats one, or has them in another order', () => {
    assert.equal(reformat(text.replace('### Safety Analysis', '### Safety')), undefined);
    assert.equal(reformat(`${text}\n### Safety Analysis\nagain`), undefined);
    assert.equal(
      reformat('### Safety Analysis\na\n### Intent Analysis\nb\n### Proposed Safe Response\nc'),
      undefined,
    );
    assert.equal(
      reformat('### Intent Analysis\n\n### Safety Analysis\nb\n### Proposed Safe Response\nc'),
      undefined,
    );
    assert.equal(reformat(''), undefined);
  });

  it('does not take a heading inside a line for a section', () => {
    assert.equal(
      reformat(`${text} see ### Intent Analysis above`)?.endsWith('see ### Intent Analysis above'),
      true,
    );
  });
});
