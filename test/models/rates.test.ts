import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointSettings } from '../../src/models/config.ts';
import { createEndpointModel } from '../../src/models/endpoint.ts';
import { reply, type ServerScript, startScriptedServer } from './scripted-server.ts';

/** When the calls began, and when each request (retries are some) was at the server: milliseconds since the epoch. */
async function arrivals(
  script: ServerScript,
  calls: number,
  settings: Partial<EndpointSettings>,
  maxTokens = 20,
): Promise<number[]> {
  await using server = await startScriptedServer(script);
  const model = createEndpointModel({
    baseUrl: server.baseUrl,
    model: 'tiny',
    backoffSeconds: 0.001,
    ...settings,
  });
  const ask = (seed: number) =>
    model.complete({ messages: [{ role: 'user', content: 'Hi.' }], maxTokens, temperature: 0, seed });
  const begun = Date.now();
  await Promise.all(Array.from({ length: calls }, (_, seed) => ask(seed)));
  model.close();
  return [begun, ...server.requests.map(({ at }) => at).sort((a, b) => a - b)];
}

test('requests keep to the rate: 600 a minute are ten at once, then one in about 0.1 s', async () => {
  const at = await arrivals(() => reply('x'), 13, { requestsPerMinute: 600 });
  // Three more than the bucket holds, at 590 a minute: 0.305 s; timers may fire a millisecond early.
  assert.ok(at[13]! - at[0]! >= 300, `${at[13]! - at[0]!} ms`);
});

test('tokens keep to the rate: input estimated, output at its limit', async () => {
  // A call takes 9 + 91 of the 100 that the bucket holds; two more at 5,900 a minute come after 2.03 s.
  const usage = { input: 9, output: 91 };
  const at = await arrivals(() => reply('x', { usage }), 3, { tokensPerMinute: 6000 }, 91);
  assert.ok(at[3]! - at[0]! >= 1900, `${at[3]! - at[0]!} ms`);
});

test('a limit stops the whole role: requests behind a 429 wait as long as it asks', async () => {
  const at = await arrivals(
    (_request, index) =>
      index > 0 ? reply('x') : { kind: 'status', status: 429, headers: { 'retry-after-ms': '250' } },
    3,
    { concurrency: 1 },
  );
  assert.equal(at.length, 5);
  assert.ok(at[2]! - at[1]! >= 249, `${at[2]! - at[1]!} ms`);
});

test('an HTTP date is waited for', async () => {
  const date = new Date(Math.ceil(Date.now() / 1000) * 1000);
  const at = await arrivals(
    (_request, index) =>
      index > 0
        ? reply('x')
        : { kind: 'status', status: 503, headers: { 'retry-after': date.toUTCString() } },
    1,
    {},
  );
  assert.ok(at[2]! >= date.getTime() - 1, `${date.getTime() - at[2]!} ms early`);
});
