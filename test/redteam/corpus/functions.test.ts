import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changedFunctions } from '../../../src/redteam/corpus/osv/functions.ts';
import { DEFAULT_LENGTHS } from '../../../src/redteam/corpus/snippet.ts';
import type { Language } from '../../../src/transcripts/code-language.ts';

const change = (start: number, end = start, added: readonly string[] = []) => ({ start, end, added });
const extract = (code: string, language: Language, ...changes: ReturnType<typeof change>[]) =>
  changedFunctions({ code, language }, changes, DEFAULT_LENGTHS);

const PYTHON = `from __future__ import annotations
import os, re
from a.b import (
    c as d,
    e,
)
from . import views

class Shop:
    limit = 3

    @route("/x")
    def find(self, name):
        def inner():
            return d(name)

        text = """
left alone"""
        return os.path.join(inner(), text, e=self.re)

    def count(self):
        return views.n

value = 1
`;

describe('functions that a fix changed', () => {
  it('are the outermost ones, standing alone, with decorators and the imports that they use', () => {
    const { functions, faults } = extract(PYTHON, 'python', change(15));
    assert.deepEqual(faults, []);
    assert.deepEqual(functions, [
      {
        code: `import os
from a.b import c as d


@route("/x")
def find(self, name):
    def inner():
        return d(name)

    text = """
left alone"""
    return os.path.join(inner(), text, e=self.re)`,
        startLine: 12,
        endLine: 19,
      },
    ]);
  });

  it('are found for lines removed and lines added, each once', () => {
    const lines = (...changes: ReturnType<typeof change>[]) => {
      const { functions, faults } = extract(PYTHON, 'python', ...changes);
      return [functions.map(({ startLine }) => startLine), faults];
    };
    assert.deepEqual(lines(change(13), change(19)), [[12], []]);
    assert.deepEqual(lines(change(14, 22)), [[12, 21], []]);
    // Between two lines of a function, and behind its last: what is indented deeper goes on with it.
    assert.deepEqual(lines(change(19, 18, ['        check(name)'])), [[12], []]);
    assert.deepEqual(lines(change(23, 22, ['        return 1'])), [[21], []]);
    assert.deepEqual(lines(change(23, 22, ['', '    def more(self):'])), [[], ['outside-functions']]);
    assert.deepEqual(lines(change(10), change(24)), [[], ['outside-functions', 'outside-functions']]);
  });

  it('are those inside where the outermost is too long; what has no length to speak of is left out', () => {
    const body = (lines: number, indent: string) =>
      Array.from({ length: lines }, (_, i) => `${indent}x${i} = ${i}`).join('\n');
    const code = `def outer():\n    def inner(a):\n${body(5, '        ')}\n${body(200, '    ')}\n\ndef one(): return 1\n`;
    assert.deepEqual(
      extract(code, 'python', change(4)).functions.map(({ startLine, endLine }) => [startLine, endLine]),
      [[2, 7]],
    );
    assert.deepEqual(extract(code, 'python', change(100), change(101)), {
      functions: [],
      faults: ['too-long'],
    });
    assert.deepEqual(extract(code, 'python', change(209)), { functions: [], faults: ['too-short'] });
  });

  it('are found in every language, and methods in their classes', () => {
    const cases: Readonly<Record<Exclude<Language, 'python'>, readonly [string, number, RegExp]>> = {
      javascript: ['class A {\n  m(a) {\n    return eval(a);\n  }\n}\n', 3, /^m\(a\) \{/],
      typescript: ['export const f = (a: string) => {\n  return eval(a);\n};\n', 2, /^export const f/],
      java: ['class A {\n  int f(int x) {\n    return x;\n  }\n}\n', 3, /^int f/],
      go: ['package a\n\nfunc (s *S) F() int {\n\treturn 1\n}\n', 4, /^func \(s \*S\) F/],
      c: ['#include <a.h>\nstatic int f(char *s)\n{\n  return strlen(s);\n}\n', 4, /^static int f/],
      cpp: ['template <class T>\nT A::f(T x) {\n  return x;\n}\n', 3, /^template/],
      csharp: ['class A {\n  int F(int x)\n  {\n    return x;\n  }\n}\n', 4, /^int F/],
      php: ['<?php\nclass A {\n  function f($x) {\n    return $x;\n  }\n}\n', 4, /^function f/],
      ruby: ['class A\n  def self.f(x)\n    x\n  end\nend\n', 3, /^def self\.f/],
      rust: ['impl A {\n    fn f(&self) -> i32 {\n        1\n    }\n}\n', 3, /^fn f/],
    };
    for (const [language, [code, line, expected]] of Object.entries(cases)) {
      const { functions } = extract(code, language as Language, change(line));
      assert.equal(functions.length, 1, language);
      assert.match(functions[0]!.code, expected, language);
    }
  });

  it('keep their places with any line ends; text that does not parse costs only itself', () => {
    assert.deepEqual(
      extract(PYTHON.replaceAll('\n', '\r\n'), 'python', change(15)),
      extract(PYTHON, 'python', change(15)),
    );
    const { functions } = extract('}}} ((( \n\n@@@\n', 'python', change(1));
    assert.deepEqual(functions, []);
  });

  it('are not looked for in code that is nested without end', () => {
    const hostile: readonly (readonly [Language, string])[] = [
      ['javascript', `${'a=>'.repeat(30_000)}1`],
      ['javascript', `${'function f(){'.repeat(3_000)}${'}'.repeat(3_000)}`],
      ['python', `def f(a):\n    return ${'f('.repeat(10_000)}${')'.repeat(10_000)}\n`],
      ['python', `def f(a):\n    return [${'a, '.repeat(60_000)}]\n`],
    ];
    for (const [language, code] of hostile)
      assert.deepEqual(extract(code, language, change(1, 2)), { functions: [], faults: ['too-complex'] });
  });
});
