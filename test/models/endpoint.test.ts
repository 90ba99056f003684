import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, ModelError } from '../../src/errors.ts';
import type { ChatRequest } from '../../src/models/chat-model.ts';
import type { EndpointSettings } from '../../src/models/config.ts';
import { createEndpointModel, type EndpointShared } from '../../src/models/endpoint.ts';
import { Ledger } from '../../src/models/ledger.ts';
import {
  inTurn,
  refusing,
  reply,
  type ServerScript,
  type Step,
  startScriptedServer,
} from './scripted-server.ts';

const REQUEST: ChatRequest = {
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Say hello.' },
  ],
  maxTokens: 64,
  temperature: 0,
};
const VERDICT = { name: 'verdict', schema: { type: 'object', properties: { safe: { type: 'boolean' } } } };

/** A model at a server that follows the script, and what the server saw. */
async function serve<T>(
  script: ServerScript,
  use: (parts: {
    complete: (request?: Partial<ChatRequest>, signal?: AbortSignal) => Promise<unknown>;
    server: Awaited<ReturnType<typeof startScriptedServer>>;
    ledger: Ledger;
    name: string;
  }) => Promise<T>,
  settings: Partial<EndpointSettings> = {},
  shared: EndpointShared = {},
): Promise<T> {
  await using server = await startScriptedServer(script);
  const ledger = new Ledger();
  const model = createEndpointModel(
    { baseUrl: server.baseUrl, model: 'tiny', ...settings },
    { role: 'judge', ledger, ...shared },
  );
  try {
    return await use({
      complete: (request = {}, signal) =>
        model.complete({ ...REQUEST, ...request }, signal === undefined ? {} : { signal }),
      server,
      ledger,
      name: model.name,
    });
  } finally {
    model.close();
  }
}

const failure = (expected: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ModelError);
  assert.match(`${error.message} | ${error.hint}`, expected);
  return true;
};

test('a request is sent as OpenAI-compatible servers want it and the reply comes back whole', async () => {
  await serve(
    inTurn(reply('Hello', { reasoning: 'They want a greeting.', usage: { input: 21, output: 9 } })),
    async ({ complete, server, ledger, name }) => {
      assert.deepEqual(await complete({ seed: 7, schema: VERDICT }), {
        text: 'Hello',
        reasoning: 'They want a greeting.',
        finish: 'stop',
        usage: { input: 21, output: 9 },
      });
      const [seen] = server.requests;
      assert.equal(seen?.path, '/v1/chat/completions');
      assert.deepEqual(seen?.body, {
        model: 'tiny',
        max_tokens: 64,
        temperature: 0,
        seed: 7,
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'verdict', strict: true, schema: VERDICT.schema },
        },
        messages: REQUEST.messages,
        stream: false,
      });
      assert.equal(seen?.headers.authorization, undefined);
      assert.equal(name, `tiny@${new URL(server.baseUrl).host}/v1`);
      assert.equal(ledger.report().roles.judge?.calls, 1);
    },
  );
});

test('settings change what is sent: field names, fixed temperature, no seed, more fields, headers', async () => {
  await serve(
    inTurn(reply('ok')),
    async ({ complete, server, name }) => {
      await complete({ seed: 7 });
      const { body, headers } = server.requests[0]!;
      assert.deepEqual(
        [body.max_tokens, body.max_completion_tokens, body.temperature, body.seed, body.reasoning_effort],
        [undefined, 64, undefined, undefined, 'low'],
      );
      assert.deepEqual([headers['x-team'], headers['api-key']], ['red', 'secret-of-azure']);
      assert.equal(name, 'judge-one');
    },
    {
      name: 'judge-one',
      maxTokensField: 'max_completion_tokens',
      temperature: null,
      sendSeed: false,
      body: { reasoning_effort: 'low' },
      headers: { 'x-team': 'red' },
      headerEnv: { 'api-key': 'AZURE' },
    },
    { environment: { AZURE: 'secret-of-azure' } },
  );
});

test('reasoning in the text is split off, and finish reasons are told apart', async () => {
  const steps: Step[] = [
    reply('<think>\nhm\n</think>\n\nAnswer', { finish: 'length' }),
    reply('<think>never closed', { finish: 'length' }),
    reply('The tag </think> stays.', { finish: 'content_filter' }),
    reply('x', { finish: 'tool_calls' }),
  ];
  await serve(
    (_request, index) => steps[index]!,
    async ({ complete }) => {
      const usage = { input: 11, output: 7 };
      assert.deepEqual(await complete(), { text: 'Answer', reasoning: 'hm', finish: 'length', usage });
      assert.deepEqual(await complete(), { text: '', reasoning: 'never closed', finish: 'length', usage });
      assert.deepEqual(await complete(), {
        text: 'The tag </think> stays.',
        finish: 'content-filter',
        usage,
      });
      assert.deepEqual(await complete(), { text: 'x', finish: 'other', usage });
    },
  );
  await serve(
    inTurn(reply('hm</think>Answer')),
    async ({ complete }) => {
      const { text, reasoning } = (await complete()) as { text: string; reasoning: string };
      assert.deepEqual([text, reasoning], ['Answer', 'hm']);
    },
    { reasoningTags: 'template' },
  );
});

