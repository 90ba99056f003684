import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ChatRequest } from '../../src/models/chat-model.ts';
import { CompletionJournal } from '../../src/models/completion-journal.ts';
import { openModels } from '../../src/models/open-models.ts';
import { reply, startScriptedServer } from './scripted-server.ts';

const request = (seed: number): ChatRequest => ({
  messages: [{ role: 'user', content: 'Say hello.' }],
  maxTokens: 20,
  temperature: 1,
  seed,
});

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'purpcode-models-'));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('equal requests are paid for once: in flight, later, and in another process of the run', async () => {
  await inFolder(async (folder) => {
    await using server = await startScriptedServer((_request, index) =>
      reply(`answer ${index}`, { delayMs: 20 }),
    );
    const settings = { judge: { baseUrl: server.baseUrl, model: 'tiny', prices: { input: 1, output: 2 } } };
    const journal = new CompletionJournal(join(folder, 'models.sqlite'));
    const models = openModels(settings, { journal });
    const judge = models.model('judge');
    const [first, second] = await Promise.all([judge.complete(request(1)), judge.complete(request(1))]);
    assert.deepEqual([first.text, second.text], ['answer 0', 'answer 0']);
    assert.deepEqual(
      [first.usage, second.usage],
      [
        { input: 11, output: 7 },
        { input: 0, output: 0 },
      ],
    );
    assert.equal((await judge.complete(request(2))).text, 'answer 1');
    models.close();

    const again = openModels(settings, { journal });
    assert.deepEqual(await again.model('judge').complete(request(1)), {
      text: 'answer 0',
      finish: 'stop',
      usage: { input: 0, output: 0 },
      paidFor: { input: 11, output: 7 },
    });
    const { calls, cacheHits, usd } = again.cost().roles.judge!;
    assert.deepEqual({ calls, cacheHits, usd }, { calls: 2, cacheHits: 2, usd: (2 * (11 + 14)) / 1e6 });
    // What decides the reply is part of its key.
    const warm = openModels({ judge: { ...settings.judge, temperature: 0.5 } }, { journal });
    assert.equal((await warm.model('judge').complete(request(1))).text, 'answer 2');
    assert.equal(server.requests.length, 3);
    journal.close();
  });
});

test('one of two callers of a shared call may leave; when both do, the call ends', async () => {
  await using server = await startScriptedServer(() => reply('shared', { delayMs: 60 }));
  const models = openModels({ judge: { baseUrl: server.baseUrl, model: 'tiny' } });
  const judge = models.model('judge');
  const controller = new AbortController();
  const leaver = judge.complete(request(1), { signal: controller.signal });
  const stayer = judge.complete(request(1));
  controller.abort(new Error('left'));
  await assert.rejects(leaver, /left/);
  assert.equal((await stayer).text, 'shared');
  assert.equal(models.cost().roles.judge?.lostAttempts, 0);
  const other = new AbortController();
  const calls = [1, 2].map(() => judge.complete(request(2), { signal: other.signal }));
  setTimeout(() => other.abort(new Error('both left')), 20);
  for (const outcome of await Promise.allSettled(calls)) assert.equal(outcome.status, 'rejected');
  assert.equal((await judge.complete(request(2))).text, 'shared');
  models.close();
});

test('kill -9 in the middle: what was answered is not asked again', async () => {
  await inFolder(async (folder) => {
    const asked = new Map<number, number>();
    let child: ReturnType<typeof fork> | undefined;
    await using server = await startScriptedServer(({ body }) => {
      const seed = body.seed as number;
      asked.set(seed, (asked.get(seed) ?? 0) + 1);
      if (asked.size === 12) child?.kill('SIGKILL');
      return reply(`answer ${seed}`);
    });
    const path = join(folder, 'models.sqlite');
    child = fork(fileURLToPath(new URL('ask-in-child.ts', import.meta.url)), [path, server.baseUrl]);
    assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL']);
    const askedBefore = asked.size;

    const journal = new CompletionJournal(path);
    const models = openModels({ judge: { baseUrl: server.baseUrl, model: 'tiny' } }, { journal });
    const { calls: paidBefore } = models.cost().roles.judge!;
    // Two were in flight at the time.
    assert.ok(paidBefore >= askedBefore - 2 && paidBefore > 0, `${paidBefore} of ${askedBefore} kept`);
    for (let seed = 0; seed < 30; seed++) {
      assert.equal((await models.model('judge').complete(request(seed))).text, `answer ${seed}`);
    }
    const twice = [...asked.values()].filter((times) => times > 1).length;
    assert.ok(twice <= askedBefore - paidBefore, `${twice} asked twice`);
    assert.equal(models.cost().roles.judge?.calls, 30);
    models.close();
    journal.close();
  });
});

