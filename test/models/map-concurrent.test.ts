import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { mapConcurrent } from '../../src/models/map-concurrent.ts';
import { Random } from '../../src/random.ts';

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of stream) all.push(item);
  return all;
}

test('results keep the order of the items, with a bounded number in work and ahead', async () => {
  const random = new Random(1, 'delays');
  let [active, peak, pulled, yielded, lead] = [0, 0, 0, 0, 0];
  async function* items() {
    for (let item = 0; item < 200; item++) {
      pulled++;
      lead = Math.max(lead, pulled - yielded);
      yield item;
    }
  }
  const stream = mapConcurrent(items(), { limit: 8, ahead: 20 }, async (item) => {
    peak = Math.max(peak, ++active);
    await sleep(random.int(5));
    active--;
    return item * 2;
  });
  const results: number[] = [];
  for await (const result of stream) {
    yielded++;
    results.push(result);
  }
  assert.deepEqual(
    results,
    Array.from({ length: 200 }, (_, index) => index * 2),
  );
  assert.equal(peak, 8);
  assert.ok(lead <= 21, `${lead} pulled and not yielded`);
});

test('a slow item at the head does not stop the others until they are far ahead', async () => {
  const finished: number[] = [];
  let release: () => void = () => {};
  const head = new Promise<void>((resolve) => {
    release = resolve;
  });
  const all = collect(
    mapConcurrent([0, 1, 2, 3, 4, 5, 6, 7, 8], { limit: 2, ahead: 6 }, async (item) => {
      if (item === 0) await head;
      finished.push(item);
      if (finished.length === 5) setImmediate(release);
      return item;
    }),
  );
  assert.deepEqual(await all, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  assert.deepEqual(finished.slice(0, 6), [1, 2, 3, 4, 5, 0]);
});

test('a rejection ends the stream in its turn, and work still going is told', async () => {
  const seen: number[] = [];
  const aborted: number[] = [];
  const run = async () => {
    const stream = mapConcurrent([0, 1, 2, 3], { limit: 4 }, async (item, _index, signal) => {
      if (item === 1) throw new Error('broken');
      if (item === 3) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      if (item === 3) aborted.push(item);
      return item;
    });
    for await (const result of stream) seen.push(result);
  };
  await assert.rejects(run(), /broken/);
  await sleep(1);
  assert.deepEqual([seen, aborted], [[0], [3]]);
  await assert.rejects(collect(mapConcurrent([1], { limit: 0 }, async () => 1)), RangeError);
  assert.deepEqual(await collect(mapConcurrent([], { limit: 3 }, async () => 1)), []);
});

test('leaving early closes the source', async () => {
  let closed = false;
  function* items() {
    try {
      for (let item = 0; ; item++) yield item;
    } finally {
      closed = true;
    }
  }
  for await (const result of mapConcurrent(items(), { limit: 3 }, async (item) => item)) {
    if (result === 5) break;
  }
  assert.equal(closed, true);
});
