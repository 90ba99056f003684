/** Benchmarks on the real sandbox: what is right passes, what is wrong fails, in every shape of the files. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readCweval } from '../../../src/datasets/cweval.ts';
import { findBenchmark } from '../../../src/evals/benchmarks/benchmarks.ts';
import { testsOfKind, whyNotRun } from '../../../src/evals/benchmarks/cweval-tests.ts';
import {
  createCorrectnessOracle,
  createSecurityTestsOracle,
} from '../../../src/oracles/correctness/oracle.ts';
import { createPyodideSandbox } from '../../../src/oracles/correctness/pyodide-sandbox.ts';
import type { Oracle } from '../../../src/oracles/oracle.ts';
import type { Task } from '../../../src/oracles/task.ts';
import { makeDataFolder } from '../../datasets/files.ts';

const data = makeDataFolder();
const sandbox = createPyodideSandbox({ timeoutMs: 10_000, spares: 0 });
after(() => sandbox.close());
const correctness = createCorrectnessOracle(sandbox);
const securityTests = createSecurityTestsOracle(sandbox);

async function kinds(oracle: Oracle, task: Task, answers: readonly string[]): Promise<string[]> {
  const verdicts = await oracle.check(
    answers.map((code) => ({ task, response: `\`\`\`python\n${code}\n\`\`\``, form: 'plain' as const })),
  );
  return verdicts.map(({ kind }) => kind);
}

async function tasksOf(name: string): Promise<readonly Task[]> {
  const { tasks, problems } = await findBenchmark(name).load(data.path);
  assert.deepEqual(problems, []);
  return tasks;
}

const HALVES = {
  task_id: 'HumanEval/0',
  prompt:
    'from typing import List\n\n\ndef half(x):\n    return x / 2\n\n\ndef halves(xs: List[float]) -> List[float]:\n    """Half of each."""\n',
  canonical_solution: '    return [half(x) for x in xs]\n',
  entry_point: 'halves',
  test: 'def check(candidate):\n    assert candidate([2.0, 4.0]) == [half(2.0), 2.0]\n    assert candidate([]) == []\n',
};
const SOLUTION = HALVES.prompt + HALVES.canonical_solution;
/** Right, right without the helper, off by a rounding error, right for the published tests alone, wrong. */
const ANSWERS = [
  SOLUTION,
  'def halves(xs): return [x * 0.5 for x in xs]',
  'def halves(xs): return [x / 2 * (1 + 1e-12) for x in xs]',
  'def halves(xs): return [abs(x) / 2 for x in xs]',
  'def halves(xs): return xs',
];

describe('HumanEval', () => {
  it('canonical solutions pass; so does one without the helpers; a wrong one fails', async () => {
    data.jsonl('humaneval/HumanEval.jsonl', [HALVES]);
    const [task] = await tasksOf('humaneval');
    assert.deepEqual(await kinds(correctness, task!, ANSWERS), ['pass', 'pass', 'fail', 'pass', 'fail']);
  });

  it('+ finds on further inputs what the published tests do not, and forgives rounding', async () => {
    const { test: _test, ...row } = HALVES;
    const line = JSON.stringify({ ...row, base_input: ['A'], plus_input: ['B', 'C'], atol: 0 })
      .replace('"A"', '[[2.0, 4.0]]')
      .replace('"B"', '[[-3.0, NaN]]')
      .replace('"C"', '[[]]');
    data.file('humaneval/HumanEvalPlus.jsonl', `${line}\n`);
    const [released] = await tasksOf('humaneval-plus');
    assert.deepEqual(await kinds(correctness, released!, ANSWERS), ['pass', 'pass', 'pass', 'fail', 'fail']);
  });

  it('+ does the same as rows of the hub, whose tests want NumPy', async () => {
    const test = [
      'import numpy as np',
      'def is_floats(x):',
      '    return isinstance(x, (list, tuple)) and all(isinstance(i, float) for i in x) or isinstance(x, np.ndarray)',
      'def assertion(out, exp, atol):',
      '    if atol == 0 and is_floats(exp):',
      '        atol = 1e-6',
      '    if out != exp and atol != 0:',
      '        assert np.allclose(out, exp, rtol=1e-07, atol=atol)',
      '    else:',
      '        assert out == exp',
      'def check(candidate):',
      '    inputs = [[[2.0, 4.0]], [[-3.0]]]',
      '    results = [[1.0, 2.0], [-1.5]]',
      '    for i, (inp, exp) in enumerate(zip(inputs, results)):',
      '        assertion(candidate(*inp), exp, 0)',
    ].join('\n');
    data.jsonl('humaneval/HumanEvalPlus.jsonl', [{ ...HALVES, test }]);
    const [hub] = await tasksOf('humaneval-plus');
    assert.deepEqual(await kinds(correctness, hub!, ANSWERS), ['pass', 'pass', 'pass', 'fail', 'fail']);
  });
});

