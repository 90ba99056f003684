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

const source = (path: string) => pathToFileURL(join(import.meta.dirname, '../../src', path)).href;

/** A command by itself: as `purpcode eval` it would load every benchmark. */
function program(name: string, text: string): string {
  const path = join(scratch, name);
  writeFileSync(path, text);
  return path;
}

const compare = program(
  'compare.ts',
  `import { compareCommand } from ${JSON.stringify(source('cli/eval-compare.ts'))};
await compareCommand().parseAsync(process.argv.slice(2), { from: 'user' });
`,
);

/** The end of `purpcode eval`: its folder, then the options of report and gate. */
const report = program(
  'report.ts',
  `import { Command } from ${JSON.stringify(import.meta.resolve('commander'))};
import { addReportOptions, checkReportFlags, reportEvaluation } from ${JSON.stringify(source('cli/eval-report.ts'))};
const command = addReportOptions(new Command().argument('<folder>').option('--json'));
command.action((folder, flags) => {
  checkReportFlags(flags);
  reportEvaluation(folder, flags);
});
await command.parseAsync(process.argv.slice(2), { from: 'user' });
`,
);

function folder(name: string, marks: string): string {
  const path = join(scratch, name);
  const tasks = tasksOf(marks).map((task) => ({ ...task, task: { provenance: { id: `case ${task.id}` } } }));
  writeEvaluationResults(
    path,
    sampleEvaluation([{ name: 'frr', axis: 'overrefusal', tasks }], { model: name }),
  );
  return path;
}

function start(path: string, args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

const run = (...args: readonly string[]) => start(compare, args);

const good = folder('good', '+'.repeat(40));
const worse = folder('worse', `--${'+'.repeat(38)}`);
const silent = folder('silent', '?'.repeat(40));

test('shows what changed, and flips; without a margin there is no gate', () => {
  const { status, stdout, stderr } = run(good, worse);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^overrefusal +40 +100\.0 +95\.0 +−5\.0 +−12\.5 to 0\.0$/m);
  assert.match(stdout, /pass -> fail +frr +case t0 +prompt t0/);
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

test('an evaluation against a baseline: table, comparison and gate, and the same as JSON', () => {
  const shown = start(report, [worse, '--baseline', good, '--max-drop', '2', '--no-paper']);
  assert.equal(shown.status, 1, shown.stderr);
  assert.match(shown.stdout, /^overrefusal +95\.0 +83–99 +40$/m);
  assert.match(shown.stdout, /^overrefusal +40 +100\.0 +95\.0 +−5\.0/m);
  assert.match(shown.stdout, /gate: DROPPED/);
  const json = start(report, [worse, '--baseline', good, '--max-drop', '5', '--json']);
  assert.equal(json.status, 0, json.stderr);
  const { version, comparison, gate } = JSON.parse(json.stdout) as {
    version: number;
    comparison: { axes: Record<string, { difference: number }> };
    gate: { verdict: string };
  };
  assert.deepEqual([version, comparison.axes.overrefusal!.difference, gate.verdict], [1, -5, 'pass']);
});

test('a margin without a baseline, and a baseline that is not there, are refused before anything is done', () => {
  const without = start(report, [good, '--max-drop', '2']);
  assert.match(without.stderr, /--max-drop needs a baseline/);
  assert.match(start(report, [good, '--baseline', join(scratch, 'nowhere')]).stderr, /no evaluation in/);
});
