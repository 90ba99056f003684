import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError } from '../../../src/errors.ts';
import { givenResponses } from '../../../src/evals/model-evaluation/given-responses.ts';
import { makeTask } from '../../oracles/fixtures.ts';

const own = (id: string, key: string) => makeTask({ id: key, provenance: { id } });
const humaneval = { name: 'humaneval', tasks: [own('HumanEval/0', 'k0'), own('HumanEval/1', 'k1')] };
const plus = { name: 'humaneval-plus', tasks: [own('HumanEval/0', 'p0'), own('HumanEval/1', 'p1')] };
const both = [humaneval, plus];

const lines = (...rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join('\n');
const read = (text: string, asked = both) => givenResponses(text, 'made.jsonl', { all: both, asked });

test('a task is named by its id, by benchmark and id, or by the id of its own files', async () => {
  const given = read(
    lines(
      { task_id: 'HumanEval/0', response: 'for both' },
      { task_id: 'humaneval/HumanEval/1', response: 'for one' },
      { task_id: 'p1', response: 'first', other: 1 },
      { task_id: 'p1', response: 'second' },
      { task_id: 'HumanEval/9', response: 'for none' },
    ),
  );
  const counts = both.map(({ name, tasks }) => tasks.map((task) => given.samplesOf(name, task)));
  assert.deepEqual(counts, [
    [1, 1],
    [1, 2],
  ]);
  const task = plus.tasks[1]!;
  const answer = await given.answer({ benchmark: 'humaneval-plus', task, sample: 1 });
  assert.deepEqual([answer.response, answer.finish, answer.tokens], ['second', 'given', null]);
  assert.deepEqual(given.match, {
    responses: 5,
    unknown: { count: 1, first: ['HumanEval/9'] },
    missing: { count: 0, first: [] },
  });
  assert.equal(given.samples, 2);
});

test('tasks of a part without a response are named; those outside of the part are not missed', () => {
  const part = [{ name: 'humaneval', tasks: humaneval.tasks.slice(1) }];
  const { match } = read(lines({ task_id: 'HumanEval/0', response: 'x' }), part);
  assert.deepEqual(match.missing, { count: 1, first: ['humaneval/HumanEval/1'] });
  assert.equal(match.unknown.count, 0);
});

test('a bad line is named, and so is a file that names no task', () => {
  const fails = (text: string, message: RegExp) =>
    assert.throws(
      () => read(text),
      (error) => error instanceof ConfigError && message.test(error.message),
    );
  fails(
    `${lines({ task_id: 1, response: 'x' })}\n{"task_id": 2}`,
    /^made\.jsonl:2: response: expected the completion/,
  );
  fails('{', /^made\.jsonl:1: not JSON/);
  fails('\n', /^made\.jsonl holds no response/);
  fails(
    lines({ task_id: 'other', response: 'x' }),
    /none of its 1 lines names a task of humaneval, humaneval-plus/,
  );
});
