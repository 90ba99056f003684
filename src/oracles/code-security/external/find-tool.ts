/** Which optional analysers are installed, and how to get those that are not. */
import { tmpdir } from 'node:os';
import { PurpcodeError } from '../../../errors.ts';
import { lastWords, runTool } from './process.ts';

export const TOOL_NAMES = ['bandit', 'semgrep', 'codeql'] as const;
export type ToolName = (typeof TOOL_NAMES)[number];

interface ToolKind {
  readonly title: string;
  /** Programs that do, the first that is found is taken. */
  readonly commands: readonly string[];
  readonly versionArgs: readonly string[];
  readonly install: string;
}

const TOOLS: Readonly<Record<ToolName, ToolKind>> = {
  bandit: {
    title: 'Bandit',
    commands: ['bandit'],
    versionArgs: ['--version'],
    install: 'pip install bandit',
  },
  semgrep: {
    title: 'Semgrep or Opengrep',
    commands: ['semgrep', 'opengrep'],
    versionArgs: ['--version'],
    install: 'pip install semgrep, or https://github.com/opengrep/opengrep',
  },
  codeql: {
    title: 'CodeQL',
    commands: ['codeql'],
    versionArgs: ['version', '--format=terse'],
    install:
      'the CodeQL bundle from https://github.com/github/codeql-action/releases, its folder on the PATH',
  },
};

export interface FoundTool {
  readonly command: string;
  /** As the tool prints it, e.g. `1.9.4`. */
  readonly version: string;
}

/** Without it `semgrep --version` asks the network for a newer one and waits. */
const VERSION_ENVIRONMENT = { SEMGREP_ENABLE_VERSION_CHECK: '0', SEMGREP_SEND_METRICS: 'off' };
const VERSION_TIMEOUT_MS = 30_000;
const VERSION_OUTPUT_BYTES = 64 * 1024;

/**
 * Asks the tool for its version, which proves that it runs.
 * @param command instead of the usual names on the PATH.
 * @throws PurpcodeError `missing-tool` with the way to get it; OracleError when it is there and does not work.
 */
export async function findTool(name: ToolName, command?: string): Promise<FoundTool> {
  const { title, commands, versionArgs, install } = TOOLS[name];
  for (const candidate of command === undefined ? commands : [command]) {
    try {
      return { command: candidate, version: await versionOf(candidate, versionArgs) };
    } catch (error) {
      if (error instanceof PurpcodeError && error.code === 'missing-tool') continue;
      throw error;
    }
  }
  const looked = command ?? `${commands.join(' or ')} on the PATH`;
  throw new PurpcodeError('missing-tool', `${title} is not installed (looked for ${looked})`, {
    hint: install,
  });
}

async function versionOf(command: string, args: readonly string[]): Promise<string> {
  const limits = { timeoutMs: VERSION_TIMEOUT_MS, maxOutputBytes: VERSION_OUTPUT_BYTES };
  const env = VERSION_ENVIRONMENT;
  const output = await runTool({ command, args, cwd: tmpdir(), env, ...limits });
  const version = /\d+\.\d[\w.+-]*/.exec(output.stdout)?.[0];
  if (output.exitCode === 0 && version !== undefined) return version;
  throw new PurpcodeError('oracle', `${command} does not work: ${lastWords(output)}`, {
    hint: 'install it again',
  });
}
