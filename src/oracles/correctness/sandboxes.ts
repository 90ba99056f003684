/** The sandboxes by name, as configuration asks for them, and what of them is installed here. */
import { z } from 'zod';
import { messageOf, PurpcodeError } from '../../errors.ts';
import { createBubblewrapSandbox } from './bubblewrap-sandbox.ts';
import { findLaunch } from './native/launch.ts';
import { createPyodideSandbox } from './pyodide-sandbox.ts';
import type { Sandbox } from './sandbox.ts';
import { createSandboxFusion } from './sandbox-fusion.ts';

/** Which sandbox runs the answers. */
export const sandboxConfigSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    /** Embedded: Python as WebAssembly, standard library only. */
    kind: z.literal('pyodide'),
    /** Programs that run at the same time; each takes a core and about 300 MB. */
    workers: z.int().min(1).default(1),
    /** Limit per program, milliseconds. */
    timeoutMs: z.number().positive().default(15_000),
  }),
  z.strictObject({
    /** Native Python of this machine, with the packages it has. Linux. */
    kind: z.literal('bubblewrap'),
    workers: z.int().min(1).default(1),
    timeoutMs: z.number().positive().default(15_000),
    /** The interpreter, 3.10 or newer; by default the machine's python3. */
    python: z.string().optional(),
  }),
  z.strictObject({
    /** A Sandbox Fusion server: for many cores elsewhere. See sandbox-fusion.ts for what it does not contain. */
    kind: z.literal('sandbox-fusion'),
    /** Of the server, without the path. */
    url: z.url({ protocol: /^https?$/ }),
    /** Sent as a bearer token. */
    token: z.string().optional(),
    /** Requests in flight. */
    workers: z.int().min(1).default(8),
    timeoutMs: z.number().positive().default(15_000),
  }),
]);

export type SandboxConfig = z.input<typeof sandboxConfigSchema>;

/** Opens a sandbox; it starts with its first program. Throws for a configuration that the schema refuses. */
export function createSandbox(config: SandboxConfig): Sandbox {
  const options = sandboxConfigSchema.parse(config);
  if (options.kind === 'pyodide') return createPyodideSandbox(options);
  if (options.kind === 'bubblewrap') {
    const { python, ...rest } = options;
    return createBubblewrapSandbox(python === undefined ? rest : { ...rest, python });
  }
  const { token, ...rest } = options;
  return createSandboxFusion(token === undefined ? rest : { ...rest, token });
}

/** What `purpcode doctor` says of an optional sandbox. */
export type SandboxStatus =
  | { readonly kind: 'available'; readonly detail: string }
  | { readonly kind: 'missing'; readonly reason: string; readonly hint: string };

export async function detectBubblewrap(options: { readonly python?: string } = {}): Promise<SandboxStatus> {
  try {
    const { version, hasPytest } = await findLaunch(options);
    return { kind: 'available', detail: `Python ${version}${hasPytest ? ' with pytest' : ''}` };
  } catch (error) {
    const hint = error instanceof PurpcodeError ? error.hint : undefined;
    return { kind: 'missing', reason: messageOf(error), hint: hint ?? 'purpcode doctor --debug' };
  }
}

/** Runs a program of one line on the server. */
export async function detectSandboxFusion(options: {
  readonly url: string;
  readonly token?: string;
}): Promise<SandboxStatus> {
  const sandbox = createSandboxFusion({ ...options, timeoutMs: 10_000, backoffMs: 200 });
  const [execution] = await sandbox.run([{ code: 'x = 1', tests: { functional: 'assert x == 1' } }]);
  await sandbox.close();
  if (execution?.kind === 'finished') return { kind: 'available', detail: `a server at ${options.url}` };
  const reason = execution?.kind === 'undecided' ? execution.cause : 'a correct program did not pass';
  return { kind: 'missing', reason, hint: `is a Sandbox Fusion server running at ${options.url}?` };
}
