import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fenced, respond } from '../oracles/fixtures.ts';

const BIN = fileURLToPath(new URL('../../bin/purpcode.js', import.meta.url));
const ITEM = { id: 1, oracle: 'code-security', prompt: 'Read it.', response: respond(fenced('eval(x)')) };

interface Service {
  readonly child: ChildProcess;
  readonly url: string;
  readonly token: string | undefined;
  readonly output: () => string;
}

/** Starts the command and waits for its address. */
async function start(args: readonly string[], token?: string): Promise<Service> {
  const env = { ...process.env, PURPCODE_TOKEN: token ?? '' };
  const child = spawn(process.execPath, [BIN, 'reward', 'serve', '--port', '0', '--json', ...args], { env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  while (!output.includes('\n')) await once(child.stdout, 'data');
  const address = JSON.parse(output.slice(output.indexOf('{'), output.indexOf('}') + 1)) as Service;
  return { child, url: address.url, token: address.token, output: () => output };
}

const post = ({ url }: Service, token: string | undefined) =>
  fetch(`${url}/v1/rewards`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}` },
    body: JSON.stringify({ items: [ITEM] }),
  });

async function stop({ child }: Service): Promise<number | null> {
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const [code] = (await exit) as [number | null];
  return code;
}

describe('purpcode reward serve', () => {
  it('listens on loopback with a new token, rewards, and ends cleanly when asked to', async () => {
    const service = await start(['--judge', 'rules']);
    assert.match(service.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.ok(service.token!.length >= 32);
    const { rewards } = (await (await post(service, service.token)).json()) as { rewards: object[] };
    assert.match(JSON.stringify(rewards), /"reward":0,.*"rule":"S307"/);
    assert.equal((await post(service, 'wrong')).status, 401);
    assert.equal(await stop(service), 0);
  });

  it('takes the token of the environment and never prints it', async () => {
    const service = await start([], 'very-secret');
    assert.equal(service.token, undefined);
    assert.equal((await post(service, 'very-secret')).status, 200);
    await stop(service);
    assert.doesNotMatch(service.output(), /very-secret/);
  });

  it('says what is wrong with its options, with exit code 2', async () => {
    for (const [args, message] of [
      [['--port', '70000'], /whole number from 0 to 65535/],
      [['--oracles', 'missing.yaml'], /missing\.yaml/],
      [['--host', '203.0.113.1'], /cannot listen on 203\.0\.113\.1/],
    ] as const) {
      const child = spawn(process.execPath, [BIN, 'reward', 'serve', ...args]);
      let error = '';
      child.stderr.on('data', (chunk) => (error += String(chunk)));
      const [code] = (await once(child, 'close')) as [number];
      assert.equal(code, 2);
      assert.match(error, message);
    }
  });
});
