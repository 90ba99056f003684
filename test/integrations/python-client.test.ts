/** The Python client against the real service, where there is a Python. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startRewardServer } from '../../src/reward-service/server.ts';
import { embeddedRewardModel, fenced, respond } from '../oracles/fixtures.ts';

const folder = fileURLToPath(new URL('../../integrations/python', import.meta.url));
const python = spawnSync('python3', ['-c', 'import sys; assert sys.version_info >= (3, 9)']);
const skip = python.status === 0 ? false : 'there is no python3 of version 3.9 or later';

describe('the Python client', { skip }, async () => {
  const server = await startRewardServer({
    rewardModel: embeddedRewardModel(),
    ...{ token: 'secret', version: '0', maxBytes: 1e6, maxActive: 4, host: '127.0.0.1', port: 0 },
  });
  after(() => server.stop(1000));

  /** Runs Python that prints one JSON value. */
  const run = async (code: string, env: Readonly<Record<string, string>> = {}): Promise<unknown> => {
    const { stdout } = await promisify(execFile)('python3', ['-B', '-c', `${PRELUDE}\n${code}`], {
      env: { PYTHONPATH: folder, PURPCODE_REWARD_URL: server.url, PURPCODE_TOKEN: 'secret', ...env },
    });
    return JSON.parse(stdout);
  };
  const PRELUDE = [
    'import json',
    'import purpcode_reward as p',
    `secure = json.loads(${JSON.stringify(JSON.stringify(respond(fenced('x = read()'))))})`,
    `unsafe = json.loads(${JSON.stringify(JSON.stringify(respond(fenced('eval(x)'))))})`,
    'show = lambda value: print(json.dumps(value))',
  ].join('\n');

  test('gives rewards in order, over several requests', async () => {
    const items = '[{"oracle": o, "prompt": "p", "response": r} for o, r in rows]';
    const code = `rows = [("code-security", secure), ("code-security", unsafe), ("correctness", secure)]
show(p.RewardClient(batch=2).rewards(${items}))`;
    assert.deepEqual(await run(code), [1, 0, null]);
  });

  test('is a reward function of TRL; undecided gets the mean of its prompt', async () => {
    const code = `show(p.trl_reward(
      prompts=["a", "a", "a", "b"],
      completions=[secure, unsafe, [{"role": "assistant", "content": secure}], secure],
      oracle=["code-security", "code-security", ["code-security", "correctness"], ["correctness"]],
      tests=[None, None, None, None], completion_ids=[[1]] * 4))`;
    assert.deepEqual(await run(code), [1, 0, 0.5, 0]);
  });

  test('is a batch reward function of verl, and a single one that does not guess', async () => {
    const code = `info = {"prompt": [{"role": "user", "content": "p"}], "oracle": "code-security"}
rows = p.verl_batch(["x", "x", "x"], [secure, unsafe, secure], ["", None, ""],
  [info, info, dict(info, oracle='["code-security", "correctness"]')])
one = p.verl_score("code-security", secure, "", {"prompt": "p"})
try:
  p.verl_score("correctness", secure, '{"functional": "assert True"}', {"prompt": "p"})
except p.Undecided as error:
  show([rows, one, str(error)])`;
    assert.deepEqual(await run(code), [
      [
        { score: 1, undecided: 0 },
        { score: 0, undecided: 0 },
        { score: 0.5, undecided: 1 },
      ],
      1,
      'an oracle could not decide; use verl_batch, which can give a neutral reward',
    ]);
  });

  test('says what is wrong: a wrong token, a bad item, no service', async () => {
    const attempt = `try:
  p.RewardClient(retries=0).rewards([{"oracle": "guess", "prompt": "p", "response": secure}])
except p.RewardError as error:
  show(str(error))`;
    assert.match(String(await run(attempt, { PURPCODE_TOKEN: 'wrong' })), /answered 401: .*token/);
    assert.match(String(await run(attempt)), /answered 400: .*items\[0\]: oracle/);
    assert.match(
      String(await run(attempt, { PURPCODE_REWARD_URL: 'http://127.0.0.1:9' })),
      /cannot be asked/,
    );
  });

  test('comes back after 429 and a lost connection, and takes no answer for another', async () => {
    let calls = 0;
    const flaky = createServer((request, response) => {
      request.resume().on('end', () => {
        calls++;
        if (calls === 1) response.writeHead(429, { 'Retry-After': '0' }).end();
        else if (calls === 2) response.destroy();
        else response.end(JSON.stringify({ rewards: [{ id: calls === 3 ? 0 : 7, reward: 1 }] }));
      });
    });
    await new Promise<void>((resolve) => flaky.listen(0, '127.0.0.1', resolve));
    const { port } = flaky.address() as AddressInfo;
    const code = `client = p.RewardClient(retries=3)
item = {"oracle": "code-security", "prompt": "p", "response": secure}
first = client.rewards([item])
try:
  client.rewards([item])
except p.RewardError as error:
  show([first, str(error)])`;
    const [first, error] = (await run(code, {
      PURPCODE_REWARD_URL: `http://127.0.0.1:${port}`,
    })) as unknown[];
    flaky.close();
    assert.deepEqual([first, calls], [[1], 4]);
    assert.match(String(error), /did not answer with one reward per response/);
  });
});
