/** Every sandbox must pass the same tests: `onEverySandbox` runs a suite on each that this machine has. */
import { after, before, describe } from 'node:test';
import { createBubblewrapSandbox } from '../../../src/oracles/correctness/bubblewrap-sandbox.ts';
import { createPyodideSandbox } from '../../../src/oracles/correctness/pyodide-sandbox.ts';
import type { Execution, Program, Sandbox } from '../../../src/oracles/correctness/sandbox.ts';
import { createSandboxFusion } from '../../../src/oracles/correctness/sandbox-fusion.ts';
import { detectBubblewrap } from '../../../src/oracles/correctness/sandboxes.ts';
import { startFusionServer } from './fusion-server.ts';

export interface Subject {
  /** Kind, as configuration names it. */
  readonly kind: 'pyodide' | 'bubblewrap' | 'sandbox-fusion';
  run(programs: readonly Program[]): Promise<Execution[]>;
}

export interface Limits {
  readonly timeoutMs: number;
  readonly outputKiB?: number;
  readonly memoryMiB?: number;
}

interface Kind {
  readonly skip: string | undefined;
  open(limits: Limits): Promise<Sandbox>;
}

const withoutBubblewrap = await missingBubblewrap();
const KINDS: Record<Subject['kind'], Kind> = {
  pyodide: { skip: undefined, open: async (limits) => createPyodideSandbox(limits) },
  bubblewrap: { skip: withoutBubblewrap, open: async (limits) => createBubblewrapSandbox(limits) },
  'sandbox-fusion': { skip: withoutBubblewrap, open: openFusion },
};

/** A client with a server of its own. */
async function openFusion(limits: Limits): Promise<Sandbox> {
  const server = await startFusionServer();
  const sandbox = createSandboxFusion({ ...limits, url: server.url, workers: 2 });
  return {
    name: sandbox.name,
    run: (programs) => sandbox.run(programs),
    async close() {
      await sandbox.close();
      server.close();
    },
  };
}

async function missingBubblewrap(): Promise<string | undefined> {
  const status = await detectBubblewrap();
  return status.kind === 'missing' ? status.reason : undefined;
}

/** Declares the tests of `suite` once per sandbox; those that are not installed here are skipped with the reason. */
export function onEverySandbox(limits: Limits, suite: (subject: Subject) => void): void {
  for (const kind of Object.keys(KINDS) as Subject['kind'][]) {
    const { skip, open } = KINDS[kind];
    describe(kind, { skip: skip ?? false }, () => {
      let sandbox: Sandbox | undefined;
      before(async () => {
        sandbox = await open(limits);
      });
      after(() => sandbox?.close());
      suite({ kind, run: (programs) => sandbox!.run(programs) });
    });
  }
}

/** How an execution ended and what its tests said, in one word. */
export function outcome(execution: Execution | undefined): string {
  if (execution?.kind !== 'finished') return execution?.kind ?? 'nothing';
  return execution.tests.every((result) => result.outcome === 'passed') ? 'passed' : 'failed';
}
