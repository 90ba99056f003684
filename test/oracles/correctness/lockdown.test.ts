import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { gateImports } from '../../../src/oracles/correctness/child/lockdown.ts';
import { Limits, Stop } from '../../../src/oracles/correctness/child/stop.ts';

const LOCKDOWN = new URL('../../../src/oracles/correctness/child/lockdown.ts', import.meta.url).href;

/** Tries every way to a socket after the network was closed, without Node's permission model in front of it. */
const PROBE = `
import net, { connect } from 'node:net';
import http from 'node:http';
import https from 'node:https';
import dgram from 'node:dgram';
import dns from 'node:dns';
import tls from 'node:tls';
import { spawnSync } from 'node:child_process';
const { closeNetwork } = await import(${JSON.stringify(LOCKDOWN)});
const ways = {
  connect: () => connect(9, '127.0.0.1'),
  socket: () => new net.Socket().connect(9, '127.0.0.1'),
  listen: () => net.createServer().listen(0),
  bareServer: () => new net.Server().listen(0),
  http: () => http.get('http://127.0.0.1:9'),
  https: () => https.get('https://127.0.0.1:9'),
  httpServer: () => http.createServer().listen(0),
  tls: () => tls.connect(9, '127.0.0.1'),
  datagram: () => dgram.createSocket('udp4'),
  lookup: () => dns.lookup('localhost', () => {}),
  fetch: () => globalThis.fetch('http://127.0.0.1:9'),
  webSocket: () => new WebSocket('ws://127.0.0.1:9'),
  spawn: () => spawnSync('true'),
};
closeNetwork();
const open = [];
for (const [name, go] of Object.entries(ways)) {
  try { go(); open.push(name); } catch {}
}
console.log(JSON.stringify(open));
process.exit();
`;

test('after the network is closed no way to a socket is left', async () => {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['--no-warnings', '--input-type=module', '-e', PROBE]);
  assert.deepEqual(JSON.parse(stdout), []);
});

/** An import object as Emscripten makes it, each function returning its own name. */
function gated(names: readonly string[]) {
  const imports: Record<string, unknown> = Object.fromEntries(names.map((name) => [name, () => name]));
  const seal = { sealed: false };
  const limits = new Limits();
  gateImports(imports, seal, limits);
  const call = (name: string): unknown => {
    const found = imports[name];
    assert.ok(typeof found === 'function');
    return found();
  };
  return { seal, limits, call };
}

test('a sealed interpreter reaches its own files and clock, is refused sockets, and ends on the bridge', () => {
  const names = [
    'fd_write',
    '__syscall_openat',
    '__syscall_connect',
    'JsProxy_GetAttr_js',
    'emscripten_run_script',
    'unheard_of',
  ];
  const { seal, call } = gated(names);
  assert.deepEqual(names.map(call), names);
  seal.sealed = true;
  assert.equal(call('fd_write'), 'fd_write');
  assert.equal(call('__syscall_openat'), '__syscall_openat');
  assert.equal(call('__syscall_connect'), -63);
  assert.throws(() => call('JsProxy_GetAttr_js'), Stop);
});

test('what a stop has ended stays ended until the next program starts', () => {
  const { seal, limits, call } = gated(['fd_write', 'unheard_of']);
  seal.sealed = true;
  limits.start(60_000);
  assert.throws(() => call('unheard_of'), { message: 'the answer reached for the host (unheard_of)' });
  assert.throws(() => call('fd_write'), { message: 'the answer reached for the host (unheard_of)' });
  limits.start(60_000);
  assert.equal(call('fd_write'), 'fd_write');
});

test('the time limit ends a program at its next system call', () => {
  const { limits, call } = gated(['fd_write']);
  limits.start(-1);
  assert.throws(() => call('fd_write'), { kind: 'timeout' });
  limits.end();
  assert.equal(call('fd_write'), 'fd_write');
});