test('usage that a server does not report is estimated and marked so', async () => {
  await serve(inTurn(reply('x'.repeat(40), { usage: null })), async ({ complete, ledger }) => {
    // 19 bytes of prompt: 5 tokens and 4 a message; 40 bytes of text: 10.
    assert.deepEqual(((await complete()) as { usage: unknown }).usage, { input: 13, output: 10 });
    assert.equal(ledger.report().roles.judge?.estimatedCalls, 1);
  });
});

test('what is worth another attempt gets one: limits, server errors, resets, broken and damaged bodies', async () => {
  const steps: Step[] = [
    { kind: 'status', status: 429, headers: { 'retry-after': '0' } },
    { kind: 'status', status: 503 },
    { kind: 'status', status: 408 },
    { kind: 'reset' },
    { kind: 'truncated', text: 'a long text that breaks off' },
    { kind: 'raw', body: '{"choices": [' },
    { kind: 'raw', body: '{"choices": []}' },
    { kind: 'raw', body: '{"object": "other"}' },
    reply('at last'),
  ];
  await serve(
    (_request, index) => steps[index]!,
    async ({ complete, server, ledger }) => {
      assert.equal(((await complete()) as { text: string }).text, 'at last');
      assert.equal(server.requests.length, 9);
      const { calls, retries, lostAttempts } = ledger.report().roles.judge!;
      // The damaged bodies may have been billed; errors, and a reset of a used connection at once, are not.
      assert.deepEqual({ calls, retries, lostAttempts }, { calls: 1, retries: 8, lostAttempts: 4 });
    },
    { retries: 8, backoffSeconds: 0.001 },
  );
});

test('half of a surrogate pair in a reply becomes the replacement character', async () => {
  await serve(inTurn(reply('a \ud800 b', { reasoning: '\udc00' })), async ({ complete }) => {
    const { text, reasoning } = (await complete()) as { text: string; reasoning: string };
    assert.deepEqual({ text, reasoning }, { text: 'a \ufffd b', reasoning: '\ufffd' });
  });
});

