/**
 * Programs a second of the embedded sandbox, warm and one after another, beside one `python3 -c` process per
 * program where python3 exists. Usage: node bench/sandbox.ts [programs]
 */
import { spawnSync } from 'node:child_process';
import { createPyodideSandbox } from '../src/oracles/correctness/pyodide-sandbox.ts';
import type { Program } from '../src/oracles/correctness/sandbox.ts';

const count = Number(process.argv[2] ?? 300);

function program(i: number): { code: string; functional: string } {
  const code = `def scale${i}(values, factor):\n    result = []\n    for value in values:\n        result.append(value * factor)\n    return result\n`;
  const functional = `assert scale${i}([1, 2], ${i}) == [${i}, ${2 * i}]\nassert scale${i}([], 3) == []\nassert scale${i}([0], 9) == [0]`;
  return { code, functional };
}

const programs = Array.from({ length: count }, (_, i) => program(i));
const sandbox = createPyodideSandbox({ spares: 0 });
const asPrograms = programs.map(({ code, functional }): Program => ({ code, tests: { functional } }));
const booting = performance.now();
await sandbox.run(asPrograms.slice(0, 10));
const booted = performance.now();
const executions = await sandbox.run(asPrograms);
const rate = count / ((performance.now() - booted) / 1000);
await sandbox.close();
const right = executions.filter(
  (e) => e.kind === 'finished' && e.tests.every((t) => t.outcome === 'passed'),
).length;
console.log(
  `pyodide sandbox   ${rate.toFixed(1)} programs/s, ${right} of ${count} passed, start ${((booted - booting) / 1000).toFixed(1)} s`,
);

// The interpreter itself: version managers put a slow script of theirs first in PATH.
const found = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' });
const python = found.status === 0 ? found.stdout.trim() : 'python3';
const sample = programs.slice(0, Math.min(count, 60));
const began = performance.now();
const exits = sample.map(
  ({ code, functional }) => spawnSync(python, ['-c', `${code}\n${functional}`]).status,
);
if (exits.every((status) => status === 0)) {
  const peer = sample.length / ((performance.now() - began) / 1000);
  console.log(`python3 -c each   ${peer.toFixed(1)} programs/s; the sandbox is ${(rate / peer).toFixed(1)}×`);
} else console.log('python3 -c each   not available');
