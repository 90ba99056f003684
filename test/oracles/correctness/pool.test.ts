import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { createPyodideSandbox } from '../../../src/oracles/correctness/pyodide-sandbox.ts';
import type { Program } from '../../../src/oracles/correctness/sandbox.ts';

const SANDBOX = new URL('../../../src/oracles/correctness/pyodide-sandbox.ts', import.meta.url).href;

test('two workers share a queue, children are replaced by age, order is kept', async () => {
  const sandbox = createPyodideSandbox({ workers: 2, spares: 0, recycleAfter: 6, timeoutMs: 5000 });
  const programs = Array.from(
    { length: 10 },
    (_, i): Program => ({
      code: `def f():\n    return ${i % 4}`,
      tests: { functional: `assert f() == ${i % 3}` },
    }),
  );
  const executions = await sandbox.run(programs);
  await sandbox.close();
  assert.deepEqual(
    executions.map((execution) => execution.kind === 'finished' && execution.tests[0]?.outcome),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) => (i % 4 === i % 3 ? 'passed' : 'failed')),
  );
});

test('closing ends what is running as undecided', async () => {
  const sandbox = createPyodideSandbox({ spares: 0 });
  const running = sandbox.run([
    { code: 'while True: pass', tests: { functional: 'assert True' } },
    { code: '', tests: { functional: 'assert True' } },
  ]);
  await sandbox.close();
  for (const execution of await running) assert.equal(execution.kind, 'undecided');
});

test('an idle sandbox that nobody closed lets its process end', async () => {
  const script = `
    import { createPyodideSandbox } from ${JSON.stringify(SANDBOX)};
    const sandbox = createPyodideSandbox({ spares: 0 });
    const [execution] = await sandbox.run([{ code: 'x = 1', tests: { functional: 'assert x == 1' } }]);
    console.log(execution.kind);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--no-warnings',
    '--input-type=module',
    '-e',
    script,
  ]);
  assert.equal(stdout, 'finished\n');
});
