/**
 * Native Python under bubblewrap (Linux). Answer and tests run in two processes, forked fresh for every program
 * by a warden (native/python-warden.ts) that has met no answer. What stands around each of them: bubblewrap's
 * namespaces (no network, no /proc, a read-only file system with Python alone), process, mount and message
 * namespaces of its own inside them, one small /tmp shared by the two, no environment, no capability, limits on
 * memory, files and threads, and a filter of system calls: no new processes, no look into others. The warden
 * kills both at the time limit; when it is itself late, bubblewrap is killed with all in it.
 *
 * What it does not do: processor time and memory of several programs together are limited only by `workers`
 * (control groups need a privileged set-up), and the kernel is shared: a hole in it is a hole in this wall.
 */
import { findLaunch, type Launch, type LaunchOptions } from './native/launch.ts';
import { WardenProcess } from './native/warden-process.ts';
import { DEFAULT_TIMEOUT_MS, SandboxPool } from './pool.ts';
import type { Sandbox } from './sandbox.ts';

export interface BubblewrapSandboxOptions extends LaunchOptions {
  /** Programs that run at the same time. */
  readonly workers?: number;
  /** Limit per program, milliseconds; a program may ask for less. SPEC: 15 s. */
  readonly timeoutMs?: number;
  /** Address space of each of a program's two processes, MiB. */
  readonly memoryMiB?: number;
  /** What an answer may print, KiB. */
  readonly outputKiB?: number;
  /** What an answer may write to files in all, MiB. */
  readonly filesMiB?: number;
}

/** A warden's memory does not grow; this is for what nobody has thought of. */
const RECYCLE_AFTER = 20_000;

/** Opens the sandbox; it starts with its first program. Where it cannot start, programs are undecided. */
export function createBubblewrapSandbox(options: BubblewrapSandboxOptions = {}): Sandbox {
  let launch: Promise<Launch> | undefined;
  return new SandboxPool({
    name: 'bubblewrap',
    workers: options.workers ?? 1,
    spares: 0,
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    recycleAfter: RECYCLE_AFTER,
    start: () => {
      launch ??= findLaunch(options);
      return new WardenProcess({
        launch,
        memoryBytes: (options.memoryMiB ?? 512) * 2 ** 20,
        outputBytes: (options.outputKiB ?? 1024) * 2 ** 10,
        filesBytes: (options.filesMiB ?? 64) * 2 ** 20,
      });
    },
  });
}