test('retries end with an error that says where, what and how to go on', async () => {
  await serve(
    inTurn({ kind: 'status', status: 500, message: 'out of\u001b[31m memory' }),
    async ({ complete, server }) => {
      await assert.rejects(
        complete(),
        failure(
          /^judge \(tiny at http:.*\/v1\) answered 500 \(after 3 attempts\): out of \[31m memory \| .*log/,
        ),
      );
      assert.equal(server.requests.length, 3);
    },
    { retries: 2, backoffSeconds: 0.001 },
  );
});

test('what another attempt cannot mend fails at once', async () => {
  const cases: [Step, RegExp][] = [
    [{ kind: 'status', status: 401 }, /answered 401.*apiKeyEnv/],
    [{ kind: 'status', status: 404 }, /answered 404.*baseUrl/],
    [{ kind: 'status', status: 302, headers: { location: 'http://127.0.0.1:1/' } }, /answered 302.*baseUrl/],
    [{ kind: 'status', status: 400, message: 'context length exceeded' }, /context length exceeded/],
    [{ kind: 'status', status: 429, body: '{"error":{"code":"insufficient_quota"}}' }, /credit/],
    [
      { kind: 'status', status: 429, headers: { 'retry-after': '4000' } },
      /asks to wait 4000 s.*maxWaitSeconds/,
    ],
    [{ kind: 'stream', text: 'x' }, /answered with a stream/],
    [{ kind: 'raw', body: '<html>', type: 'text/html' }, /answered with a web page/],
  ];
  for (const [step, expected] of cases) {
    await serve(inTurn(step), async ({ complete, server }) => {
      await assert.rejects(complete(), failure(expected));
      assert.equal(server.requests.length, 1);
    });
  }
});

test('an attempt has a time limit, and a signal ends a call', async () => {
  await serve(
    inTurn({ kind: 'hang' }, { kind: 'stall', text: 'the first half' }),
    async ({ complete, ledger }) => {
      await assert.rejects(complete(), failure(/no answer in 0\.05 s \(after 2 attempts\).*timeoutSeconds/));
      assert.equal(ledger.report().roles.judge?.lostAttempts, 2);
    },
    { timeoutSeconds: 0.05, retries: 1, backoffSeconds: 0.001 },
  );
  await serve(inTurn({ kind: 'hang' }), async ({ complete, ledger }) => {
    const controller = new AbortController();
    const call = complete({}, controller.signal);
    setTimeout(() => controller.abort(new Error('enough')), 50);
    await assert.rejects(call, /^Error: enough$/);
    assert.equal(ledger.report().roles.judge?.lostAttempts, 1);
    await assert.rejects(complete({}, controller.signal), /enough/);
  });
});

test('no server: the error names it', async () => {
  const server = await startScriptedServer(inTurn(reply('x')));
  await server.close();
  const model = createEndpointModel({ baseUrl: server.baseUrl, model: 'tiny', retries: 0 });
  await assert.rejects(
    model.complete(REQUEST),
    failure(/could not be reached: .*ECONNREFUSED.*server runs at http/),
  );
});

test('a server that refuses response_format is asked in weaker ways, once', async () => {
  const warnings: string[] = [];
  await serve(
    refusing(['json_schema', 'json_object'], inTurn(reply('{"safe":true}'))),
    async ({ complete, server, ledger }) => {
      await complete({ schema: VERDICT });
      await complete({ schema: VERDICT, seed: 2 });
      assert.deepEqual(
        server.requests.map(({ body }) => body.response_format?.type),
        ['json_schema', 'json_object', undefined, undefined],
      );
      const [system, user] = server.requests[3]!.body.messages;
      assert.match(
        system!.content,
        /^Be brief\.\n\nAnswer with one JSON value.*"safe":\{"type":"boolean"\}/s,
      );
      assert.equal(user!.content, 'Say hello.');
      assert.equal(ledger.report().roles.judge?.unenforcedSchemas, 2);
      assert.equal(warnings.length, 1);
      assert.match(warnings[0]!, /judge .*refuses.*instructions and not enforced/);
    },
    {},
    { warn: (message) => warnings.push(message) },
  );
  await serve(
    refusing(['json_schema'], inTurn(reply('{}'))),
    async ({ complete }) => {
      await assert.rejects(complete({ schema: VERDICT }), failure(/response_format.*structuredOutput/));
    },
    { structuredOutput: 'json_schema' },
  );
});

test('no more than `concurrency` requests are in flight, and equal settings need no key', async () => {
  await serve(
    inTurn(reply('x', { delayMs: 20 })),
    async ({ complete, server }) => {
      await Promise.all(Array.from({ length: 12 }, (_, seed) => complete({ seed })));
      assert.equal(server.peak, 3);
    },
    { concurrency: 3 },
  );
});

test('keys are sent and nowhere else to be seen', async () => {
  const key = 'sk-very-secret-0123';
  const echo: ServerScript = ({ headers }) => ({
    kind: 'status',
    status: 401,
    message: `bad key ${headers.authorization}`,
  });
  const settings = { apiKeyEnv: 'JUDGE_KEY' };
  const shared = { environment: { JUDGE_KEY: key } };
  await serve(
    echo,
    async ({ complete, server }) => {
      const error = await complete().then(
        () => assert.fail('expected a refusal'),
        (thrown: unknown) => thrown as ModelError,
      );
      assert.equal(server.requests[0]?.headers.authorization, `Bearer ${key}`);
      assert.match(error.message, /bad key Bearer \[key\]/);
      assert.match(error.hint ?? '', /JUDGE_KEY/);
      assert.ok(!`${error.stack}${JSON.stringify(error)}${String(error.cause)}`.includes(key));
    },
    settings,
    shared,
  );
  await serve(
    ({ headers }) => reply(`you sent ${headers.authorization}`),
    async ({ complete }) =>
      assert.equal(((await complete()) as { text: string }).text, 'you sent Bearer [key]'),
    settings,
    shared,
  );
});

test('a key that is cut off where an error is cut off is not half shown', async () => {
  const key = 'sk-very-secret-0123';
  const settings = { apiKeyEnv: 'JUDGE_KEY', retries: 0 };
  const echoes: ServerScript[] = [285, 290, 296].map((length) => ({ headers }) => ({
    kind: 'status',
    status: 500,
    body: `${'.'.repeat(length)}${headers.authorization?.slice('Bearer '.length)}`,
  }));
  echoes.push(({ headers }) => ({ kind: 'raw', body: headers.authorization!.slice('Bearer '.length) }));
  for (const echo of echoes) {
    await serve(
      echo,
      async ({ complete }) => {
        await assert.rejects(
          complete(),
          (error) => error instanceof ModelError && !error.message.includes('sk-'),
        );
      },
      settings,
      { environment: { JUDGE_KEY: key } },
    );
  }
});

test('settings that are wrong or would save a secret are refused by name', () => {
  const refused = (settings: Record<string, unknown>, expected: RegExp) =>
    assert.throws(
      () =>
        createEndpointModel({ baseUrl: 'http://127.0.0.1/v1', model: 'm', ...settings } as EndpointSettings),
      (error) => error instanceof ConfigError && expected.test(error.message),
    );
  refused({ apiKeyEnv: 'PURPCODE_NO_SUCH_KEY' }, /PURPCODE_NO_SUCH_KEY is not set/);
  refused({ headers: { Authorization: 'Bearer x' } }, /Authorization may be a secret.*headerEnv/);
  refused({ baseUrl: 'http://user:word@host/v1' }, /no user or password/);
  refused({ baseUrl: 'http://host/v1?key=1' }, /no \?/);
  refused({ baseUrl: 'http://host/v1/chat/completions' }, /leave out/);
  refused({ baseUrl: 'file:///etc/passwd' }, /http/);
  refused({ concurency: 3 }, /concurency/);
});
