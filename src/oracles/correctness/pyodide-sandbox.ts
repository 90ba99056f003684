/**
 * The embedded sandbox: Python as WebAssembly (Pyodide) in child processes behind Node's permission model.
 * Needs nothing beyond npm. See child/main.ts for the walls, docs/decisions for why they are where they are.
 */
import { type ChildOptions, SandboxChild } from './child-process.ts';
import { DEFAULT_TIMEOUT_MS, SandboxPool } from './pool.ts';
import type { Sandbox } from './sandbox.ts';

export interface PyodideSandboxOptions {
  /** Child processes that run programs at the same time. Each takes about 300 MB and one core. */
  readonly workers?: number;
  /** Children kept warm for when one is killed; started after the first such loss. */
  readonly spares?: number;
  /** Limit per program, milliseconds; a program may ask for less. SPEC: 15 s. */
  readonly timeoutMs?: number;
  /** Limit of the answer's Python memory, MiB. */
  readonly memoryMiB?: number;
  /** What an answer may print, KiB. */
  readonly outputKiB?: number;
  /** Programs after which a child is replaced. */
  readonly recycleAfter?: number;
}

const BOOT_MS = 120_000;
/** Node, Pyodide's code and the two memory images, MiB; on top of what the two interpreters may use. */
const BASE_MIB = 700;

export function createPyodideSandbox(options: PyodideSandboxOptions = {}): Sandbox {
  const memoryMiB = options.memoryMiB ?? 256;
  const child: ChildOptions = {
    memoryBytes: memoryMiB * 2 ** 20,
    outputBytes: (options.outputKiB ?? 1024) * 2 ** 10,
    residentBytes: (2 * memoryMiB + BASE_MIB) * 2 ** 20,
    bootMs: BOOT_MS,
  };
  return new SandboxPool({
    name: 'pyodide',
    workers: options.workers ?? 1,
    spares: options.spares ?? 1,
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    recycleAfter: options.recycleAfter ?? 5_000,
    start: () => new SandboxChild(child),
  });
}
