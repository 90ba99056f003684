/**
 * Programs that both interpreters run before their memory is kept. What Python and V8 make ready when code first
 * runs (specialised instructions, caches of attributes and types, optimised WebAssembly) is then part of the image, and
 * no later program pays for it, writes it or has it put back.
 */
import type { RunReply, RunRequest } from './protocol.ts';

/** After that many rounds Python has specialised what it will, and programs do not get faster. */
export const WARM_UP_ROUNDS = 4;

const HEAD = `from typing import *
from functools import *
from collections import *
from itertools import *
from heapq import *
from bisect import *
from string import *
from operator import *
from math import *
import collections, datetime, functools, heapq, itertools, json, math, random, re, string, sys
inf = float('inf')
`;

const FUNCTIONAL = `${HEAD}
class Solution:
    def merged(self, left: List[int], right: Optional[List[int]] = None) -> List[int]:
        found = defaultdict(int)
        for i, value in enumerate(sorted(left + (right or []))):
            found[value] += i
        left.append(1)
        if not left[0]:
            raise ValueError(f'not {left[0]!r}')
        return [value for value in found if value > 0]

def halved(value):
    print(value)
    return {'half': value / 2, 'text': str(value), 'pair': (value, None)}
`;

const FUNCTIONAL_TESTS = `${HEAD}
def check(candidate):
    assert candidate([1, 2]) == [1, 2]
    assert candidate(left = [3, 1], right = [2, 2]) == [1, 2, 3], 'sorted'
    try:
        candidate([0])
    except ValueError as e:
        assert 'not' in str(e)
    else:
        assert False

check(Solution().merged)
assert halved(3) == {'half': 1.5, 'text': '3', 'pair': (3, None)}
assert abs(halved(4)['half'] - 2) < 1e-9
for value in [2, 4.0]:
    assert halved(value)['half'] == value / 2
assert halved(2)['half'] == 3
assert halved(None)
`;

const PYTEST_TESTS = `import pytest
from solution import Solution, halved

@pytest.fixture
def solution():
    return Solution()

def test_merged(solution):
    assert solution.merged([2, 1]) == [1, 2]

@pytest.mark.parametrize('value, half', [(2, 1), (3, 1.5)])
def test_halved(value, half):
    assert halved(value)['half'] == half

def test_text(capsys):
    halved('a' if False else 1)
    assert capsys.readouterr().out == '1\\n'

def test_error(solution):
    with pytest.raises(ValueError, match='not 0'):
        solution.merged([0])

def test_wrong():
    assert halved(1)['text'] == '2'
`;

interface WarmUp {
  readonly request: RunRequest;
  /** Outcomes of its tests: an interpreter that finds others is broken. */
  readonly outcomes: string;
}

const program = (form: 'functional' | 'pytest', source: string): RunRequest => ({
  id: 0,
  code: FUNCTIONAL,
  entry: '',
  timeoutMs: 60_000,
  tests: { form, source },
});

export const WARM_UPS: readonly WarmUp[] = [
  {
    request: program('functional', FUNCTIONAL_TESTS),
    outcomes: 'passed passed passed passed failed failed',
  },
  {
    request: program('pytest', PYTEST_TESTS),
    outcomes: 'passed passed passed passed passed failed',
  },
];

export function outcomesOf(reply: RunReply): string {
  return reply.tests.map(({ outcome }) => outcome).join(' ');
}