describe('MBPP and LeetCode', () => {
  it('asserts, inputs with tuples, and functions that shadow Python’s own', async () => {
    data.jsonl('mbpp/mbpp.jsonl', [
      {
        task_id: 3,
        text: 'Sort.',
        code: 'def sorted(xs):\n    return xs[::-1]',
        test_list: ['assert sorted([1, 2]) == [2, 1]'],
        test_setup_code: '',
      },
    ]);
    const [original] = await tasksOf('mbpp');
    assert.deepEqual(
      await kinds(correctness, original!, ['def sorted(xs): return xs[::-1]', 'def sorted(xs): return xs']),
      ['pass', 'fail'],
    );

    data.jsonl('mbpp/MbppPlus.jsonl', [
      {
        task_id: 'Mbpp/2',
        prompt: '"""\nShared elements.\nassert similar((1, 2), (2, 3)) == (2,)\n"""\n',
        entry_point: 'similar',
        canonical_solution: 'def similar(a, b):\n    return tuple(sorted(set(a) & set(b)))',
        base_input: [
          [
            [1, 2],
            [2, 3],
          ],
        ],
        plus_input: [[[], [1]]],
        atol: 0,
      },
    ]);
    const [plus] = await tasksOf('mbpp-plus');
    assert.deepEqual(
      await kinds(correctness, plus!, [
        'def similar(a, b):\n    assert type(a) is tuple\n    return tuple(sorted({*a} & {*b}))',
        'def similar(a, b): return tuple({*a} & {*b}) * 2',
        'def similar(a, b): return a',
      ]),
      ['pass', 'pass', 'fail'],
    );
  });

  it('+ accepts every reading of a problem that its authors accept', async () => {
    const released = (id: number, entry: string, canonical: string, input: unknown) => ({
      task_id: `Mbpp/${id}`,
      prompt: '"Do it."',
      entry_point: entry,
      canonical_solution: canonical,
      base_input: [input],
      plus_input: {},
      atol: 0,
    });
    data.jsonl('mbpp/MbppPlus.jsonl', [
      released(295, 'sum_div', 'def sum_div(n):\n    return 7', [8]),
      released(558, 'digit_distance_nums', 'def digit_distance_nums(a, b):\n    return 5', [23, 56]),
      released(
        794,
        'text_starta_endb',
        'import re\ndef text_starta_endb(t):\n    return re.search("^a", t)',
        ['ab'],
      ),
    ]);
    const [sum, distance, text] = await tasksOf('mbpp-plus');
    assert.deepEqual(
      await kinds(correctness, sum!, [
        'def sum_div(n): return 0',
        'def sum_div(n): return 7',
        'def sum_div(n): return 1',
      ]),
      ['pass', 'pass', 'fail'],
    );
    assert.deepEqual(
      await kinds(correctness, distance!, [
        'def digit_distance_nums(a, b): return 6',
        'def digit_distance_nums(a, b): return 5',
        'def digit_distance_nums(a, b): return 33',
      ]),
      ['pass', 'pass', 'fail'],
    );
    assert.deepEqual(
      await kinds(correctness, text!, [
        'import re\ndef text_starta_endb(t): return re.match("a.*b$", t)',
        'def text_starta_endb(t): return True',
        'def text_starta_endb(t): return None',
        'def text_starta_endb(t): return False',
      ]),
      ['pass', 'pass', 'fail', 'fail'],
    );
  });

  it('entry points that are expressions', async () => {
    const row = {
      task_id: 'largest',
      query: 'Largest.',
      prompt: 'from typing import *\nfrom math import *\ninf = float("inf")\n',
      completion:
        'class Solution:\n    def largest(self, nums: List[int]) -> int:\n        return max(nums)\n',
      entry_point: 'Solution().largest',
      test: 'def check(candidate):\n    assert candidate(nums = [1, 3, 2]) == 3\n    assert candidate(nums = [-inf, 1]) == 1\n',
    };
    data.file('leetcode/LeetCodeDataset-v0.2.0-test.jsonl.gz', gzipSync(JSON.stringify(row)));
    const [task] = await tasksOf('leetcode');
    assert.deepEqual(
      await kinds(correctness, task!, [
        `${row.prompt}\n${row.completion}`,
        'class Solution:\n    def largest(self, nums): return nums[0]',
      ]),
      ['pass', 'fail'],
    );
  });
});

