import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barList, intervalBar, lineChart, niceTicks } from '../../src/report/charts.ts';
import { estimateOf } from './sample.ts';

test('ticks are round and cover the data', () => {
  assert.deepEqual(niceTicks(0, 1, 4), [0, 0.25, 0.5, 0.75, 1]);
  assert.deepEqual(niceTicks(0.31, 1.24, 4), [0.25, 0.5, 0.75, 1, 1.25]);
  assert.deepEqual(niceTicks(0, 0.029, 4), [0, 0.01, 0.02, 0.03]);
  assert.deepEqual(niceTicks(-3, 7, 4), [-5, -2.5, 0, 2.5, 5, 7.5]);
  assert.deepEqual(niceTicks(0, 0, 4), [0, 0.25]);
});

test('a curve runs from the left to the right edge, larger values higher; gaps are left out', () => {
  const chart = lineChart({
    title: 'Loss',
    caption: 'falls',
    series: [
      {
        name: 'loss',
        points: [
          [1, 1],
          [2, Number.NaN],
          [3, 0],
        ],
      },
    ],
    from: 0,
    to: 1,
    format: String,
  }).toString();
  // The plot is 44 to 330 wide and 10 (for 1) to 146 (for 0) high.
  assert.match(chart, /points="44\.0,10\.0 330\.0,146\.0"/);
  assert.match(chart, /<title>loss, step 3: 0<\/title>/);
  assert.match(chart, /aria-label="Loss: loss from 1 to 0"/);
  assert.doesNotMatch(chart, /NaN|Infinity/);
});

test('a curve of one point and one of none', () => {
  const chart = (points: [number, number][]) =>
    lineChart({ title: 'KL', caption: '', series: [{ name: 'kl', points }], format: String }).toString();
  assert.match(chart([[7, 0]]), /points="187\.0,146\.0"/);
  assert.match(chart([]), /Nothing was recorded/);
});

test('several series have a legend with their last values', () => {
  const chart = lineChart({
    title: 'Reward',
    caption: '',
    series: [
      { name: 'a', points: [[1, 0.5]] },
      { name: 'b', points: [[1, 0.25]] },
      { name: 'empty', points: [] },
    ],
    format: String,
  }).toString();
  assert.match(chart, /series-0".*a <b>0\.5<\/b>.*series-1".*b <b>0\.25<\/b>/s);
  assert.doesNotMatch(chart, /empty/);
});

test('the interval is drawn where it is, and a null score has no point', () => {
  const bar = intervalBar(estimateOf(77.1, [70, 84]), { kind: 'checkpoint-3', base: 27 }).toString();
  assert.match(bar, /<rect class="range" x="70\.00%" width="14\.00%"/);
  assert.match(bar, /<circle class="point" cx="77\.10%"/);
  assert.match(bar, /class="base-line" x1="27\.00%" x2="27\.00%"/);
  const nothing = intervalBar(estimateOf(null, null, { n: 0, undecided: 3 }), { kind: 'x', base: null });
  assert.doesNotMatch(nothing.toString(), /range|point|base-line/);
});

test('bars are as long as their value, against the longest or a given whole', () => {
  const widths = (markup: string) =>
    [...markup.matchAll(/width:([\d.]+)%/g)].map(([, width]) => Number(width));
  const entries = [
    ['a', 2],
    ['b', 1],
  ] as const;
  assert.deepEqual(widths(barList(entries).toString()), [100, 50]);
  assert.deepEqual(widths(barList(entries, { full: 4 }).toString()), [50, 25]);
});
