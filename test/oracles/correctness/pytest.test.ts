import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onEverySandbox, type Subject } from './contract.ts';

const ANSWER = `
import os
class Empty(IndexError): pass
class Stack:
    def __init__(self): self.items = []
    def push(self, x): self.items.append(x)
    def pop(self):
        if not self.items: raise Empty("stack is empty")
        return self.items.pop()
    def __len__(self): return len(self.items)
def divide(a, b):
    if b == 0: raise ZeroDivisionError("cannot divide by zero")
    return a / b
def greet():
    name = input("name? ")
    print("hello " + name)
def save(path, text):
    with open(path, "w") as f: f.write(text)
def home(): return os.environ.get("APP_HOME")
`;

/** `name: outcome` per test, or how it ended. */
async function results(sandbox: Subject, pytest: string, code = ANSWER): Promise<string[]> {
  const [execution] = await sandbox.run([{ code, tests: { pytest } }]);
  assert.ok(execution);
  if (execution.kind === 'undecided') return [`undecided: ${execution.cause}`];
  return execution.tests.map((result) => `${result.name}: ${result.outcome}`);
}

onEverySandbox({ timeoutMs: 5000 }, (sandbox) => {
  test('functions, raises with match, approx', async () => {
    const source = `
import pytest
from solution import divide, Empty, Stack
def test_value(): assert divide(1, 3) == pytest.approx(0.3333333)
def test_list(): assert [divide(1, 4), 1] == pytest.approx([0.25, 1.0])
def test_wrong(): assert divide(1, 3) == pytest.approx(0.34)
def test_zero():
    with pytest.raises(ZeroDivisionError, match="divide by") as caught:
        divide(1, 0)
    assert "zero" in str(caught.value)
def test_no_error():
    with pytest.raises(ZeroDivisionError): divide(1, 1)
def test_match():
    with pytest.raises(ZeroDivisionError, match="^zero"): divide(1, 0)
def test_own_class():
    with pytest.raises(Empty, match="empty"): Stack().pop()
def test_base_class():
    with pytest.raises(IndexError): Stack().pop()
def test_other_class():
    with pytest.raises(KeyError): Stack().pop()
`;
    assert.deepEqual(await results(sandbox, source), [
      'test_value: passed',
      'test_list: passed',
      'test_wrong: failed',
      'test_zero: passed',
      'test_no_error: failed',
      'test_match: failed',
      'test_own_class: passed',
      'test_base_class: passed',
      'test_other_class: failed',
    ]);
  });

  test('parametrize with ids, stacked, and marks', async () => {
    const source = `
import pytest
from solution import divide
@pytest.mark.parametrize("a, b, c", [(4, 2, 2), pytest.param(9, 3, 3, id="nine")])
def test_divide(a, b, c): assert divide(a, b) == c
@pytest.mark.parametrize("a", [1, 2], ids=["one", "two"])
@pytest.mark.parametrize("b", [1])
def test_grid(a, b): assert divide(a, b) == 1
@pytest.mark.skip(reason="later")
def test_skipped(): assert False
@pytest.mark.skipif(False, reason="never")
def test_kept(): pass
@pytest.mark.xfail
def test_expected(): assert False
def test_called_off(): pytest.skip("not today")
`;
    assert.deepEqual(await results(sandbox, source), [
      'test_divide[4-2-2]: passed',
      'test_divide[nine]: passed',
      'test_grid[1-one]: passed',
      'test_grid[1-two]: failed',
      'test_skipped: skipped',
      'test_kept: passed',
      'test_expected: skipped',
      'test_called_off: skipped',
    ]);
  });

  test('classes, fixtures with teardown, capsys, monkeypatch, tmp_path, unittest', async () => {
    const source = `
import pytest, unittest, solution
from solution import Stack, greet, save, home
log = []
@pytest.fixture
def stack():
    made = Stack()
    made.push(1)
    yield made
    log.append(len(made))
@pytest.fixture(params=[1, 2])
def size(request): return request.param
class TestStack:
    def setup_method(self): self.extra = 5
    def test_pop(self, stack):
        assert stack.pop() == 1
        assert self.extra == 5
    def test_push(self, stack):
        stack.push(2)
        assert len(stack) == 2 and stack.items == [1, 2]
def test_teardown(): assert log == [0, 2]
def test_size(size, stack): assert len(stack) == size
def test_output(capsys, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda prompt: "Ada")
    greet()
    assert capsys.readouterr().out == "hello Ada\\n"
def test_environment(monkeypatch):
    monkeypatch.setenv("APP_HOME", "/srv")
    assert home() == "/srv"
def test_environment_is_back(): assert home() is None
def test_patched_answer(monkeypatch):
    monkeypatch.setattr(solution, "divide", lambda a, b: 7)
    assert solution.divide(1, 2) == 7
def test_answer_is_back(): assert solution.divide(1, 2) == 0.5
def test_file(tmp_path):
    save(str(tmp_path / "note.txt"), "text")
    assert (tmp_path / "note.txt").read_text() == "text"
class Divide(unittest.TestCase):
    def test_equal(self): self.assertEqual(solution.divide(4, 2), 2)
    def test_unequal(self): self.assertEqual(solution.divide(4, 2), 3)
    def test_error(self):
        with self.assertRaises(ZeroDivisionError): solution.divide(1, 0)
`;
    assert.deepEqual(await results(sandbox, source), [
      'TestStack::test_pop: passed',
      'TestStack::test_push: passed',
      'test_teardown: passed',
      'test_size[1]: passed',
      'test_size[2]: failed',
      'test_output: passed',
      'test_environment: passed',
      'test_environment_is_back: passed',
      'test_patched_answer: passed',
      'test_answer_is_back: passed',
      'test_file: passed',
      'Divide::test_equal: passed',
      'Divide::test_error: passed',
      'Divide::test_unequal: failed',
    ]);
  });

  test('what the runner does not do is undecided', async () => {
    const cases: Record<string, string> = {
      'import pytest\ndef test_a(benchmark): pass': 'undecided: the fixture benchmark',
      'import pytest\ndef test_a():\n    with pytest.warns(UserWarning): pass': 'undecided: pytest.warns',
      'import freezegun\ndef test_a(): pass': 'undecided: the tests need the package freezegun',
      'from unittest import mock\ndef test_a():\n    with mock.patch("os.remove"): pass':
        "undecided: mock.patch('os.remove')",
      'def test_a(:': 'undecided: the tests do not parse: invalid syntax (tests.py, line 1)',
      // A lone surrogate is in no UTF-8: the fault is the task's, not the answer's.
      'def test_a(): assert "\ud800"':
        "undecided: the tests do not parse: 'utf-8' codec can't encode character '\\ud800' in position 22: surrogates not allowed",
      'def helper(): pass': 'undecided: no test ran',
    };
    for (const [source, expected] of Object.entries(cases))
      assert.deepEqual(await results(sandbox, source), [expected]);
  });

  test('an answer cannot pass by what it raises, patches or leaves undefined', async () => {
    const source =
      'import pytest\nfrom solution import f\ndef test_f(): assert f(1) == 2\ndef test_g():\n    with pytest.raises(ValueError): f(-1)';
    const honest = 'def f(x):\n    if x < 0: raise ValueError(x)\n    return x + 1';
    assert.deepEqual(await results(sandbox, source, honest), ['test_f: passed', 'test_g: passed']);
    const skipping = 'class Skipped(BaseException): pass\ndef f(x): raise Skipped("x")';
    assert.deepEqual(await results(sandbox, source, skipping), ['test_f: failed', 'test_g: failed']);
    const unittestSkip = 'import unittest\ndef f(x): raise unittest.SkipTest("x")';
    assert.deepEqual(await results(sandbox, source, unittestSkip), ['test_f: failed', 'test_g: failed']);
    const replaced =
      'import sys, types\nsys.modules["pytest"] = types.ModuleType("pytest")\ndef f(x): return None';
    assert.deepEqual(await results(sandbox, source, replaced), ['test_f: failed', 'test_g: failed']);
    assert.deepEqual(await results(sandbox, source, 'def g(x): return x'), ['the answer runs: failed']);
  });
});
