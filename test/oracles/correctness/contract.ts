/** Every sandbox must pass the same tests: `onEverySandbox` runs a suite on each that this machine has. */
import { after, before, describe } from 'node:test';
import { createBubblewrapSandbox } from '../../../src/oracles/correctness/bubblewrap-sandbox.ts';
import { createPyodideSandbox } from '../../../src/oracles/correctness/pyodide-sandbox.ts';
import type { Execution, Program, Sandbox } from '../../../src/oracles/correctness/sandbox.ts';
import { detectBubblewrap } from '../../../src/oracles/correctness/sandboxes.ts';

export interface Subject {
  /** Kind, as configuration names it. */
  readonly kind: 'pyodide' | 'bubblewrap';
  run(programs: readonly Program[]): Promise<Execution[]>;
}

export interface Limits {
  readonly timeoutMs: number;
  readonly outputKiB?: number;
  readonly memoryMiB?: number;
}

const KINDS: Record<Subject['kind'], { skip: string | undefined; open: (limits: Limits) => Sandbox }> = {
  pyodide: { skip: undefined, open: (limits) => createPyodideSandbox(limits) },
  bubblewrap: { skip: await missingBubblewrap(), open: (limits) => createBubblewrapSandbox(limits) },
};

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
      before(() => {
        sandbox = open(limits);
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
