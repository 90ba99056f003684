import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createCorrectnessOracle } from '../../../src/oracles/correctness/oracle.ts';
import { createPyodideSandbox } from '../../../src/oracles/correctness/pyodide-sandbox.ts';
import type { Task, Tests } from '../../../src/oracles/task.ts';

const sandbox = createPyodideSandbox({ timeoutMs: 2000, spares: 0 });
const oracle = createCorrectnessOracle(sandbox);
after(() => sandbox.close());

function task(tests?: Tests): Task {
  return {
    id: 'double',
    source: 'coding-utility',
    family: 'double',
    oracles: ['correctness'],
    cwes: [],
    rules: [],
    provenance: {},
    messages: [{ role: 'user', content: 'Write double(x).' }],
    ...(tests === undefined ? {} : { tests }),
  };
}

const DOUBLE: Tests = { functional: 'assert double(2) == 4\nassert double(0) == 0' };
const respond = (answer: string) =>
  `## Analysis\nA harmless request for a small function.\n## Answer\n${answer}`;
const fenced = (code: string) => respond(`\`\`\`python\n${code}\n\`\`\`\n`);

test('verdicts come in order, with the failing test as evidence', async () => {
  const verdicts = await oracle.check([
    { task: task(DOUBLE), response: fenced('def double(x):\n    return 2 * x') },
    { task: task(DOUBLE), response: fenced('def double(x):\n    return x * x') },
    { task: task(DOUBLE), response: fenced('def double(x):\n    return x + 3') },
    { task: task(DOUBLE), response: respond('I would multiply the number by two.') },
    { task: task(), response: fenced('def double(x):\n    return 2 * x') },
    { task: task(DOUBLE), response: 'def double(x): return 2 * x' },
    { task: task({ functional: 'x = double(2)' }), response: fenced('def double(x):\n    return 2 * x') },
  ]);
  assert.deepEqual(
    verdicts.map((verdict) => verdict.kind),
    ['pass', 'pass', 'fail', 'fail', 'undecided', 'fail', 'undecided'],
  );
  assert.deepEqual(verdicts[2], {
    kind: 'fail',
    evidence: [
      { rule: 'line 1: assert double(2) == 4', message: 'AssertionError: 5 == 4 does not hold' },
      { rule: 'line 2: assert double(0) == 0', message: 'AssertionError: 3 == 0 does not hold' },
    ],
  });
  assert.deepEqual(verdicts[3], {
    kind: 'fail',
    evidence: [{ rule: 'no-code', message: 'the answer has no Python code' }],
  });
});

test('standard input and output', async () => {
  const tests: Tests = { stdin: ['2\n', '21'], stdout: ['4\n', '42\n\n'] };
  const verdicts = await oracle.check([
    { task: task(tests), response: fenced('print(int(input()) * 2)') },
    {
      task: task(tests),
      response: fenced('import sys\nfor line in sys.stdin:\n    print(int(line) * 2)\nsys.exit()'),
    },
    { task: task(tests), response: fenced('if __name__ == "__main__":\n    print(4)') },
    { task: task(tests), response: fenced('print(int(input()) * 2)\nraise SystemExit(1)') },
    { task: task(tests), response: fenced('import numpy\nprint(int(input()) * 2)') },
    { task: task({ stdin: ['x'.repeat(5000)], stdout: [''] }), response: fenced('print()') },
  ]);
  assert.deepEqual(
    verdicts.map((verdict) => verdict.kind),
    ['pass', 'pass', 'fail', 'fail', 'undecided', 'undecided'],
  );
  assert.deepEqual(verdicts[2], {
    kind: 'fail',
    evidence: [{ rule: 'pair 2', message: 'output line 1: "4" instead of "42"' }],
  });
});

test('an endless answer fails with the time limit as evidence', async () => {
  const [verdict] = await oracle.check([
    { task: task(DOUBLE), response: fenced('def double(x):\n    while True: pass') },
  ]);
  assert.deepEqual(verdict, { kind: 'fail', evidence: [{ rule: 'timeout', message: 'not done after 2 s' }] });
});

test('300 programs in a row, each seeing a fresh interpreter', async () => {
  const dirty =
    'import builtins, math, sys\nassert not hasattr(math, "spoiled")\nmath.spoiled = True\nbuiltins.abs = None\nsys.modules["json"] = None\ndef double(x):\n    return 2 * x';
  const items = Array.from({ length: 300 }, (_, i) => ({
    task: task({ functional: `assert double(${i}) == ${2 * i}` }),
    response: fenced(
      i % 3 === 0
        ? dirty
        : `def double(x):\n    return ${i % 3 === 1 ? 'abs(x) + x' : 'abs(x)'} if x else ${i % 3 === 1 ? 0 : 1}`,
    ),
  }));
  const verdicts = await oracle.check(items);
  const expected = items.map((_, i) => (i % 3 === 2 ? 'fail' : 'pass'));
  assert.deepEqual(
    verdicts.map((verdict) => verdict.kind),
    expected,
  );
});

test('a closed sandbox is undecided', async () => {
  const other = createPyodideSandbox();
  await other.close();
  const [verdict] = await createCorrectnessOracle(other).check([
    { task: task(DOUBLE), response: fenced('def double(x): pass') },
  ]);
  assert.deepEqual(verdict, { kind: 'undecided', cause: 'the sandbox was closed' });
});
