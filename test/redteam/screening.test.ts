import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openModels } from '../../src/models/open-models.ts';
import { noGenerations } from '../../src/redteam/generation.ts';
import { screeningCalls, screenTexts } from '../../src/redteam/screening.ts';
import { reply, type ServerScript, startScriptedServer } from '../models/scripted-server.ts';
import { labelReply, shownTexts } from './label-replies.ts';

const SETTINGS = { seed: 1, secret: 'kept' };
const TEXTS = ['def load(name): ...', 'def flood(host): ...', 'def unclear(): ...', 'x'.repeat(20_000)];

const SCRIPT: ServerScript = (request) =>
  shownTexts(request).some((text) => text.includes('unclear'))
    ? reply('I cannot say.')
    : labelReply(request, (text) => ({ about: 'a tool', attack: text.includes('flood') }));

describe('the look for means of attack', () => {
  it('clears only what a model has seen whole and labelled', async () => {
    await using server = await startScriptedServer(SCRIPT);
    const models = openModels({ judge: { baseUrl: server.baseUrl, model: 'm', retries: 0 } });
    const counts = noGenerations();
    const found = await screenTexts(TEXTS, { ...SETTINGS, model: models.model('judge'), counts });
    models.close();
    assert.deepEqual(
      found.map(({ kind }) => kind),
      ['clear', 'attack', 'undecided', 'undecided'],
    );
    assert.deepEqual(found[1], { kind: 'attack', detail: 'a tool' });
    assert.deepEqual(found[3], {
      kind: 'undecided',
      detail: 'the text is too long to be labelled (20000 characters)',
    });
  });

  it('is planned as it is asked', async () => {
    await using server = await startScriptedServer((request) =>
      labelReply(request, () => ({ about: 'a tool', attack: false })),
    );
    const models = openModels({ classifier: { baseUrl: server.baseUrl, model: 'm', retries: 0 } });
    const texts = Array.from({ length: 20 }, (_, i) => `print(${i})`);
    await screenTexts(texts, { ...SETTINGS, model: models.model('classifier') });
    models.close();
    const planned = screeningCalls(texts, 'classifier', SETTINGS);
    assert.equal(planned.length, 3);
    assert.deepEqual(
      planned.map(({ request }) => request.messages),
      server.requests.map(({ body }) => body.messages).toSorted((a, b) => order(a) - order(b)),
    );
  });
});

/** Calls may arrive in any order: by their first number. */
function order(messages: readonly { readonly content: string }[]): number {
  return Number(/print\((\d+)\)/.exec(messages.at(-1)!.content)![1]);
}
