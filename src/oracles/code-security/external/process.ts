/** Runs an installed program with limits on its time and output. Never through a shell. */
import { spawn } from 'node:child_process';
import { delimiter, dirname, isAbsolute } from 'node:path';
import { messageOf, OracleError, PurpcodeError } from '../../../errors.ts';

export interface ToolRun {
  /** A name on the PATH, or an absolute path. */
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Besides what every tool gets of our environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Of both outputs together. */
  readonly maxOutputBytes: number;
}

export interface ToolOutput {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What of our environment a tool gets: nothing that holds keys, nothing that configures an analyser. */
const PASSED_ON =
  /^(?:path|pathext|home|userprofile|systemroot|windir|te?mp|tmpdir|lang|lc_\w+|java_home|pyenv_\w+|ssl_cert_\w+|(?:requests|curl)_ca_bundle|(?:https?|no)_proxy)$/i;

/** @throws OracleError when the program is too slow, says too much or is killed; `missing-tool` when absent. */
export async function runTool(run: ToolRun): Promise<ToolOutput> {
  const { command, args, cwd, timeoutMs, maxOutputBytes } = run;
  const groups = process.platform !== 'win32';
  const child = spawn(command, args, {
    cwd,
    env: { ...inheritedEnvironment(command), ...run.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: the processes that the tool starts end with it.
    detached: groups,
    windowsHide: true,
  });
  const kill = () => {
    try {
      if (groups && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      else child.kill('SIGKILL');
    } catch {
      // It has ended by itself.
    }
  };
  // Nobody would stop it once this process is gone.
  process.once('exit', kill);
  try {
    return await new Promise<ToolOutput>((resolve, reject) => {
      const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
      let bytes = 0;
      const give = (message: string, cause?: unknown) => {
        clearTimeout(timer);
        kill();
        reject(new OracleError(`${command} ${message}`, { cause, hint: 'purpcode doctor' }));
      };
      const timer = setTimeout(() => give(`did not end within ${timeoutMs / 1000} s`), timeoutMs);
      for (const stream of ['stdout', 'stderr'] as const) {
        child[stream].on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > maxOutputBytes) give(`wrote more than ${maxOutputBytes} bytes`);
          else output[stream].push(chunk);
        });
      }
      child.on('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        if (error.code === 'ENOENT') reject(missing(command, error));
        else give(`did not start: ${messageOf(error)}`, error);
      });
      child.on('close', (code, signal) => {
        clearTimeout(timer);
        if (code === null) return give(`was ended by ${signal}`);
        const text = (chunks: readonly Buffer[]) => Buffer.concat(chunks).toString('utf8');
        resolve({ exitCode: code, stdout: text(output.stdout), stderr: text(output.stderr) });
      });
    });
  } finally {
    process.off('exit', kill);
    kill();
  }
}

function missing(command: string, cause: unknown): PurpcodeError {
  return new PurpcodeError('missing-tool', `${command} cannot be started: it is not installed`, {
    cause,
    hint: 'purpcode doctor says how to get it',
  });
}

/** The tool's own folder comes first on the PATH: what it starts lies beside it (a virtual environment). */
function inheritedEnvironment(command: string): Record<string, string> {
  const environment: Record<string, string> = { PYTHONUTF8: '1', PYTHONSAFEPATH: '1' };
  for (const [name, value] of Object.entries(process.env)) {
    if (PASSED_ON.test(name) && value !== undefined) environment[name] = value;
  }
  if (isAbsolute(command)) environment.PATH = [dirname(command), environment.PATH].join(delimiter);
  return environment;
}

/** The last lines of what a program said, in one line. */
export function lastWords({ stderr, stdout }: ToolOutput): string {
  const text = stderr.trim() === '' ? stdout : stderr;
  return text.trim().split('\n').slice(-2).join(' ').slice(-300);
}
