/**
 * How a warden is started under bubblewrap: which Python, as which user, and what of the machine it sees: the
 * interpreter, its libraries and nothing else, read-only, without a network, /proc or environment.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { messageOf, PurpcodeError } from '../../../errors.ts';
import { type Architecture, architectureOf } from './seccomp.ts';

/** A Python that can be run in the sandbox. */
export interface Launch {
  readonly bwrap: string;
  readonly python: string;
  /** For people: `3.11.2`. */
  readonly version: string;
  readonly hasPytest: boolean;
  readonly architecture: Architecture;
  /** What is given to bwrap before the command. */
  readonly args: readonly string[];
  /** The user that bwrap is started as, when this process may choose. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
}

export interface LaunchOptions {
  /** bubblewrap's program. */
  readonly bwrap?: string;
  /** The interpreter; 3.10 or newer. */
  readonly python?: string;
}

const HINT =
  "apt-get install bubblewrap python3 (or your system's packages); the embedded sandbox needs neither";
const PROBE_MS = 20_000;
/** Root is not bound by limits of processes, nobody is; and what breaks out is nobody. */
const NOBODY = { uid: 65534, gid: 65534 };

/** Tells where Python and its libraries are. */
const PROBE = `
import importlib.util, json, os, sys
print(json.dumps({'python': os.path.realpath(sys.executable), 'version': '.'.join(map(str, sys.version_info[:3])),
    'recent': sys.version_info >= (3, 10), 'pytest': importlib.util.find_spec('pytest') is not None,
    'folders': [p for p in (os.path.join(sys.base_prefix, 'lib'), os.path.join(sys.prefix, 'lib'), *sys.path) if os.path.isdir(p)]}))
`;

interface Probe {
  readonly python: string;
  readonly version: string;
  readonly recent: boolean;
  readonly pytest: boolean;
  readonly folders: readonly string[];
}

/** Finds what a warden needs. Rejects with a PurpcodeError of code `missing-tool`. */
export async function findLaunch(options: LaunchOptions = {}): Promise<Launch> {
  const architecture = architectureOf(process.arch);
  if (process.platform !== 'linux' || architecture === undefined)
    throw missing(`bubblewrap sandboxes run on Linux x64 and arm64, not ${process.platform} ${process.arch}`);
  const bwrap = options.bwrap ?? 'bwrap';
  await promisify(execFile)(bwrap, ['--version'], { timeout: PROBE_MS }).catch((error: unknown) => {
    throw missing('bubblewrap is not installed', error);
  });
  const pythons = options.python === undefined ? ['python3', '/usr/bin/python3'] : [options.python];
  let last: unknown;
  for (const user of process.getuid?.() === 0 ? [NOBODY, undefined] : [undefined]) {
    for (const python of pythons) {
      try {
        const probe = await probePython(python, user);
        const launch = {
          bwrap,
          python: probe.python,
          version: probe.version,
          hasPytest: probe.pytest,
          architecture,
          args: bubblewrapArgs(probe),
          user,
        };
        await tryOut(launch);
        return launch;
      } catch (error) {
        last = error;
      }
    }
  }
  throw last instanceof PurpcodeError ? last : missing('no Python runs under bubblewrap here', last);
}

async function probePython(python: string, user: Launch['user']): Promise<Probe> {
  const { stdout } = await promisify(execFile)(python, ['-I', '-c', PROBE], {
    timeout: PROBE_MS,
    cwd: '/',
    ...user,
  });
  const probe: Probe = JSON.parse(stdout);
  if (!probe.recent) throw missing(`${python} is Python ${probe.version}; 3.10 or newer is needed`);
  return probe;
}

/** Machines may refuse user namespaces, as containers and hardened kernels do. */
async function tryOut(launch: Launch): Promise<void> {
  try {
    await promisify(execFile)(launch.bwrap, [...launch.args, launch.python, '-I', '-c', 'pass'], {
      timeout: PROBE_MS,
      cwd: '/',
      env: {},
      ...launch.user,
    });
  } catch (error) {
    throw missing('bubblewrap cannot make a sandbox here (are user namespaces allowed?)', error);
  }
}

function bubblewrapArgs(probe: Probe): string[] {
  const folders = [
    '/usr/lib',
    '/usr/lib64',
    '/lib',
    '/lib64',
    '/usr/share/zoneinfo',
    '/etc/ld.so.cache',
    '/etc/alternatives',
  ];
  const bound = [...new Set([...folders, ...probe.folders])].filter((path) => existsSync(path));
  return [
    ...['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-net'],
    ...['--unshare-cgroup-try', '--hostname', 'sandbox', '--uid', '1000', '--gid', '1000'],
    // The warden makes namespaces for each program; the programs have no capability.
    ...['--cap-drop', 'ALL', '--cap-add', 'CAP_SYS_ADMIN'],
    ...bound.flatMap((path) => ['--ro-bind', path, path]),
    ...['--ro-bind', probe.python, probe.python],
    ...['--dev', '/dev', '--dir', '/tmp', '--remount-ro', '/dev', '--remount-ro', '/'],
    ...['--new-session', '--die-with-parent', '--clearenv', '--chdir', '/'],
    // Libraries that start a thread per core or reserve memory per thread.
    ...['--setenv', 'MALLOC_ARENA_MAX', '1', '--setenv', 'OPENBLAS_NUM_THREADS', '1'],
    // The order of a set of texts is the same in every process, so that a verdict that hangs on it is, too.
    ...['--setenv', 'PYTHONHASHSEED', '0'],
    '--',
  ];
}

function missing(message: string, cause?: unknown): PurpcodeError {
  const detail = cause === undefined ? '' : `: ${messageOf(cause).trim().split('\n').at(-1)}`;
  return new PurpcodeError('missing-tool', message + detail, { cause, hint: HINT });
}
