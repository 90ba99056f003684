import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { writeEvaluationResults } from '../../src/evals/results.ts';
import { sampleEvaluation, tasksOf } from '../evals/evaluation-sample.ts';

const scratch = mkdtempSync(join(tmpdir(), 'purpcode-compare-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** The command by itself: as `purpcode eval` it would load every benchmark. */
const program = join(scratch, 'compare.ts');
const source = (path: string) => pathToFileURL(join(import.meta.dirname, '../../src', path)).href;
writeFileSync(
  program,
  `import { compareCommand } from ${JSON.stringify(source('cli/eval-compare.ts'))};
await compareCommand().parseAsync(process.argv.slice(2), { from: 'user' });
`,
);

function folder(name: string, marks: string): string {
  const path = join(scratch, name);
  const tasks = tasksOf(marks);
  writeEvaluationResults(
    path,
    sampleEvaluation([{ name: 'frr', axis: 'overrefusal', tasks }], { model: name }),
  );
  return path;
}

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

const good = folder('good', '+'.repeat(40));
const worse = folder('worse', `--${'+'.repeat(38)}`);
const silent = folder('silent', '?'.repeat(40));

test('shows what changed, and flips; without a margin there is no gate', () => {
  const { status, stdout, stderr } = run(good, worse);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^overrefusal +40 +100\.0 +95\.0 +−5\.0 +−12\.5 to 0\.0$/m);
  assert.match(stdout, /pass -> fail +frr +t0 +prompt t0/);
  assert.doesNotMatch(stdout, /gate/);
});

test('exit codes: 0 within the margin, 1 dropped, 2 not decided', () => {
  const dropped = run(good, worse, '--max-drop', '2');
  assert.equal(dropped.status, 1);
  assert.match(dropped.stdout, /gate: DROPPED\n +DROPPED +axis overrefusal +−5\.0, more than 2 down/);
  assert.equal(run(good, worse, '--max-drop', '5').status, 0);
  assert.equal(run(good, silent, '--max-drop', '2').status, 2);
});

test('JSON holds the comparison and what the gate says', () => {
  const { status, stdout } = run(worse, good, '--max-drop', '2', '--per-benchmark', '--json');
  assert.equal(status, 0);
  const { benchmarks, gate } = JSON.parse(stdout) as {
    benchmarks: Record<string, { gained: string[]; p: number }>;
    gate: { verdict: string; checks: unknown[] };
  };
  assert.deepEqual([benchmarks.frr!.gained, benchmarks.frr!.p], [['t0', 't1'], 0.5]);
  assert.deepEqual([gate.verdict, gate.checks.length], ['pass', 2]);
});
