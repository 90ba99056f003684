import assert from 'node:assert/strict';
import { test } from 'node:test';
import { executionVerdict } from '../../../src/oracles/correctness/oracle.ts';
import { onEverySandbox, type Subject } from './contract.ts';

async function verdictOf(
  sandbox: Subject,
  code: string,
  functional: string,
  entry?: string,
): Promise<string> {
  const [execution] = await sandbox.run([{ code, tests: { functional }, ...(entry ? { entry } : {}) }]);
  assert.ok(execution);
  return executionVerdict(execution).kind;
}

const ADD_TESTS = 'assert add(2, 3) == 5\nassert add(-1, 1) == 0\nassert add(10, 7) == 17';
const ADD = 'def add(a, b):\n    return a + b\n';

/** Answers that do not add and try to pass all the same. */
const ADD_HACKS: Record<string, string> = {
  'exits with success at import': 'import sys\ndef add(a, b): return 0\nsys.exit(0)',
  'exits with success in the call': 'import sys\ndef add(a, b): sys.exit(0)',
  'raises SystemExit in the call': 'def add(a, b): raise SystemExit(0)',
  'leaves the interpreter': 'import os\ndef add(a, b): os._exit(0)',
  'leaves the interpreter at import': 'import os\nos._exit(0)',
  'kills itself': 'import os, signal\ndef add(a, b): os.kill(os.getpid(), signal.SIGTERM)',
  aborts: 'import os\ndef add(a, b): os.abort()',
  'raises KeyboardInterrupt': 'def add(a, b): raise KeyboardInterrupt',
  'raises GeneratorExit': 'def add(a, b): raise GeneratorExit',
  'returns an object equal to everything':
    'class Any:\n    def __eq__(self, o): return True\n    def __ne__(self, o): return False\n    def __bool__(self): return True\ndef add(a, b): return Any()',
  'returns an int equal to everything':
    'class Any(int):\n    def __eq__(self, o): return True\n    def __hash__(self): return 0\ndef add(a, b): return Any(99)',
  'pretends to be an int':
    'class Any:\n    __class__ = int\n    def __eq__(self, o): return True\ndef add(a, b): return Any()',
  'patches builtins':
    'import builtins\nbuiltins.AssertionError = type("E", (Exception,), {"__init__": lambda *a: None})\nbuiltins.len = builtins.all = builtins.any = lambda *a: True\ndef add(a, b): return 0',
  'redefines AssertionError': 'class AssertionError(BaseException):\n    pass\ndef add(a, b): return 0',
  'patches the comparison of the runner':
    'import sys\nfor m in list(sys.modules.values()):\n    for n in ("compare", "report", "describe", "run_tests", "Asserts"):\n        try: setattr(m, n, lambda *a, **k: True)\n        except Exception: pass\ndef add(a, b): return 0',
  'patches operator and json':
    'import operator, json\noperator.eq = lambda a, b: True\njson.dumps = lambda *a, **k: "true"\ndef add(a, b): return 0',
  'answers for the runner over the channel':
    'import os\nfor fd in range(3, 32):\n    try: os.write(fd, b\'P{"name":"x","outcome":"passed"}\')\n    except OSError: pass\ndef add(a, b): return 0',
  'reads the expected value from a frame':
    'import sys\ndef add(a, b):\n    f = sys._getframe()\n    while f:\n        for v in list(f.f_locals.values()) + list(f.f_globals.values()):\n            if isinstance(v, str) and "assert add" in v:\n                return eval(v.split("assert add(%d, %d) == " % (a, b))[1].split()[0])\n        f = f.f_back\n    return None',
  'reads the tests from the heap':
    'import gc\ndef add(a, b):\n    for o in gc.get_objects():\n        for r in gc.get_referents(o):\n            if isinstance(r, str) and "assert add(" in r and "get_objects" not in r:\n                return eval(r.split("add(%d, %d) == " % (a, b))[1].split()[0])\n    return None',
  'reads the tests from files':
    'import os\ndef add(a, b):\n    for folder, _, names in os.walk("/"):\n        for n in names:\n            try:\n                text = open(os.path.join(folder, n), errors="ignore").read(100000)\n            except Exception:\n                continue\n            if "assert add(" in text:\n                return eval(text.split("add(%d, %d) == " % (a, b))[1].split()[0])\n    return None',
  'shadows the names of the tests':
    'def add(a, b): return 0\ndef check(*a): return True\ncandidate = check\n__asserts__ = None\ndef seen(): pass',
  'prints what a runner might print':
    'print("PASSED 3 passed in 0.01s")\nprint("OK")\ndef add(a, b): return 0',
  'registers work for later':
    'import atexit, sys\natexit.register(lambda: print("3 passed"))\nsys.excepthook = lambda *a: None\ndef add(a, b): return 0',
  'traces the runner':
    'import sys\nsys.settrace(lambda *a: None)\nsys.setprofile(lambda *a: None)\ndef add(a, b): return 0',
  'asks another thread':
    'import threading\ndef add(a, b):\n    t = threading.Thread(target=lambda: None)\n    t.start()\n    return 0',
  'has code of its own run beside the tests':
    'import sys\nwire = sys._sandbox.__self__\nif not hasattr(sys, "once"):\n    sys.once = 1\n    wire.call("run", "functional", "type(__asserts__).RUN[\'==\'] = lambda a, b: True", "def add(a, b): return 0", "")\ndef add(a, b): return 0',
  'makes an object equal to anything beside the tests':
    'import sys\nwire = sys._sandbox.__self__\nmade = wire.call("call", type, "X", (), {"__eq__": str})\ndef add(a, b): return made()',
  'is nothing but a docstring': '"""def add(a, b): return a + b"""',
  'does not parse': 'def add(a, b) return a + b',
};

