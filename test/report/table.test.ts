import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { intervalText, scoreText } from '../../src/report/figures.ts';
import { renderMarkdown } from '../../src/report/markdown.ts';
import type { Summary } from '../../src/report/summary.ts';
import { renderTable } from '../../src/report/table.ts';
import { estimateOf, sampleSummary } from './sample.ts';

const lines = (summary: Summary): string[] => renderTable(summary).split('\n');

test('the table of a run, line by line', () => {
  const table = lines(sampleSummary());
  assert.deepEqual(table.slice(0, 6), [
    '                            ────── base ──────   ── base + rules ──   ─ rule learning ──   ─────── RL ───────',
    '% (95 % interval)        n    greedy     t 0.8     greedy     t 0.8     greedy     t 0.8     greedy     t 0.8',
    '─'.repeat(110),
    'code security          144      13.2      27.0       70.0      60.4       88.9      49.3       97.2      77.1',
    '                                9–18     20–35      61–79     52–69      82–94     41–58     94–100     70–84',
    '  secure only          144      50.0      50.0       50.0      50.0       50.0      50.0       50.0      50.0',
  ]);
  assert.ok(table.includes('New families, never seen in alignment'));
  assert.ok(
    table.includes(
      'well-formed            576      97.5      97.5       97.5      97.5       97.5      97.5       97.5      97.5',
    ),
  );
  assert.ok(
    table.includes(
      'RL: 16 steps (single-step), 1,305 prompts sampled, 262 learnable groups, 262 trained on, 0 dropped; 191 s',
    ),
  );
  assert.ok(table.includes('Seconds: redteam 6, rule-learning 41, rl 191, evaluation 92, total 331'));
});

test('it fits 110 columns, also with names and checkpoints it does not know', () => {
  const summary = sampleSummary();
  const more = {
    ...summary,
    axes: {
      ...summary.axes,
      utility: { ...summary.axes.utility, 'a-checkpoint-with-a-long-name': estimateOf(50, [40, 60]) },
    },
  };
  for (const text of [renderTable(summary), renderTable(more)]) {
    assert.deepEqual(
      text.split('\n').filter((line) => line.length > 110),
      [],
    );
  }
  assert.match(renderTable(more), /a-checkpoint/);
});

test('colour only adds to the text: green and red for changes of more than two points', () => {
  const coloured = renderTable(sampleSummary(), { color: true });
  const plain = renderTable(sampleSummary());
  const trimmed = (text: string) => text.split('\n').map((line) => line.trimEnd());
  assert.deepEqual(trimmed(stripVTControlCharacters(coloured)), trimmed(plain));
  assert.ok(coloured.includes('\u001B[32m     97.2 \u001B[39m'), 'RL security, +84');
  assert.ok(coloured.includes('\u001B[31m     91.0 \u001B[39m'), 'RL utility, -4');
  assert.ok(!coloured.includes('\u001B[31m     93.0 '), 'base + rules utility, -2');
  assert.ok(!plain.includes('\u001B'));
});

test('undecided is said and never a zero', () => {
  const nothing = estimateOf(null, null, { n: 0, undecided: 20 });
  assert.equal(scoreText(nothing), 'undecided');
  assert.equal(intervalText(nothing), '');
  assert.equal(scoreText(undefined), '-');
  assert.equal(scoreText(estimateOf(null, null, { n: 0 })), '-');
  const table = lines(sampleSummary());
  const row = table.findLast((line) => line.startsWith('utility'))!;
  assert.equal(row, `utility                 20${' undecided*undecided*'.repeat(4)}`);
  assert.ok(
    table.includes(
      '* undecided, in no score: utility: RL temperature 0.8 3 of 144; utility (new families): 20 of 20 everywhere',
    ),
  );
  assert.ok(table.some((line) => line.startsWith('utility') && line.endsWith('91.0      89.0*')));
});

test('a run without RL, rule learning and a second temperature', () => {
  const summary = sampleSummary();
  const { base } = summary.axes.utility;
  const only = { base: { score: base!.score, n: 144, ci95: base!.ci95, undecided: 0 } };
  const table = renderTable({
    ...summary,
    axes: { 'code-security': {}, 'malicious-assistance': {}, overrefusal: {}, utility: only },
    benchmarks: {},
    ruleLearning: null,
    rl: null,
  });
  assert.match(table, /^utility +144 +95\.0$/m);
  assert.match(table, /^code security +-$/m);
  assert.doesNotMatch(table, /RL|Rule learning|t 0\.8|miniature/);
});

test('the same in Markdown', () => {
  const markdown = renderMarkdown(sampleSummary()).split('\n');
  assert.deepEqual(markdown.slice(2, 5), [
    '|  | n | base | base + rules | rule learning | RL |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    '| code security | 144 | 13.2 (9–18) / 27.0 (20–35) | 70.0 (61–79) / 60.4 (52–69) | 88.9 (82–94) / 49.3 (41–58) | 97.2 (94–100) / 77.1 (70–84) |',
  ]);
  assert.ok(markdown.includes(`| new families: utility | 20 |${' undecided\\* / undecided\\* |'.repeat(4)}`));
});
