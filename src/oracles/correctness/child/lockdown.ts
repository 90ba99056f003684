/**
 * What the child takes away before Python starts. Node's permission model (no files but Pyodide's, no child
 * processes, workers or add-ons; no network from Node 25 on) is the outer wall; here the imports of the
 * WebAssembly module are gated so that the JavaScript bridge is dead once an interpreter is sealed, memory
 * is capped, and the network is closed for Node 24, whose permission model does not cover it.
 */
import childProcess from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { type Limits, Stop } from './stop.ts';
import type { WebAssemblyHost, WebAssemblyMemory } from './web-assembly.ts';

declare const WebAssembly: WebAssemblyHost;

/** Imports that read the clock or touch the interpreter's own file system: checked against the time limit. */
const TIMED = /^(__syscall_|fd_|clock_|emscripten_get_now$|emscripten_date_now$|random_get$)/;
/** Imports that a sealed interpreter may go on using: none of them reaches JavaScript objects or the host. */
const HARMLESS = new Set([
  '_PyEM_TrampolineCall_JS',
  '_Py_emscripten_runtime',
  '_emscripten_get_progname',
  '_emscripten_lookup_name',
  '_emscripten_runtime_keepalive_clear',
  '_gmtime_js',
  '_localtime_js',
  '_maybe_poll_async',
  '_mktime_js',
  '_mmap_js',
  '_msync_js',
  '_munmap_js',
  '_timegm_js',
  '_try_fcntl64',
  '_tzset_js',
  '__call_sighandler',
  'can_run_sync_js',
  'emscripten_get_heap_max',
  'emscripten_resize_heap',
  'emscripten_runtime_keepalive_pop',
  'emscripten_runtime_keepalive_push',
  'environ_get',
  'environ_sizes_get',
  'getaddrinfo',
  'getnameinfo',
  'getprotobyname',
]);
/** Answered with an error instead of ending the program: ordinary code tries these and handles the refusal. */
const REFUSED = new Map([
  ['_emscripten_system', -1],
  ['_setitimer_js', -1],
  ...[
    'accept4',
    'bind',
    'connect',
    'getpeername',
    'getsockname',
    'getsockopt',
    'listen',
    'recvfrom',
    'recvmsg',
    'sendmsg',
    'sendto',
    'socket',
  ].map((name): [string, number] => [`__syscall_${name}`, -63]), // -EPERM of WASI
]);
const ENDING = new Set(['exit', 'proc_exit', '_abort_js', '__assert_fail']);
const SIGNAL_CHECK = '_Py_CheckEmscriptenSignals_Helper';

type HostFunction = (...args: unknown[]) => unknown;

/** Opens and closes the bridge of one interpreter. */
export interface Seal {
  sealed: boolean;
}

/** Replaces the functions of an import object in place; see the tables above. */
export function gateImports(imports: Record<string, unknown>, seal: Seal, limits: Limits): void {
  for (const [name, value] of Object.entries(imports)) {
    if (typeof value !== 'function') continue;
    const gated = gate(name, value as HostFunction, seal, limits);
    // Emscripten keeps a signature beside some functions.
    if (gated !== value) imports[name] = Object.assign(gated, value);
  }
}

function gate(name: string, original: HostFunction, seal: Seal, limits: Limits): HostFunction {
  if (name === SIGNAL_CHECK) {
    return () => {
      limits.check();
      return 0;
    };
  }
  if (HARMLESS.has(name) || name.startsWith('invoke_')) return original;
  const refusal = REFUSED.get(name);
  if (refusal !== undefined) return (...args) => (seal.sealed ? refusal : original(...args));
  if (TIMED.test(name)) {
    return (...args) => {
      limits.check();
      return original(...args);
    };
  }
  return (...args) => {
    if (!seal.sealed) return original(...args);
    const ending = ENDING.has(name);
    limits.stop(
      new Stop(
        'crashed',
        ending ? 'the answer ended the interpreter' : `the answer reached for the host (${name})`,
      ),
    );
  };
}

/** WebAssembly memory lies outside V8's heap limits: growth past the limit becomes a Python MemoryError. */
export function capMemory(limitBytes: number): void {
  const grow = WebAssembly.Memory.prototype.grow;
  WebAssembly.Memory.prototype.grow = function (this: WebAssemblyMemory, pages: number): number {
    if (this.buffer.byteLength + pages * 65536 > limitBytes)
      throw new RangeError('memory limit of the sandbox');
    return grow.call(this, pages);
  };
}

/** Pyodide's loader asks `process.binding` for constants only; the rest of that door stays shut. */
export function closeProcess(): void {
  const binding = (name: string) => {
    if (name === 'constants') return { fs: fs.constants };
    throw new Error('not in this process');
  };
  Object.defineProperty(process, 'binding', { value: binding });
  for (const key of Object.keys(process.env)) delete process.env[key];
}

/** Node 24 has no `--allow-net`: every way to a socket is replaced. Node 25 and later refuse by themselves too. */
export function closeNetwork(): void {
  const refuse = () => {
    throw new Error('no network in this process');
  };
  const replace = (object: object, names: readonly string[]) => {
    for (const name of names) Object.defineProperty(object, name, { value: refuse });
  };
  replace(net.Socket.prototype, ['connect']);
  replace(net.Server.prototype, ['listen']);
  replace(net, ['connect', 'createConnection', 'createServer']);
  replace(dgram, ['createSocket']);
  replace(dgram.Socket.prototype, ['bind', 'connect', 'send']);
  const lookups = ['lookup', 'resolve', 'resolve4', 'resolve6', 'resolveAny', 'resolveTxt', 'reverse'];
  replace(dns, lookups);
  replace(dns.promises, lookups);
  replace(childProcess, ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync']);
  for (const name of ['fetch', 'WebSocket', 'EventSource'])
    Object.defineProperty(globalThis, name, { value: undefined });
  syncBuiltinESMExports();
}
