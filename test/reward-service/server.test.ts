import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, describe, test } from 'node:test';
import { IoError } from '../../src/errors.ts';
import { createRewardModel, type RewardModel } from '../../src/oracles/reward.ts';
import { type RewardServerOptions, startRewardServer } from '../../src/reward-service/server.ts';
import { embeddedRewardModel, fenced, respond } from '../oracles/fixtures.ts';

const TOKEN = 'test-token';
const SECURE = {
  id: 'a',
  oracle: 'code-security',
  prompt: 'Read it.',
  response: respond(fenced('x = read()')),
};
const VULNERABLE = { ...SECURE, id: 2, response: respond(fenced('eval(x)')) };
const UNJUDGED = { ...SECURE, id: 3, oracle: ['correctness'] };

async function serve(options: Partial<RewardServerOptions> = {}) {
  return startRewardServer({
    rewardModel: embeddedRewardModel(),
    ...{ token: TOKEN, version: '1.2.3', maxBytes: 100_000, maxActive: 8, host: '127.0.0.1', port: 0 },
    ...options,
  });
}

const post = (url: string, body: unknown, token = TOKEN) =>
  fetch(`${url}/v1/rewards`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

/** A reward model that waits until it is let go. */
function gated(): RewardModel & { open: () => void; asked: Promise<void> } {
  const gate = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const oracle = {
    name: 'code-security',
    check: async (items: readonly unknown[]) => {
      asked.resolve();
      await gate.promise;
      return items.map(() => ({ kind: 'pass' as const }));
    },
  };
  const model = createRewardModel({ oracles: { 'code-security': oracle } });
  return { ...model, open: gate.resolve, asked: asked.promise };
}

describe('the reward service', async () => {
  const server = await serve();
  after(() => server.stop(1000));

  test('rewards a batch in order, with objectives and evidence; undecided is null', async () => {
    const response = await post(server.url, { items: [SECURE, VULNERABLE, UNJUDGED] });
    assert.equal(response.status, 200);
    const { rewards } = (await response.json()) as { rewards: Record<string, unknown>[] };
    assert.deepEqual(
      rewards.map(({ id, reward, objectives }) => [id, reward, objectives]),
      [
        ['a', 1, { 'code-security': 1 }],
        [2, 0, { 'code-security': 0 }],
        [3, null, { correctness: null }],
      ],
    );
    assert.match(JSON.stringify(rewards[1]), /"rule":"S307"/);
    assert.match(JSON.stringify(rewards[2]), /no correctness oracle is configured/);
  });

  test('needs the token for rewards and metrics, and for nothing else', async () => {
    const none = await fetch(`${server.url}/metrics`);
    assert.equal(none.status, 401);
    assert.equal(none.headers.get('www-authenticate'), 'Bearer');
    for (const token of ['', 'test-toke', 'test-token2', 'TEST-TOKEN']) {
      assert.equal((await post(server.url, { items: [SECURE] }, token)).status, 401, token);
    }
    assert.equal((await fetch(`${server.url}/health`)).status, 200);
    assert.equal((await fetch(`${server.url}/openapi.json`)).status, 200);
  });

  test('names item and field of a bad request', async () => {
    const bad = [
      ['not json', /JSON/],
      [{}, /"items"/],
      [{ items: [] }, /at least one/],
      [{ items: [SECURE], more: 1 }, /"items"/],
      [{ items: [SECURE, { ...SECURE, oracle: 'guess' }] }, /items\[1\]: oracle/],
      [{ items: [{ ...SECURE, response: 5 }] }, /items\[0\]: response/],
      [{ items: [{ ...SECURE, tests: { stdin: ['a'], stdout: [] } }] }, /items\[0\]: tests/],
    ] as const;
    for (const [body, message] of bad) {
      const response = await post(server.url, body);
      assert.equal(response.status, 400);
      assert.match(((await response.json()) as { error: string }).error, message);
    }
  });

  test('refuses bodies over the limit, also without a length in the header', async () => {
    const long = JSON.stringify({ items: [{ ...SECURE, response: 'x'.repeat(200_000) }] });
    assert.equal((await post(server.url, long)).status, 413);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const chunked = request(`${server.url}/v1/rewards`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${TOKEN}`, 'Transfer-Encoding': 'chunked' },
      });
      chunked.on('response', (response) => resolve(response.resume().statusCode));
      chunked.on('error', reject);
      chunked.end(long);
    });
    assert.equal(status, 413);
  });

  test('counts requests, outcomes and oracles for Prometheus, and no paths that clients make up', async () => {
    await fetch(`${server.url}/made-up`, { headers: { Authorization: `Bearer ${TOKEN}` } });
    const response = await fetch(`${server.url}/metrics`, { headers: { Authorization: `Bearer ${TOKEN}` } });
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain/);
    const text = await response.text();
    assert.match(text, /purpcode_rewards_total\{outcome="undecided"\} 1/);
    assert.match(text, /purpcode_oracle_items_total\{oracle="code-security",kind="checked"\} 2/);
    assert.match(text, /purpcode_requests_total\{path="other",status="404"\} 1/);
    assert.doesNotMatch(text, /made-up|test-token/);
  });

  test('describes itself: every path it answers, every field it reads', async () => {
    const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
      openapi: string;
      info: { version: string };
      paths: object;
      components: { schemas: Record<string, { properties: object; required: string[] }> };
    };
    assert.equal(document.openapi, '3.1.0');
    assert.equal(document.info.version, '1.2.3');
    assert.deepEqual(Object.keys(document.paths).sort(), [
      '/health',
      '/metrics',
      '/openapi.json',
      '/v1/rewards',
    ]);
    const { Item, Reward } = document.components.schemas;
    assert.deepEqual(Item!.required, ['id', 'oracle', 'prompt', 'response']);
    assert.ok('securityTests' in Item!.properties);
    assert.deepEqual(Reward!.required, ['id', 'reward', 'objectives', 'verdicts']);
  });
});

test('the metrics tell what judges cost', async () => {
  const cost = { usd: 0.25, calls: 3, tokens: { input: 100, output: 20 }, budget: {}, roles: {} };
  const server = await serve({ cost: () => cost });
  const response = await fetch(`${server.url}/metrics`, { headers: { Authorization: `Bearer ${TOKEN}` } });
  const text = await response.text();
  assert.match(text, /purpcode_judge_tokens\{direction="input"\} 100/);
  assert.match(text, /purpcode_judge_usd 0\.25/);
  await server.stop(1000);
});

test('more requests than the limit are told to come back', async () => {
  const rewardModel = gated();
  const server = await serve({ rewardModel, maxActive: 1 });
  const first = post(server.url, { items: [SECURE] });
  await rewardModel.asked;
  const second = await post(server.url, { items: [SECURE] });
  assert.equal(second.status, 429);
  assert.equal(second.headers.get('retry-after'), '1');
  rewardModel.open();
  assert.equal((await first).status, 200);
  assert.equal((await post(server.url, { items: [SECURE] })).status, 200);
  await server.stop(1000);
});

test('a stop finishes what has begun and refuses the rest', async () => {
  const rewardModel = gated();
  const server = await serve({ rewardModel });
  const begun = post(server.url, { items: [SECURE] });
  await rewardModel.asked;
  const stopped = server.stop(60_000);
  await assert.rejects(fetch(`${server.url}/health`), 'new connections are refused');
  rewardModel.open();
  const response = await begun;
  assert.equal(response.status, 200);
  assert.equal(((await response.json()) as { rewards: { reward: number }[] }).rewards[0]!.reward, 1);
  await stopped;
});

test('a stop gives up on what does not end within the grace time', async () => {
  const rewardModel = gated();
  const server = await serve({ rewardModel });
  const begun = post(server.url, { items: [SECURE] });
  begun.catch(() => undefined);
  await rewardModel.asked;
  await server.stop(50);
  await assert.rejects(begun);
  rewardModel.open();
});

test('an address in use is an error with a hint', async () => {
  const server = await serve();
  const port = Number(new URL(server.url).port);
  await assert.rejects(
    serve({ port }),
    (error) => error instanceof IoError && /--port/.test(error.hint ?? ''),
  );
  await server.stop(1000);
});

test('a request whose body is still coming takes its place', async () => {
  const server = await serve({ maxActive: 1 });
  const slow = request(`${server.url}/v1/rewards`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${TOKEN}`, 'Transfer-Encoding': 'chunked' },
  });
  const answered = new Promise<number | undefined>((resolve, reject) => {
    slow.on('response', (response) => resolve(response.resume().statusCode));
    slow.on('error', reject);
  });
  slow.write('{"items": [');
  let status = 200;
  for (let tries = 0; status === 200 && tries < 200; tries++) {
    status = (await post(server.url, { items: [SECURE] })).status;
  }
  assert.equal(status, 429);
  slow.end(`${JSON.stringify(SECURE)}]}`);
  assert.equal(await answered, 200);
  assert.equal((await post(server.url, { items: [SECURE] })).status, 200);
  await server.stop(1000);
});
