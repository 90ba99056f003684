/**
 * Programs a second of each sandbox of this machine, beside one `pytest` process per program, interleaved in
 * rounds of one run; then many programs in a row, with the memory of this process and of the sandbox's.
 *
 *     node bench/sandbox.ts [--programs 10000] [--rounds 3] [--pytest <python with pytest>] [--only pyodide]
 *
 * Without --programs there is no long row; without a Python that has pytest there is no peer.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Execution, Program, Sandbox } from '../src/oracles/correctness/sandbox.ts';
import { createSandbox, detectBubblewrap } from '../src/oracles/correctness/sandboxes.ts';

const PER_ROUND = 150;
const PYTEST_PER_ROUND = 8;
const PAGE_BYTES = 4096;
/** Every so many programs of the row one is hostile: a loop, a crash, a memory bomb. */
const HOSTILE_EVERY = 500;

const { values } = parseArgs({
  options: {
    programs: { type: 'string', default: '0' },
    rounds: { type: 'string', default: '3' },
    pytest: { type: 'string', default: 'python3' },
    only: { type: 'string' },
  },
});

interface Case {
  readonly program: Program;
  readonly passes: boolean;
}

/** A small problem with three tests as a pytest file; every seventh answer is wrong. */
function problem(i: number): Case {
  const passes = i % 7 !== 3;
  const code = `def scale${i}(values, factor):\n    result = []\n    for value in values:\n        result.append(value * factor)\n    return result${passes ? '' : '[1:]'}\n`;
  const pytest = `import pytest\nfrom solution import scale${i}\n\ndef test_values():\n    assert scale${i}([1, 2], ${i}) == [${i}, ${2 * i}]\n\n@pytest.mark.parametrize("values", [[], [0]])\ndef test_zero(values):\n    assert scale${i}(values, 0) == values\n\ndef test_none():\n    with pytest.raises(TypeError):\n        scale${i}(None, 2)\n`;
  return { program: { code, tests: { pytest } }, passes };
}

const HOSTILE = [
  'def f(x):\n    while True: pass',
  'import os\ndef f(x): os._exit(0)',
  'def f(x): return len(bytearray(8 * 10**9))',
  'import sys\nsys.setrecursionlimit(10**9)\ndef f(x): return f(x + 1)',
];

function hostile(i: number): Case {
  const code = HOSTILE[(i / HOSTILE_EVERY) % HOSTILE.length] ?? '';
  return { program: { code, tests: { functional: 'assert f(1) == 2' }, timeoutMs: 1000 }, passes: false };
}

function isRight(execution: Execution | undefined, passes: boolean): boolean {
  if (execution === undefined || execution.kind === 'undecided') return false;
  const passed =
    execution.kind === 'finished' && execution.tests.every(({ outcome }) => outcome === 'passed');
  return passed === passes;
}

async function rate(sandbox: Sandbox, cases: readonly Case[]): Promise<number> {
  const began = performance.now();
  const executions = await sandbox.run(cases.map(({ program }) => program));
  const seconds = (performance.now() - began) / 1000;
  const wrong = executions.filter((execution, i) => !isRight(execution, cases[i]?.passes ?? false)).length;
  if (wrong > 0) throw new Error(`${sandbox.name}: ${wrong} wrong verdicts`);
  return cases.length / seconds;
}

/** One process of real pytest for each program, as a naive reward function does it. */
function pytestRate(python: string, cases: readonly Case[]): number {
  const folder = mkdtempSync(join(tmpdir(), 'purpcode-bench-'));
  const began = performance.now();
  for (const [i, { program, passes }] of cases.entries()) {
    const own = mkdtempSync(join(folder, 'program-'));
    writeFileSync(join(own, 'solution.py'), program.code);
    writeFileSync(join(own, 'test_it.py'), 'pytest' in program.tests ? program.tests.pytest : '');
    const args = ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', 'test_it.py'];
    const { status } = spawnSync(python, args, { cwd: own });
    if ((status === 0) !== passes) throw new Error(`pytest decided program ${i} otherwise`);
  }
  const seconds = (performance.now() - began) / 1000;
  rmSync(folder, { recursive: true });
  return cases.length / seconds;
}