test('a budget stops before it is exceeded, and a larger one goes on without paying twice', async () => {
  await inFolder(async (folder) => {
    await using server = await startScriptedServer(() => reply('x', { usage: { input: 30, output: 20 } }));
    const journal = new CompletionJournal(join(folder, 'models.sqlite'));
    const judge = {
      baseUrl: server.baseUrl,
      model: 'tiny',
      concurrency: 4,
      prices: { input: 1000, output: 1000 },
    };
    const run = async (usd: number) => {
      const models = openModels({ judge, budget: { usd } }, { journal });
      const calls = Array.from({ length: 20 }, (_, seed) => models.model('judge').complete(request(seed)));
      const outcomes = await Promise.allSettled(calls);
      models.close();
      const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      return { failures, cost: models.cost() };
    };
    // A call costs 0.05 USD and 0.062 at most (10 bytes, 32 for turn markers, 20 tokens): seven fit in 0.4.
    const stopped = await run(0.4);
    assert.ok(Math.abs(stopped.cost.usd! - 0.35) < 1e-9);
    assert.equal(server.requests.length, 7);
    assert.equal(stopped.failures.length, 13);
    assert.match(String(stopped.failures[0]), /budget of 0\.4 USD is reached: 0\.3500 USD used/);
    const finished = await run(2);
    assert.deepEqual([finished.failures.length, server.requests.length], [0, 20]);
    assert.ok(Math.abs(finished.cost.usd! - 1) < 1e-9);
    journal.close();
  });
});

test('an attempt that was lost may have been billed: its retry needs budget of its own', async () => {
  // A call can take 62 tokens: one of them, lost, and 50 paid are within 124, but not within 123.
  for (const [tokens, expected] of [
    [124, 2],
    [123, 1],
  ] as const) {
    await using server = await startScriptedServer((_request, index) =>
      index === 0 ? { kind: 'raw', body: '{"choices":' } : reply('x', { usage: { input: 30, output: 20 } }),
    );
    const models = openModels({
      judge: { baseUrl: server.baseUrl, model: 'tiny', backoffSeconds: 0.001 },
      budget: { tokens },
    });
    const [outcome] = await Promise.allSettled([models.model('judge').complete(request(1))]);
    assert.equal(outcome.status, tokens === 124 ? 'fulfilled' : 'rejected');
    assert.equal(server.requests.length, expected);
    assert.equal(models.cost().roles.judge?.lostTokens, 62);
    models.close();
  }
});

test('an estimate counts calls, tokens and money by role without asking anyone', async () => {
  await using server = await startScriptedServer(() => reply('x'));
  const endpoint = { baseUrl: server.baseUrl, model: 'tiny' };
  const settings = {
    judge: { ...endpoint, prices: { input: 1, output: 10 } },
    target: endpoint,
    budget: { tokens: 80 },
  };
  await inFolder(async (folder) => {
    const journal = new CompletionJournal(join(folder, 'models.sqlite'));
    const models = openModels(settings, { journal });
    await models.model('judge').complete(request(0));
    const planned = [0, 1, 2].map((seed) => ({
      role: 'judge' as const,
      request: request(seed),
      outputTokens: 5,
    }));
    // 10 bytes are 3 tokens, 4 more a message.
    assert.deepEqual(models.estimate(planned), {
      roles: { judge: { calls: 2, known: 1, tokens: { input: 14, output: 10 }, usd: 114 / 1e6 } },
      calls: 2,
      tokens: { input: 14, output: 10 },
      usd: 114 / 1e6,
      exceeds: [],
    });
    const both = models.estimate([
      ...planned,
      ...[1, 2, 3].map((seed) => ({ role: 'target' as const, request: request(seed) })),
    ]);
    assert.deepEqual(
      [both.usd, both.calls, both.roles.target?.usd, both.exceeds],
      [null, 5, null, ['tokens']],
    );
    assert.equal(server.requests.length, 1);
    assert.throws(() => models.model('attacker'), /no model plays the role attacker/);
    assert.throws(
      () => models.estimate([{ role: 'policy', request: request(1) }]),
      /no model plays the role policy/,
    );
    models.close();
    journal.close();
  });
});

test('no key gets into the run folder, whatever the server echoes', async () => {
  await inFolder(async (folder) => {
    const key = 'sk-very-secret-0123';
    await using server = await startScriptedServer(({ headers }) => reply(`sent: ${headers.authorization}`));
    const path = join(folder, 'models.sqlite');
    const journal = new CompletionJournal(path);
    const models = openModels(
      { judge: { baseUrl: server.baseUrl, model: 'tiny', apiKeyEnv: 'KEY' } },
      { journal, environment: { KEY: key } },
    );
    assert.equal((await models.model('judge').complete(request(1))).text, 'sent: Bearer [key]');
    const files = [path, `${path}-wal`].map((file) => readFileSync(file, 'latin1')).join('');
    assert.ok(files.includes('sent: Bearer [key]'));
    assert.ok(!files.includes(key) && !JSON.stringify(models.cost()).includes(key));
    models.close();
    journal.close();
  });
});