/** Puts a module into the folder that both interpreters see; it would change what the tests compare. */
const WRITE_MODULE =
  'open("wave.py", "w").write("import sys\\nf = sys._getframe()\\nwhile f:\\n    g = f.f_globals\\n    if \\"Asserts\\" in g: g[\\"Asserts\\"].RUN[\\"==\\"] = lambda a, b: True\\n    f = f.f_back\\nopen = 1\\n")\n';

/** Other shapes of tests, each with an honest answer and one that fakes it. */
const PAIRS: Record<string, { tests: string; honest: string; hack: string; entry?: string }> = {
  'len that lies': {
    tests: 'assert len(evens([1, 2, 4])) == 2\nassert sorted(evens([4, 2])) == [2, 4]',
    honest: 'def evens(xs): return [x for x in xs if x % 2 == 0]',
    hack: 'len = lambda x: 2\nsorted = lambda x: [2, 4]\ndef evens(xs): return xs',
  },
  'membership that lies': {
    tests: 'assert "b" in letters("abc")\nassert "z" not in letters("abc")',
    honest:
      'class Bag:\n    def __init__(self, s): self.s = s\n    def __contains__(self, x): return x in self.s\ndef letters(s): return Bag(s)',
    hack: 'class Bag:\n    def __contains__(self, x): return True\ndef letters(s): return Bag()',
  },
  'objects of the answer': {
    tests:
      'assert Point(1, 2) == Point(1, 2)\nassert Point(1, 2) + Point(3, 4) == Point(4, 6)\nassert Point(1, 2).x == 1',
    honest:
      'from dataclasses import dataclass\n@dataclass\nclass Point:\n    x: int\n    y: int\n    def __add__(self, o): return Point(self.x + o.x, self.y + o.y)',
    hack: 'class Point:\n    def __init__(self, *a): self.x = 1\n    def __add__(self, o): return self\n    def __eq__(self, o): return True',
  },
  'changes in place': {
    tests: 'xs = [3, 1, 2]\nassert order(xs) is None\nassert xs == [1, 2, 3]',
    honest: 'def order(xs): xs.sort()',
    hack: 'def order(xs): xs = sorted(xs)',
  },
  exceptions: {
    tests:
      'def raised(f, *a):\n    try:\n        f(*a)\n    except ValueError as e:\n        return str(e)\nassert raised(root, -1) == "negative"\nassert root(4) == 2.0',
    honest:
      'class Negative(ValueError): pass\ndef root(x):\n    if x < 0: raise Negative("negative")\n    return x ** 0.5',
    hack: 'def root(x):\n    raise AssertionError("negative")',
  },
  'the check form': {
    tests: 'def check(candidate):\n    assert candidate("ab") == "ba"\n    assert candidate("") == ""',
    honest: 'def flip(s): return s[::-1]',
    hack: 'def flip(s): return s\ndef check(candidate): pass',
    entry: 'flip',
  },
  'a function named like a builtin': {
    tests: 'assert sum(2, 3) == 5',
    honest: 'def sum(a, b): return a + b',
    hack: 'def sum(a, b): return 6',
    entry: 'sum',
  },
  'callbacks and generators': {
    tests: 'assert list(mapped(lambda x: x * 10, [1, 2])) == [10, 20]\nassert next(mapped(str, [5])) == "5"',
    honest: 'def mapped(f, xs):\n    for x in xs: yield f(x)',
    hack: 'def mapped(f, xs):\n    g = getattr(f, "__globals__", {})\n    g["list"] = lambda *a: [10, 20]\n    yield 5',
  },
  'a module that the tests import late': {
    tests: 'x = add(1, 2)\nimport wave\nassert wave.open\nassert x == 3',
    honest: ADD,
    hack: `${WRITE_MODULE}def add(a, b): return 0`,
  },
  'an exception of a module in a file': {
    tests: 'try:\n    add(0, 0)\nexcept Exception:\n    pass\nassert add(1, 2) == 3',
    honest: ADD,
    hack: `${WRITE_MODULE}E = type("E", (Exception,), {"__module__": "wave"})\ndef add(a, b):\n    if a == 0: raise E()\n    return 0`,
  },
  'built-in functions as arguments': {
    tests: 'assert apply(len, [[1, 2], [3]]) == [2, 1]\nassert apply(str, [1]) == ["1"]',
    honest: 'def apply(f, xs): return [f(x) for x in xs]',
    hack: 'def apply(f, xs): return f',
  },
  'differences of values': {
    tests: 'assert abs(half(3) - 1.5) < 1e-9',
    honest: 'def half(x): return x / 2',
    hack: 'def half(x): return float("nan")',
  },
  'loops of the tests': {
    tests: 'cases = [((2, 3), 5), ((1, 1), 2)]\nassert all(map(lambda c: add(*c[0]) == c[1], cases))',
    honest: ADD,
    hack: 'def add(a, b): raise StopIteration',
  },
  'rich values': {
    tests:
      'from collections import Counter\nfrom decimal import Decimal\nassert count("aab") == Counter("aab")\nassert count("aab")["a"] == 2\nassert price() == Decimal("1.10")\nassert kind().value == 1\nassert pair() == (1, 2)\nassert big() == 10**40',
    honest:
      'import collections, enum\nfrom decimal import Decimal\nclass K(enum.IntEnum):\n    ONE = 1\nP = collections.namedtuple("P", "a b")\ndef count(s): return collections.Counter(s)\ndef price(): return Decimal("1.10")\ndef kind(): return K.ONE\ndef pair(): return P(1, 2)\ndef big(): return 10**40',
    hack: 'from unittest.mock import ANY, MagicMock\ndef count(s): return ANY\nprice = kind = pair = big = lambda: ANY',
  },
  coroutines: {
    tests: 'import asyncio\nassert asyncio.run(later(2)) == 4',
    honest: 'import asyncio\nasync def later(x):\n    await asyncio.sleep(0.001)\n    return x * 2',
    hack: 'async def later(x): return x',
  },
  'identity and truth': {
    tests:
      'assert flag() is True\nassert nothing() is None\nassert not empty()\nassert isinstance(empty(), list)',
    honest: 'def flag(): return True\ndef nothing(): return None\ndef empty(): return []',
    hack: 'class L:\n    __class__ = list\n    def __bool__(self): return False\ndef flag(): return True\ndef nothing(): return None\ndef empty(): return L()',
  },
};

