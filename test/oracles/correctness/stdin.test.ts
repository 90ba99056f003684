import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tests } from '../../../src/oracles/task.ts';
import { onEverySandbox, outcome } from './contract.ts';

const DOUBLE: Tests = { stdin: ['2\n', '21'], stdout: ['4\n', '42\n'] };

/** Programs that read a number and print its double, or pretend to. */
const PROGRAMS: Record<string, { code: string; ends: string; pyodide?: string }> = {
  'reads with input': { code: 'print(int(input()) * 2)', ends: 'passed' },
  'reads all of standard input': { code: 'import sys\nprint(int(sys.stdin.read()) * 2)', ends: 'passed' },
  'reads bytes of descriptor 0': {
    code: 'import os\nprint(int(os.read(0, 100)) * 2)',
    ends: 'passed',
  },
  'ends by sys.exit': { code: 'import sys\nprint(int(input()) * 2)\nsys.exit(0)', ends: 'passed' },
  'ends with an exit code': { code: 'print(int(input()) * 2)\nraise SystemExit(3)', ends: 'failed' },
  'prints at its end': {
    code: 'import atexit\nn = int(input())\natexit.register(lambda: print(n * 2))',
    ends: 'passed',
  },
  'prints in a thread that it does not wait for': {
    code: 'import threading, time\nn = int(input())\nthreading.Thread(target=lambda: (time.sleep(0.05), print(n * 2))).start()',
    ends: 'passed',
    pyodide: 'undecided',
  },
  'leaves without a word': { code: 'import os\nos._exit(0)', ends: 'crashed' },
  'asks for more than there is': { code: 'print(int(input()) * 2)\ninput()', ends: 'failed' },
  'cannot read the number': { code: 'print(int(input() + "x"))', ends: 'failed' },
  'leaves a file for its next run': {
    code: 'import os\nfound = os.path.exists("seen")\nopen("seen", "w").close()\nprint(0 if found else int(input()) * 2)',
    ends: 'passed',
  },
  'does not parse': { code: 'print(', ends: 'failed' },
  'answers from a list': { code: 'print(4)', ends: 'failed' },
};

onEverySandbox({ timeoutMs: 5000 }, (sandbox) => {
  for (const [name, { code, ends, pyodide }] of Object.entries(PROGRAMS)) {
    test(`a program that ${name}`, async () => {
      const [execution] = await sandbox.run([{ code, tests: DOUBLE }]);
      const expected = (sandbox.kind === 'pyodide' ? pyodide : undefined) ?? ends;
      assert.equal(outcome(execution), expected, JSON.stringify(execution));
    });
  }

  test('a result for each pair, smallest input first', async () => {
    const [execution] = await sandbox.run([
      {
        code: 'n = input()\nprint(len(n) if n != "c" else 7)',
        tests: { stdin: ['aa', 'c'], stdout: ['2', '1'] },
      },
    ]);
    assert.ok(execution?.kind === 'finished');
    assert.deepEqual(execution.tests, [
      { name: 'pair 1', outcome: 'failed', message: 'output line 1: "7" instead of "1"' },
      { name: 'pair 2', outcome: 'passed' },
    ]);
    assert.equal(execution.stdout, '7\n2\n');
  });
});
