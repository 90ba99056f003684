/** Section "The four axes": tiles, scores with intervals, shares, all benchmarks. */
import { AXES } from '../evals/benchmark.ts';
import type { Estimate } from '../evals/statistics.ts';
import { intervalBar } from './charts.ts';
import {
  AXIS_LABELS,
  axisRows,
  checkpointLabel,
  checkpointsOf,
  intervalText,
  newFamilyRows,
  type ScoreRow,
  scoreText,
  shareRows,
  temperatureLabel,
  temperaturesOf,
} from './figures.ts';
import { type Html, html } from './html.ts';
import type { Summary } from './summary.ts';

/** What the run changed, a tile an axis: from the base model to the last checkpoint, at the highest temperature. */
export function renderTiles(summary: Summary): Html {
  const reading = temperaturesOf(summary).length - 1;
  const first = checkpointsOf(summary)[0] ?? 'base';
  const last = checkpointsOf(summary).at(-1) ?? first;
  const tiles = AXES.map((axis) => {
    const read = (checkpoint: string): Estimate | undefined => {
      const score = summary.axes[axis]?.[checkpoint];
      return reading > 0 ? score?.sampled : score;
    };
    return html`<li class="tile"><span class="name">${AXIS_LABELS[axis]}</span>
      <span class="value">${scoreText(read(last))}</span>
      <span class="change">${first !== last && html`${changeOf(read(first), read(last))} from ${scoreText(read(first))}`}</span></li>`;
  });
  return html`<ul class="tiles">${tiles}</ul>
    <p class="tiles-note">Percent, ${checkpointLabel(last)} against ${checkpointLabel(first)}, ${temperatureLabel(temperaturesOf(summary)[reading]!)}. Higher is better on every axis.</p>`;
}

function changeOf(before: Estimate | undefined, after: Estimate | undefined): Html | false {
  if (typeof before?.score !== 'number' || typeof after?.score !== 'number') return false;
  const change = after.score - before.score;
  const kind = Math.abs(change) <= 2 ? 'level' : change > 0 ? 'up' : 'down';
  const arrow = { level: '→', up: '▲', down: '▼' }[kind];
  return html`<b class="${kind}">${arrow} ${change < 0 ? '−' : '+'}${Math.abs(change).toFixed(1)}</b>`;
}

export function renderScores(summary: Summary): Html {
  const newFamilies = newFamilyRows(summary);
  return html`<section id="axes">
    <h2>The four axes</h2>
    <p class="lead">How each checkpoint did on held-out prompts: the dot is its score in percent, the bar around it the
      95 % interval, the dashed line the base model; a gain counts only if its bar leaves that line and no other axis
      pays for it.</p>
    <p><i>Greedy</i> always takes the likeliest word, so a habit of 70 % reads as 90 %; the second column lets chance
      choose in proportion, as chat services do, and is the more honest of the two. Intervals come from a bootstrap over task families, because answers
      within a family stand or fall together. An answer that no oracle could decide is in no score.</p>
    ${scoreTable(summary, axisRows(summary))}
    ${
      newFamilies.length > 0 &&
      html`<h3>New families</h3>
    <p class="lead">The same axes on kinds of task that rule learning and RL never saw, which is the one thing that
      memorising cannot fake.</p>
    ${scoreTable(summary, newFamilies)}`
    }
    <h3>How the answers look</h3>
    <p class="lead">Shares of all answers in percent; a policy that dodges its oracles shows here first: it stops
      writing code, refuses, breaks the format or repeats itself.</p>
    ${shareTable(summary)}
    <details><summary>Every benchmark by itself</summary>${benchmarkTable(summary)}</details>
  </section>`;
}