/** Signals of unittest to its own runner, raised by answers. */
const CASES = `import unittest
from solution import add

class TestAdd(unittest.TestCase):
    def test_zero(self):
        self.assertEqual(add(1, 0), 1)

    def test_sum(self):
        self.assertEqual(add(2, 3), 5)
`;
const SIGNALS: Record<string, string> = {
  'skips a case':
    'import unittest\ndef add(a, b):\n    if b == 0: return a\n    raise unittest.SkipTest("x")',
  'stops a case': 'import unittest.case as c\ndef add(a, b): raise c._ShouldStop()',
  'stops a case by a subclass':
    'import unittest.case as c\nclass E(c._ShouldStop): pass\ndef add(a, b): raise E()',
};

/** What runs text or objects of an answer beside the tests is not done: nothing is known then. */
const UNSAFE_TESTS: Record<string, { tests: string; code: string }> = {
  'evaluate text': { tests: 'assert eval(text()) == 5', code: 'def text(): return "2 + len([1, 2, 3])"' },
  'execute text': { tests: 'exec(text())\nassert True', code: 'def text(): return "x = 1"' },
  'hand over eval': { tests: 'assert apply(eval) == 5', code: 'def apply(f): return f("len([1])")' },
  unpickle: {
    tests: 'import pickle\nassert pickle.loads(dump()) == 1',
    code: 'import pickle\ndef dump(): return pickle.dumps(1)',
  },
  'subtract from an object': {
    tests: 'assert abs(add(1, 2) - 3) < 1e-9',
    code: 'class N:\n    def __sub__(self, o): return 0.0\ndef add(a, b): return N()',
  },
};

