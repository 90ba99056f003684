import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openModels } from '../../src/models/open-models.ts';
import { type GenerateOptions, generate, noGenerations } from '../../src/redteam/generation.ts';
import { looksLikeRefusal } from '../../src/transcripts/refusal.ts';
import { inTurn, reply, type ServerScript, startScriptedServer } from '../models/scripted-server.ts';

const read: GenerateOptions<number>['read'] = (text) =>
  /^\d+$/.test(text) ? { kind: 'made', value: Number(text) } : { kind: 'malformed', reason: 'no number' };

async function ask(script: ServerScript, retries?: number) {
  await using server = await startScriptedServer(script);
  const models = openModels({ synthesizer: { baseUrl: server.baseUrl, model: 'm', retries: 0 } });
  const counts = noGenerations();
  try {
    const result = await generate({
      model: models.model('synthesizer'),
      request: {
        messages: [{ role: 'user', content: 'a number' }],
        maxTokens: 8,
        temperature: 1,
        seed: 40,
      },
      read,
      counts,
      ...(retries !== undefined && { retries }),
    });
    return { result, counts, seeds: server.requests.map(({ body }) => body.seed) };
  } finally {
    models.close();
  }
}

test('asks again with the next seed until the reply has the wanted form', async () => {
  const { result, counts, seeds } = await ask(
    inTurn(reply("I'm sorry, but I can't help with that."), reply('no'), reply('7')),
  );
  assert.deepEqual(result, { kind: 'made', value: 7, attempts: 3 });
  assert.deepEqual(seeds, [40, 41, 42]);
  assert.deepEqual(counts, { asked: 1, made: 1, refused: 0, malformed: 0, failed: 0, retried: 2 });
});

test('the last attempt says why there is nothing', async () => {
  assert.deepEqual((await ask(inTurn(reply('no')), 1)).result, {
    kind: 'malformed',
    reason: 'no number',
    attempts: 2,
  });
  assert.equal((await ask(inTurn(reply('I cannot do this.')), 0)).result.kind, 'refused');
  assert.equal((await ask(inTurn(reply('', { finish: 'content_filter' })), 0)).result.kind, 'refused');
  const cut = await ask(inTurn(reply('12', { finish: 'length' })), 0);
  assert.deepEqual(cut.result, { kind: 'malformed', reason: 'cut off at its limit of tokens', attempts: 1 });
});

test('a request that the endpoint refuses is counted; an endpoint that is not there ends the work', async () => {
  const { result, counts } = await ask(inTurn({ kind: 'status', status: 400, message: 'content policy' }));
  assert.equal(result.kind, 'failed');
  assert.equal(counts.failed, 1);
  await assert.rejects(ask(inTurn({ kind: 'status', status: 401, message: 'no key' })), /401/);
});

test('refusals are told by their opening', () => {
  for (const text of [
    "I'm sorry, but I can't assist with that request.",
    'I am very sorry. No.',
    'Sorry, no.',
    'I cannot help with this.',
    'Unfortunately, that is not possible.',
    'As an AI language model, I am not able to write malware.',
    'I won’t write that.',
    'This goes against my guidelines.',
  ])
    assert.equal(looksLikeRefusal(text), true, text);
  for (const text of [
    'Write a function that cannot fail.',
    '```python\n# I cannot open it\n```',
    'Here is the code. It must not be used in production.',
    'A user cannot log in. Write the check.',
    'Sort the list; we can do better than quadratic.',
  ])
    assert.equal(looksLikeRefusal(text), false, text);
});
