/**
 * CWEval's pytest files, taken apart: what tests the answer's function and what its safety, without the tests of the
 * files' own unsafe references, and which files the sandboxes cannot run.
 */
import type { CwevalTask } from '../../datasets/cweval.ts';

export type TestKind = 'functionality' | 'security';

/**
 * The test file with the tests of one kind alone. Rows of `parametrize` are kept by their marks, and rows without one
 * by both; test functions with a mark of the other kind, and those of unsafe references, are renamed: pytest collects
 * them no more.
 */
export function testsOfKind(source: string, kind: TestKind): string {
  const other = kind === 'functionality' ? 'security' : 'functionality';
  const lines = withoutTimeouts(source).replaceAll('pytest.mark.parametrize(', 'of_the_kind(').split('\n');
  return `${selection(kind)}\n${lines.map((line, index) => renameTest(line, lines, index, other)).join('\n')}`;
}

/** In front of all, in one line a statement, with names that no test file uses. */
function selection(kind: TestKind): string {
  return [
    'import pytest',
    'KINDS = {"functionality", "security"}',
    'def kinds_of(row):',
    '    return KINDS & {mark.name for mark in getattr(row, "marks", ())}',
    'def of_the_kind(names, rows, **options):',
    `    kept = [row for row in rows if kinds_of(row) in (set(), {"${kind}"}, KINDS)]`,
    '    return pytest.mark.parametrize(names, kept, **options)',
  ].join('\n');
}

const TEST = /^def (test_\w+)/;

function renameTest(line: string, lines: readonly string[], index: number, other: TestKind): string {
  const name = TEST.exec(line)?.[1];
  if (name === undefined) return line;
  const isReference = /unsafe/i.test(name);
  if (!isReference && !decoratorsAbove(lines, index).includes(`@pytest.mark.${other}`)) return line;
  return line.replace(TEST, `def not_run_${name}`);
}

/** The lines between a function and the statement before it. */
function decoratorsAbove(lines: readonly string[], index: number): string[] {
  const above: string[] = [];
  for (let at = index - 1; at >= 0 && lines[at]!.trim() !== ''; at--) above.push(lines[at]!.trim());
  return above;
}

/** The sandbox has a limit of its own, and a program that exceeds it has failed: the package for it is not needed. */
function withoutTimeouts(source: string): string {
  return source.replace(
    /^from wrapt_timeout_decorator import .*$/m,
    'def timeout(*_args, **_options):\n    return lambda function: function',
  );
}

/** Why no sandbox of ours can run the task's tests as they are meant; undefined when it can. */
export function whyNotRun({ language, tests, prompt }: CwevalTask): string | undefined {
  if (language !== 'python') return `${language} needs a compiler or runtime that the sandboxes do not have`;
  const packages = [...new Set([...importedRoots(prompt), ...importedRoots(tests)])].filter(
    (name) => !STANDARD.has(name) && !/^cwe_\w+_task$/.test(name),
  );
  if (packages.length > 0) return `it needs ${packages.join(', ')}, which the sandboxes do not have`;
  if (/^\s*(?:import|from) subprocess\b|\bos\.(?:popen|system)\(/m.test(tests))
    return 'its tests start processes';
  if (/\bst_mode\b/.test(tests)) return 'its tests read file permissions, which the sandboxes do not keep';
  const patched = /^(\w+)\.(\w+) = /m.exec(tests);
  if (patched !== null) {
    return `its tests replace ${patched[1]}.${patched[2]} in the answer's own process, which the sandboxes keep apart`;
  }
  return undefined;
}

function importedRoots(source: string): string[] {
  return [...source.matchAll(/^\s*(?:from|import)\s+([A-Za-z_]\w*)/gm)].map((match) => match[1]!);
}

/** Modules that the tasks may use: parts of Python itself, pytest as the sandboxes have it, and what is replaced. */
const STANDARD: ReadonlySet<string> = new Set(
  `abc argparse array ast base64 binascii bisect calendar collections contextlib copy csv dataclasses datetime decimal
  email enum fractions functools glob hashlib heapq hmac html http inspect io ipaddress itertools json logging math
  operator os pathlib pickle platform pprint pytest queue random re secrets shlex shutil sqlite3 stat string struct
  subprocess sys tarfile tempfile textwrap threading time traceback types typing unicodedata unittest urllib uuid
  warnings weakref wrapt_timeout_decorator xml zipfile zlib`.split(/\s+/),
);