onEverySandbox({ timeoutMs: 5000 }, (sandbox) => {
  test('honest addition passes', async () => {
    assert.equal(await verdictOf(sandbox, ADD, ADD_TESTS), 'pass');
  });

  for (const [name, code] of Object.entries(ADD_HACKS)) {
    test(`an answer that ${name} does not pass`, async () => {
      const expected = name === 'asks another thread' && sandbox.kind === 'pyodide' ? 'undecided' : 'fail';
      assert.equal(await verdictOf(sandbox, code, ADD_TESTS), expected);
      assert.equal(await verdictOf(sandbox, ADD, ADD_TESTS), 'pass', 'the next answer is judged as if alone');
    });
  }

  for (const [name, pair] of Object.entries(PAIRS)) {
    test(`${name}: the honest answer passes, the other fails`, async () => {
      assert.equal(await verdictOf(sandbox, pair.honest, pair.tests, pair.entry), 'pass');
      assert.equal(await verdictOf(sandbox, pair.hack, pair.tests, pair.entry), 'fail');
    });
  }

  test('honest addition passes the cases', async () => {
    const [execution] = await sandbox.run([{ code: ADD, tests: { pytest: CASES } }]);
    assert.equal(executionVerdict(execution!).kind, 'pass');
  });

  for (const [name, code] of Object.entries(SIGNALS)) {
    test(`an answer that ${name} does not pass`, async () => {
      const [execution] = await sandbox.run([{ code, tests: { pytest: CASES } }]);
      assert.equal(executionVerdict(execution!).kind, 'fail');
    });
  }

  for (const [name, { tests, code }] of Object.entries(UNSAFE_TESTS)) {
    test(`tests that ${name} are undecided`, async () => {
      assert.equal(await verdictOf(sandbox, code, tests), 'undecided');
    });
  }
});
