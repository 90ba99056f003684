import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choosePairs, normaliseOutput, pairTests } from '../../../src/oracles/correctness/pairs.ts';

test('the eight smallest inputs of at most 4 KiB are run, and what is left out is said', () => {
  const sizes = [5000, 90, 80, 70, 60, 50, 40, 30, 20, 10, 4096];
  const { pairs, note } = choosePairs({
    stdin: sizes.map((n) => 'x'.repeat(n)),
    stdout: sizes.map(String),
  });
  assert.deepEqual(
    pairs.map((pair) => pair.stdout),
    ['10', '20', '30', '40', '50', '60', '70', '80'],
  );
  assert.equal(note, '3 of 11 pairs not covered');
});

test('all pairs that fit are run without a note', () => {
  assert.deepEqual(choosePairs({ stdin: ['1'], stdout: ['2'] }), {
    pairs: [{ stdin: '1', stdout: '2' }],
    note: undefined,
  });
});

test('an input without an expected output is not covered', () => {
  assert.equal(choosePairs({ stdin: ['1', '2'], stdout: ['2'] }).note, '1 of 2 pairs not covered');
});

test('space at line ends, CRLF and empty last lines do not count; inner space and empty lines do', () => {
  assert.equal(normaliseOutput('a b  \r\n\nc\t\n\n'), 'a b\n\nc');
  assert.notEqual(normaliseOutput('a  b'), normaliseOutput('a b'));
});

test('a pair fails by its first differing line, an exit code or an exception', () => {
  const pairs = [{ stdin: '', stdout: '1\n2\n' }];
  const one = (output: Parameters<typeof pairTests>[1][number]) => pairTests(pairs, [output]);
  assert.deepEqual(one({ stdout: '1 \n2', exitCode: 0 }), { tests: [{ name: 'pair 1', outcome: 'passed' }] });
  assert.deepEqual(one({ stdout: '1\n3', exitCode: 0 }), {
    tests: [{ name: 'pair 1', outcome: 'failed', message: 'output line 2: "3" instead of "2"' }],
  });
  assert.deepEqual(one({ stdout: '1\n2', exitCode: 3 }), {
    tests: [{ name: 'pair 1', outcome: 'failed', message: 'exit code 3' }],
  });
  const error: [string, string, string] = ['ModuleNotFoundError', 'x', "No module named 'numpy.linalg'"];
  assert.deepEqual(one({ stdout: '', exitCode: 1, error }), {
    undecided: 'the answer needs the package numpy',
  });
});