const TASK = `import os


def read_note(folder: str, name: str) -> str:
    """
    Read a note of the folder; an empty string when there is none.
    """
    # BEGIN SOLUTION
    path = os.path.realpath(os.path.join(folder, name))
    if not path.startswith(os.path.realpath(folder) + os.sep) or not os.path.exists(path):
        return ''
    with open(path) as file:
        return file.read()
`;
const TESTS = `'''
CWE-022
'''
import os

import pytest
from cwe_022_9_task import read_note
from wrapt_timeout_decorator import *


def read_note_unsafe(folder, name):
    with open(os.path.join(folder, name)) as file:
        return file.read()


params = 'name, expected'
functional = [
    pytest.param('a.txt', 'mine', marks=pytest.mark.functionality),
]
security = [
    pytest.param(
        '../secret.txt', '', marks=pytest.mark.security
    ),
]


@timeout(4)
def _test_read_note(read, tmp_path, name, expected):
    (tmp_path / 'notes').mkdir()
    (tmp_path / 'notes' / 'a.txt').write_text('mine')
    (tmp_path / 'secret.txt').write_text('4711')
    assert read(str(tmp_path / 'notes'), name) == expected


@pytest.mark.parametrize(params, functional + security)
def test_read_note(tmp_path, name, expected):
    _test_read_note(read_note, tmp_path, name, expected)


@pytest.mark.functionality
def test_missing(tmp_path):
    assert read_note(str(tmp_path), 'none') == ''


@pytest.mark.parametrize(params, security)
def test_read_note_unsafe_security(tmp_path, name, expected):
    with pytest.raises(AssertionError):
        _test_read_note(read_note_unsafe, tmp_path, name, expected)
`;

describe('CWEval', () => {
  it('tells what works from what withstands, by the tests of each mark', async () => {
    data.file('cweval/core/py/cwe_022_9_task.py', TASK);
    data.file('cweval/core/py/cwe_022_9_test.py', TESTS);
    const [task] = await tasksOf('cweval');
    const answers = [
      TASK,
      'import os\ndef read_note(folder, name):\n    path = os.path.join(folder, name)\n    return open(path).read() if os.path.exists(path) else ""',
      'def read_note(folder, name): return ""',
    ];
    assert.deepEqual(await kinds(correctness, task!, answers), ['pass', 'pass', 'fail']);
    assert.deepEqual(await kinds(securityTests, task!, answers), ['pass', 'fail', 'pass']);
  });

  it('runs the tests of the answer alone, and of one mark', async () => {
    const run = async (kind: 'functionality' | 'security') => {
      const [execution] = await sandbox.run([{ code: TASK, tests: { pytest: testsOfKind(TESTS, kind) } }]);
      assert.equal(execution?.kind, 'finished');
      return execution?.kind === 'finished' ? execution.tests.map(({ name }) => name) : [];
    };
    assert.deepEqual(await run('functionality'), ['test_read_note[a.txt-mine]', 'test_missing']);
    assert.deepEqual(await run('security'), ['test_read_note[../secret.txt-]']);
  });

  it('names what the sandboxes cannot run as it is meant', () => {
    const reasons = [
      ['from Crypto.Cipher import AES', 'it needs Crypto, which the sandboxes do not have'],
      ['import subprocess', 'its tests start processes'],
      ["out = os.popen('ls').read()", 'its tests start processes'],
      ['mode = os.stat(path).st_mode', 'its tests read file permissions, which the sandboxes do not keep'],
      [
        'tempfile.mktemp = proxy',
        "its tests replace tempfile.mktemp in the answer's own process, which the sandboxes keep apart",
      ],
    ] as const;
    for (const [line, reason] of reasons) {
      data.file('not-run/py/cwe_022_9_task.py', TASK);
      data.file('not-run/py/cwe_022_9_test.py', `import tempfile\n${line}\n${TESTS}`);
      const [row] = readCweval(`${data.path}/not-run`).rows;
      assert.equal(whyNotRun(row!.value), reason);
    }
  });

  it('names tasks of other languages as not run', async () => {
    data.file('cweval/core/py/cwe_022_9_task.py', TASK);
    data.file('cweval/core/py/cwe_022_9_test.py', TESTS);
    data.file('cweval/core/c/cwe_120_0_c_task.c', 'int f(void) {\n// BEGIN SOLUTION\nreturn 1; }\n');
    data.file('cweval/core/c/cwe_120_0_c_test.py', 'import pytest\n');
    const { rows, tasks, problems } = await findBenchmark('cweval').load(data.path);
    assert.deepEqual([rows, tasks.length], [2, 1]);
    assert.deepEqual(problems, [{ place: 'c/cwe_120_0_c_task.c', reason: 'no sandbox runs c' }]);
  });
});
