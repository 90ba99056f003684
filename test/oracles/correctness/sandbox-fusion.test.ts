import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createSandboxFusion } from '../../../src/oracles/correctness/sandbox-fusion.ts';
import {
  createSandbox,
  detectBubblewrap,
  detectSandboxFusion,
} from '../../../src/oracles/correctness/sandboxes.ts';
import { outcome } from './contract.ts';
import { type Fault, type FusionServer, startFusionServer } from './fusion-server.ts';

const status = await detectBubblewrap();
const PROGRAM = { code: 'def f(x): return x + 1', tests: { functional: 'assert f(1) == 2' } };

describe('a Sandbox Fusion server', { skip: status.kind === 'missing' ? status.reason : false }, () => {
  let server: FusionServer;
  before(async () => {
    server = await startFusionServer();
  });
  after(() => server.close());

  async function withFaults(...faults: Fault[]): Promise<string> {
    const sandbox = createSandboxFusion({ url: server.url, token: 'key', backoffMs: 1, timeoutMs: 5000 });
    server.faults.push(...faults);
    const [execution] = await sandbox.run([PROGRAM]);
    await sandbox.close();
    server.faults.length = 0;
    return execution?.kind === 'undecided' ? execution.cause : outcome(execution);
  }

  test('that is busy, fails or breaks off is asked again', async () => {
    assert.equal(await withFaults('429', '500', 'reset', 'garbage'), 'passed');
    assert.equal(await withFaults('sandbox-error'), 'passed');
    assert.deepEqual(server.requests[0], { authorization: 'Bearer key', language: 'python' });
  });

  test('that never works decides nothing', async () => {
    assert.equal(await withFaults('429', '429', '429', '429', '429'), 'Sandbox Fusion: HTTP status 429');
    assert.match(
      await withFaults('garbage', 'garbage', 'garbage', 'garbage', 'garbage'),
      /^Sandbox Fusion: /,
    );
    assert.equal(await withFaults('401'), 'Sandbox Fusion: HTTP status 401');
  });

  test('whose output is cut off, or was written by someone else, decides nothing', async () => {
    assert.match(await withFaults('truncated'), /^Sandbox Fusion: /);
    assert.equal(await withFaults('forged'), 'Sandbox Fusion: Python did not start: ');
  });

  test('is detected when it runs a program', async () => {
    assert.equal((await detectSandboxFusion({ url: server.url })).kind, 'available');
  });
});

test('a server that is not there is undecided, and missing', async () => {
  const sandbox = createSandboxFusion({ url: 'http://127.0.0.1:9', backoffMs: 1 });
  const [execution] = await sandbox.run([PROGRAM]);
  assert.equal(execution?.kind, 'undecided');
  assert.equal((await detectSandboxFusion({ url: 'http://127.0.0.1:9' })).kind, 'missing');
});

test('a misspelt configuration is refused', () => {
  assert.throws(() => createSandbox({ kind: 'sandbox-fusion', url: 'nowhere' }));
  assert.throws(() => createSandboxFusion({ url: 'nowhere' }), /no URL of a Sandbox Fusion server/);
});
