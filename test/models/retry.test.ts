import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateBucket } from '../../src/models/gate.ts';
import { jitteredSeconds, serverDelaySeconds } from '../../src/models/retry.ts';
import { Random } from '../../src/random.ts';

const NOW = Date.parse('Sun, 22 Nov 2026 15:00:00 GMT');

test('a server says how long to wait in seconds, milliseconds, as a date, or by the limits that are used up', () => {
  const delay = (headers: Record<string, string>) => serverDelaySeconds(headers, NOW);
  assert.equal(delay({ 'retry-after': '12' }), 12);
  assert.equal(delay({ 'retry-after': 'Sun, 22 Nov 2026 15:01:30 GMT' }), 90);
  assert.equal(delay({ 'retry-after': 'Sun, 22 Nov 2026 14:00:00 GMT' }), 0);
  assert.equal(delay({ 'retry-after': '2', 'retry-after-ms': '250' }), 0.25);
  const limits = {
    'x-ratelimit-remaining-requests': '3',
    'x-ratelimit-reset-requests': '59s',
    'x-ratelimit-remaining-tokens': '0',
    'x-ratelimit-reset-tokens': '1m2.5s',
  };
  assert.equal(delay(limits), 62.5);
  assert.equal(delay({ 'ratelimit-remaining': '0', 'ratelimit-reset': '30' }), 30);
  assert.equal(delay({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1000 + 5) }), 5);
  assert.equal(
    delay({
      'anthropic-ratelimit-requests-remaining': '0',
      'anthropic-ratelimit-requests-reset': '2026-11-22T15:00:07Z',
    }),
    7,
  );
  assert.equal(delay({ 'retry-after': 'soon' }), undefined);
  assert.equal(
    delay({ 'x-ratelimit-remaining-requests': '3', 'x-ratelimit-reset-requests': '1s' }),
    undefined,
  );
  assert.equal(delay({}), undefined);
});

test('backoff doubles its range up to 60 s, is spread over all of it, and follows from the seed', () => {
  const draws = (attempt: number) =>
    Array.from({ length: 400 }, (_, seed) => jitteredSeconds(attempt, 0.5, new Random(seed, 'jitter')));
  for (const [attempt, range] of [
    [0, 0.5],
    [3, 4],
    [20, 60],
  ] as const) {
    const waits = draws(attempt);
    assert.ok(waits.every((wait) => wait >= 0 && wait < range));
    assert.ok(Math.min(...waits) < range / 20 && Math.max(...waits) > (range * 19) / 20);
  }
  assert.deepEqual(draws(3), draws(3));
});

test('a rate of 60 a minute: one at once, then one every 60/59 s, never more than 60 in 60 s', () => {
  const bucket = new RateBucket(60, 0);
  const starts = Array.from({ length: 200 }, () => bucket.take(1, 0));
  assert.equal(starts[0], 0);
  assert.ok(Math.abs(starts[1]! - 60 / 59) < 1e-9);
  for (const [index, start] of starts.entries()) {
    const inWindow = starts.slice(index).filter((other) => other < start + 60 - 1e-9).length;
    assert.ok(inWindow <= 60, `${inWindow} in the minute from ${start}`);
  }
});

test('what a call did not use of its tokens is there for the next', () => {
  const bucket = new RateBucket(6000, 0);
  assert.equal(bucket.take(100, 0), 0);
  bucket.giveBack(90);
  assert.equal(bucket.take(90, 0), 0);
  // 5,900 tokens a minute flow in.
  assert.ok(Math.abs(bucket.take(59, 0) - 0.6) < 1e-9);
  // A limit of one a minute, and a single call larger than the bucket, still get their turn.
  assert.equal(new RateBucket(1, 0).take(1, 0), 0);
  assert.ok(Number.isFinite(new RateBucket(60, 0).take(1000, 0)));
});
