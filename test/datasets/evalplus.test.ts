import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readHumanEval, readHumanEvalPlus } from '../../src/datasets/humaneval.ts';
import { JsonNumber, parseKeepingNumbers, pythonLiteral } from '../../src/datasets/json-numbers.ts';
import { readMbpp, readMbppPlus, readSanitizedMbpp } from '../../src/datasets/mbpp.ts';
import { makeDataFolder } from './files.ts';

const data = makeDataFolder();

describe('numbers of JSON that Python wrote', () => {
  it('keep their spelling: floats, long integers, NaN and infinities', () => {
    const text =
      '[1.0, 1, 12345678901234567890, 1e-7, NaN, [-Infinity, "NaN \\" Infinity"], {"a": Infinity}]';
    assert.equal(
      pythonLiteral(parseKeepingNumbers(text)),
      "[1.0, 1, 12345678901234567890, 1e-7, float('nan'), [-float('inf'), \"NaN \\\" Infinity\"], {\"a\": float('inf')}]",
    );
    assert.ok(parseKeepingNumbers('3') instanceof JsonNumber);
    assert.throws(() => parseKeepingNumbers('{"a": nope}'), SyntaxError);
  });

  it('stand beside the rest of JSON in Python’s words', () => {
    const text = '{"yes": true, "no": false, "nothing": null, "text": "caf\\u00e9\\n\\ud83d\\ude00"}';
    assert.equal(
      pythonLiteral(parseKeepingNumbers(text)),
      '{"yes": True, "no": False, "nothing": None, "text": "café\\n😀"}',
    );
  });
});

const PROMPT =
  'import math\n\n\ndef half(x):\n    return x / 2\n\n\ndef quarter(x: float):\n    """A quarter."""\n';
const HUMANEVAL = {
  task_id: 'HumanEval/0',
  prompt: PROMPT,
  canonical_solution: '    return half(half(x))\n',
  entry_point: 'quarter',
  test: 'def check(candidate):\n    assert candidate(8) == half(4)\n',
};

