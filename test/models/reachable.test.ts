import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ModelError } from '../../src/errors.ts';
import { checkReachable } from '../../src/models/reachable.ts';
import { reply, startScriptedServer } from './scripted-server.ts';

test('an endpoint where nobody listens is named; one that answers anything is there', async () => {
  const server = await startScriptedServer(() => reply('hello'));
  const { baseUrl } = server;
  // This server knows no list of models and breaks the connection: it is there all the same.
  await checkReachable({ baseUrl, model: 'tiny' }, 'judge');
  await server.close();
  await assert.rejects(checkReachable({ baseUrl, model: 'tiny' }, 'judge'), (error) => {
    assert.ok(error instanceof ModelError);
    assert.match(error.message, /^judge \(tiny at http:.*\/v1\) cannot be reached: .*ECONNREFUSED/);
    return true;
  });
});

test('behind a proxy nothing is asked: only the proxy can say what is there', async () => {
  const away = { baseUrl: 'http://models.invalid/v1', model: 'tiny' };
  await checkReachable(away, 'policy', { HTTPS_PROXY: 'http://proxy.invalid:3128' });
});
