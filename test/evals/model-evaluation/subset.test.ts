import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stratifiedSubset } from '../../../src/evals/model-evaluation/subset.ts';
import { makeTask } from '../../oracles/fixtures.ts';

const LANGUAGES = { python: 60, c: 30, rust: 10 };
const TASKS = Object.entries(LANGUAGES).flatMap(([language, count]) =>
  Array.from({ length: count }, (_, index) =>
    makeTask({ id: `${language}-${index}`, provenance: { language } }),
  ),
);

function counts(tasks: readonly { provenance: Readonly<Record<string, unknown>> }[]) {
  return Object.keys(LANGUAGES).map(
    (language) => tasks.filter(({ provenance }) => provenance.language === language).length,
  );
}

test('a part has the proportions of the whole', () => {
  for (const seed of [1, 2, 3]) {
    const part = stratifiedSubset(TASKS, { limit: 20, seed });
    assert.equal(part.length, 20);
    for (const [index, expected] of [12, 6, 2].entries()) {
      assert.ok(Math.abs(counts(part)[index]! - expected) <= 1, `${counts(part)}`);
    }
  }
});

test('categories are spread evenly; where a task has none, its family is its category', () => {
  const tasks = ['a', 'b', 'c', 'd'].flatMap((family) =>
    [0, 1, 2].map((index) => makeTask({ id: `${family}${index}`, family })),
  );
  const part = stratifiedSubset(tasks, { limit: 8, seed: 7 });
  assert.deepEqual(
    [...Map.groupBy(part, ({ family }) => family)].map(([family, members]) => [family, members.length > 1]),
    [
      ['a', true],
      ['b', true],
      ['c', true],
      ['d', true],
    ],
  );
});

test('a smaller part lies in a larger one, in the order of the file; the seed decides which', () => {
  const ids = (limit: number, seed: number) => stratifiedSubset(TASKS, { limit, seed }).map(({ id }) => id);
  const large = ids(40, 1);
  assert.ok(ids(15, 1).every((id) => large.includes(id)));
  const order = TASKS.map(({ id }) => id);
  assert.deepEqual(
    large,
    order.filter((id) => large.includes(id)),
  );
  assert.deepEqual(ids(15, 1), ids(15, 1));
  assert.notDeepEqual(ids(15, 1), ids(15, 2));
  assert.equal(ids(100, 1).length, 100);
});