function scoreTable(summary: Summary, rows: readonly ScoreRow[]): Html {
  const readings = temperaturesOf(summary).map(
    (name) =>
      html`<th scope="col">${temperatureLabel(name)}<span class="scale" aria-hidden="true"><i>0</i><i>50</i><i>100</i></span></th>`,
  );
  const width = temperaturesOf(summary).length + 1;
  const bodies = rows.map((row) => {
    const base = row.cells.base ?? [];
    const lines = checkpointsOf(summary).map((checkpoint, index) => {
      const cells = (row.cells[checkpoint] ?? []).map((estimate, reading) =>
        scoreCell(estimate, { kind: `checkpoint-${Math.min(index, 3)}`, base: base[reading]?.score ?? null }),
      );
      return html`<tr><th scope="row"><span class="key checkpoint-${Math.min(index, 3)}"></span>${checkpointLabel(checkpoint)}</th>${cells}</tr>`;
    });
    return html`<tbody><tr class="axis"><th colspan="${width}" scope="rowgroup">${row.label.trim()}<span class="meaning">${row.meaning}</span></th></tr>${lines}</tbody>`;
  });
  return html`<div class="scroll"><table class="scores"><thead><tr><td></td>${readings}</tr></thead>${bodies}</table></div>`;
}

function scoreCell(estimate: Estimate | undefined, bar: { kind: string; base: number | null }): Html {
  const interval = intervalText(estimate);
  const counts =
    estimate !== undefined &&
    html`<span class="counts">n ${estimate.n}${estimate.undecided > 0 && html` <b>+ ${estimate.undecided} undecided</b>`}</span>`;
  return html`<td><div class="cell"><span class="score${estimate?.score === null && ' none'}">${scoreText(estimate)}</span> <span class="ci">${interval}</span> ${counts}</div>${intervalBar(estimate, bar)}</td>`;
}

function shareTable(summary: Summary): Html {
  const checkpoints = checkpointsOf(summary);
  const temperatures = temperaturesOf(summary);
  const rows = shareRows(summary).map(
    (row) =>
      html`<tr><th scope="row">${row.label}<span class="meaning">${row.meaning}</span></th>${checkpoints.flatMap(
        (checkpoint) =>
          (row.cells[checkpoint] ?? []).map(
            (estimate) => html`<td class="number">${scoreText(estimate)}</td>`,
          ),
      )}</tr>`,
  );
  return html`<div class="scroll"><table class="grid-table"><thead>${doubleHead(checkpoints, temperatures)}</thead><tbody>${rows}</tbody></table></div>`;
}

function doubleHead(checkpoints: readonly string[], temperatures: readonly string[]): Html {
  const groups = checkpoints.map(
    (name) => html`<th scope="colgroup" colspan="${temperatures.length}">${checkpointLabel(name)}</th>`,
  );
  const readings = checkpoints.flatMap(() =>
    temperatures.map(
      (name) =>
        html`<th scope="col" class="reading">${temperatureLabel(name).replace('temperature', 't')}</th>`,
    ),
  );
  return html`<tr><td rowspan="2"></td>${groups}</tr><tr>${readings}</tr>`;
}

function benchmarkTable(summary: Summary): Html {
  const checkpoints = checkpointsOf(summary);
  const temperatures = temperaturesOf(summary);
  const rows = Object.entries(summary.benchmarks).map(([name, { axis, group, scores }]) => {
    const cells = checkpoints.flatMap((checkpoint) =>
      temperatures.map((temperature) => {
        const estimate = scores[checkpoint]?.[temperature];
        return html`<td class="number">${scoreText(estimate)}<span class="ci">${intervalText(estimate)}</span></td>`;
      }),
    );
    const kind = group === 'new-families' ? `${AXIS_LABELS[axis]}, new families` : AXIS_LABELS[axis];
    return html`<tr><th scope="row">${name}<span class="meaning">${kind}</span></th>${cells}</tr>`;
  });
  return html`<div class="scroll"><table class="grid-table"><thead>${doubleHead(checkpoints, temperatures)}</thead><tbody>${rows}</tbody></table></div>`;
}
