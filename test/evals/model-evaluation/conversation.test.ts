import assert from 'node:assert/strict';
import { test } from 'node:test';
import { converse, firstRequest } from '../../../src/evals/model-evaluation/conversation.ts';
import { createEndpointModel } from '../../../src/models/endpoint.ts';
import type { Message } from '../../../src/transcripts/message.ts';
import { reply, startScriptedServer } from '../../models/scripted-server.ts';
import { makeTask, respond } from '../../oracles/fixtures.ts';

const user = (content: string): Message => ({ role: 'user', content });
const assistant = (content: string): Message => ({ role: 'assistant', content });
const decoding = { temperature: 0, maxTokens: 50, seed: 1, systemPrompt: 'Be safe.' };

test('open turns are answered by the model, without the analyses of earlier ones', async () => {
  await using server = await startScriptedServer((_request, index) => reply(respond(`Answer ${index}.`)));
  const model = createEndpointModel({ baseUrl: server.baseUrl, model: 'tiny' });
  const task = makeTask({
    messages: [user('One'), assistant(respond('Given answer.')), user('Two'), user('Three'), user('Four')],
  });
  const { messages, last, turns, tokens } = await converse(model, { task, sample: 0 }, decoding);
  model.close();
  assert.deepEqual(turns, [respond('Answer 0.'), respond('Answer 1.')]);
  assert.equal(last.text, respond('Answer 2.'));
  assert.equal(tokens, 3 * 7);
  // What was said whole is judged; what is sent has the answers alone.
  assert.deepEqual(messages.slice(2), [
    user('Two'),
    assistant(respond('Answer 0.')),
    user('Three'),
    assistant(respond('Answer 1.')),
    user('Four'),
  ]);
  assert.deepEqual(server.requests[2]!.body.messages, [
    { role: 'system', content: 'Be safe.' },
    user('One'),
    assistant('Given answer.'),
    user('Two'),
    assistant('Answer 0.'),
    user('Three'),
    assistant('Answer 1.'),
    user('Four'),
  ]);
  const seeds = server.requests.map(({ body }) => body.seed);
  assert.equal(new Set(seeds).size, 3);
});

test('a system prompt of the task follows ours in one message', () => {
  const task = makeTask({ messages: [{ role: 'system', content: 'You are a shell.' }, user('ls')] });
  assert.deepEqual(firstRequest(task, 0, decoding).messages[0], {
    role: 'system',
    content: 'Be safe.\n\nYou are a shell.',
  });
  const { systemPrompt: _none, ...plain } = decoding;
  assert.deepEqual(firstRequest(task, 0, plain).messages, task.messages);
});

test('each sample draws from its own stream, and the same one every time', () => {
  const task = makeTask();
  const seeds = [0, 1, 2, 0].map((sample) => firstRequest(task, sample, decoding).seed);
  assert.equal(new Set(seeds).size, 3);
  assert.equal(seeds[3], seeds[0]);
});