const median = (numbers: readonly number[]) =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

async function compare(sandboxes: readonly Sandbox[], rounds: number): Promise<void> {
  const rates = new Map<string, number[]>(sandboxes.map(({ name }) => [name, []]));
  const peer: number[] = [];
  const withPeer = spawnSync(values.pytest, ['-c', 'import pytest']).status === 0;
  for (const sandbox of sandboxes)
    await rate(
      sandbox,
      Array.from({ length: 40 }, (_, i) => problem(i)),
    );
  for (let round = 0; round < rounds; round++) {
    const cases = Array.from({ length: PER_ROUND }, (_, i) => problem(100 + round * PER_ROUND + i));
    for (const sandbox of sandboxes) rates.get(sandbox.name)?.push(await rate(sandbox, cases));
    if (withPeer) peer.push(pytestRate(values.pytest, cases.slice(0, PYTEST_PER_ROUND)));
  }
  if (!withPeer) console.log('pytest process each: not available');
  else console.log(`| one pytest process each | ${median(peer).toFixed(2)} | 1 |`);
  for (const [name, own] of rates) {
    const ratio = withPeer ? `${(median(own) / median(peer)).toFixed(1)}×` : '';
    console.log(`| ${name} | ${median(own).toFixed(1)} | ${ratio} |`);
  }
}

/** Resident memory of this process and of all that it has started, bytes, and how many these are. */
function memory(): { own: number; children: number; processes: number } {
  const parents = new Map<number, number>();
  const resident = new Map<number, number>();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
      const statm = readFileSync(`/proc/${entry}/statm`, 'utf8');
      resident.set(Number(entry), Number(statm.split(' ')[1]) * PAGE_BYTES);
    } catch {
      // It has ended meanwhile.
    }
  }
  const below = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && parent > 0 && (parent === process.pid || below(parent));
  };
  const children = [...resident.keys()].filter(below);
  const sum = children.reduce((total, pid) => total + (resident.get(pid) ?? 0), 0);
  return { own: process.memoryUsage().rss, children: sum, processes: children.length };
}

async function row(sandbox: Sandbox, count: number): Promise<void> {
  const began = performance.now();
  let wrong = 0;
  const batch = Math.max(1, Math.ceil(count / 20));
  console.log(`\n${sandbox.name}, ${count} programs in a row`);
  console.log('| programs | wrong | purpcode MB | sandbox MB | processes | programs/s so far |');
  console.log('| --- | --- | --- | --- | --- | --- |');
  for (let from = 0; from < count; from += batch) {
    const cases = Array.from({ length: Math.min(batch, count - from) }, (_, i) =>
      (from + i) % HOSTILE_EVERY === HOSTILE_EVERY - 1 ? hostile(from + i + 1) : problem(from + i),
    );
    const executions = await sandbox.run(cases.map(({ program }) => program));
    wrong += executions.filter((execution, i) => !isRight(execution, cases[i]?.passes ?? false)).length;
    const done = from + cases.length;
    const { own, children, processes } = memory();
    const speed = done / ((performance.now() - began) / 1000);
    const mb = (bytes: number) => (bytes / 1e6).toFixed(0);
    console.log(`| ${done} | ${wrong} | ${mb(own)} | ${mb(children)} | ${processes} | ${speed.toFixed(1)} |`);
  }
}

async function main(): Promise<void> {
  const kinds: ('pyodide' | 'bubblewrap')[] = ['pyodide'];
  if ((await detectBubblewrap()).kind === 'available') kinds.push('bubblewrap');
  const chosen = kinds.filter((kind) => values.only === undefined || kind === values.only);
  const sandboxes = chosen.map((kind) => createSandbox({ kind }));
  if (Number(values.rounds) > 0) await compare(sandboxes, Number(values.rounds));
  if (Number(values.programs) > 0)
    for (const sandbox of sandboxes) await row(sandbox, Number(values.programs));
  await Promise.all(sandboxes.map((sandbox) => sandbox.close()));
}

await main();
