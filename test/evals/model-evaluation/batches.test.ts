import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Batches } from '../../../src/evals/model-evaluation/batches.ts';

test('what comes while batches are in work makes up the next one, and nothing is lost', async () => {
  const release = Promise.withResolvers<void>();
  const seen: number[][] = [];
  const batches = new Batches<number>(
    async (batch) => {
      seen.push([...batch]);
      await release.promise;
    },
    { active: 1, size: 3 },
  );
  for (const item of [1, 2, 3, 4, 5]) await batches.add(item);
  assert.deepEqual(seen, [[1]]);
  release.resolve();
  await batches.end();
  assert.deepEqual(seen, [[1], [2, 3, 4], [5]]);
});

test('who brings more than fits waits until there is room', async () => {
  const release = Promise.withResolvers<void>();
  const batches = new Batches<number>(() => release.promise, { active: 1, size: 1 });
  await batches.add(1);
  await batches.add(2);
  let added = false;
  const third = batches.add(3).then(() => {
    added = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(added, false);
  release.resolve();
  await third;
  await batches.end();
});

test('the first failure ends the work: those who bring more are told, what was in work is waited for', async () => {
  const release = Promise.withResolvers<void>();
  const done: number[] = [];
  const batches = new Batches<number>(
    async ([item]) => {
      await release.promise;
      if (item === 1) throw new Error('the disk is full');
      await new Promise((resolve) => setImmediate(resolve));
      done.push(item!);
    },
    { active: 2, size: 1 },
  );
  await batches.add(1);
  await batches.add(2);
  await batches.add(3);
  const room = batches.add(4);
  release.resolve();
  await assert.rejects(room, /the disk is full/);
  await batches.settle();
  assert.deepEqual(done, [2]);
  await assert.rejects(batches.add(5), /the disk is full/);
  await assert.rejects(batches.end(), /the disk is full/);
});