describe('HumanEval', () => {
  it('has whole solutions; tests have the functions before the one that is asked for', () => {
    const { rows, problems } = readHumanEval(
      data.jsonl('he.jsonl', [HUMANEVAL, { ...HUMANEVAL, entry_point: 'not a name' }]),
    );
    const { solution, tests } = rows[0]!.value;
    assert.ok(solution.endsWith('"""A quarter."""\n    return half(half(x))\n'));
    assert.ok(tests.startsWith('import math\n\n\ndef half(x):\n    return x / 2\n\n'));
    assert.ok(!tests.includes('def quarter'));
    assert.ok(tests.endsWith('check(quarter)\n'));
    assert.equal(problems.length, 1);
  });

  it('+ as released: the solution under another name says what is right, input by input', () => {
    const { test: _test, ...row } = HUMANEVAL;
    const line = JSON.stringify({ ...row, base_input: [], plus_input: [['X']], atol: 0 }).replace(
      '"X"',
      '8.0',
    );
    const { rows } = readHumanEvalPlus(data.file('hep.jsonl', `${line}\n`));
    const { tests } = rows[0]!.value;
    assert.match(tests, /^def reference__quarter\(/m);
    assert.match(tests, /^ {4}\[8\.0\],$/m);
    assert.match(tests, /is_same\(got, want, 0\)/);
    assert.ok(tests.endsWith('check(quarter)'));
  });

  it('+ as rows of the hub: the test program, without NumPy', () => {
    const test = `import numpy as np\n\ndef assertion(out, exp, atol):\n    assert np.allclose(out, exp, atol=atol)\n\n${HUMANEVAL.test}`;
    const { rows } = readHumanEvalPlus(data.jsonl('hub.jsonl', [{ ...HUMANEVAL, test }]));
    const { tests } = rows[0]!.value;
    assert.ok(!tests.includes('import numpy'));
    assert.match(tests, /^class np:/m);
    assert.ok(tests.trimEnd().endsWith('check(quarter)'));
  });
});

describe('MBPP', () => {
  const row = {
    task_id: 7,
    code: 'import re\ndef helper(x): return x\ndef first(xs):\n    return helper(xs[0])',
    test_list: ['assert first([1, 2]) == 1', 'assert first("ab") == "a"'],
  };
  it('names the function by its tests, which belong to the prompt', () => {
    const whole = readMbpp(
      data.jsonl('mbpp.jsonl', [
        { ...row, text: 'The first.', test_setup_code: 'import math', challenge_test_list: [] },
        { ...row, text: 'The first.', test_list: ['assert other(1)'] },
      ]),
    );
    const [problem] = whole.rows.map(({ value }) => value);
    assert.equal(problem!.entryPoint, 'first');
    assert.equal(problem!.id, 'MBPP/7');
    assert.match(
      problem!.prompt,
      /^The first\.\n\nThe code must pass these tests:\nassert first\(\[1, 2\]\)/,
    );
    assert.equal(problem!.tests, 'import math\nassert first([1, 2]) == 1\nassert first("ab") == "a"\n');
    assert.match(whole.problems[0]!.reason, /the tests call no function/);
    const sanitized = readSanitizedMbpp(
      data.json('sanitized.json', [{ ...row, prompt: 'The first.', test_imports: ['import math'] }]),
    );
    assert.equal(sanitized.rows[0]!.value.tests, problem!.tests);
  });

  it('+ gives lists the types that JSON took from them', () => {
    const released = (id: number, input: unknown) => ({
      task_id: `Mbpp/${id}`,
      prompt: '"""\nDo it.\n"""\n',
      entry_point: 'f',
      canonical_solution: 'def f(*a): return a',
      base_input: [input],
      plus_input: {},
      atol: 0,
    });
    const inputs = (id: number, input: unknown): string => {
      const { rows } = readMbppPlus(data.jsonl('plus.jsonl', [released(id, input)]));
      return /^INPUTS = \[\n {4}(.*),\n\]$/m.exec(rows[0]!.value.tests)![1]!;
    };
    assert.equal(inputs(2, [[1, 2], [3]]), '[(1, 2, ), (3, )]');
    assert.equal(inputs(63, [[[1, 2]]]), '[[(1, 2, )]]');
    assert.equal(inputs(75, [[[1, 2]], 6]), '[[(1, 2, )], 6]');
    assert.equal(inputs(106, [[1], [2]]), '[[1], (2, )]');
    assert.equal(inputs(115, [[[1], []]]), '[[set([1]), {}]]');
    assert.equal(inputs(124, ['1.5', '2j']), '[float("1.5"), complex("2j")]');
    assert.equal(inputs(250, [[1], 2]), '[(1, ), 2]');
    assert.equal(inputs(259, [[[1], [2]], [[3]]]), '[((1, ), (2, ), ), ((3, ), )]');
    assert.equal(inputs(307, [[1], 2, 3]), '[(1, ), 2, 3]');
    assert.equal(inputs(580, [[1, [2]]]), '[(1, (2, ), )]');
    assert.equal(inputs(722, [{ a: [1, 2] }, 3]), '[{"a": (1, 2, )}, 3]');
    assert.equal(inputs(9, [[1, 2]]), '[[1, 2]]');
  });

  it('+ as rows of the hub', () => {
    const { rows } = readMbppPlus(
      data.jsonl('mbpp-hub.jsonl', [
        {
          ...row,
          prompt: 'The first.',
          test_imports: [],
          test: 'import numpy as np\nassert first([3]) == 3',
        },
      ]),
    );
    const { tests, entryPoint } = rows[0]!.value;
    assert.equal(entryPoint, 'first');
    assert.match(tests, /assert first\(\[3\]\) == 3\n$/);
    assert.ok(!tests.includes('check('));
  });
});
