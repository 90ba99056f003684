/** Sections "The axes" and "Where it fails": scores with their intervals, and groups of prompts. */
import type { BenchmarkSummary, EvaluationSummary, GroupSummary } from '../../evals/evaluation-summary.ts';
import type { Estimate } from '../../evals/statistics.ts';
import { intervalBar } from '../charts.ts';
import { AXIS_LABELS, intervalText, scoreText } from '../figures.ts';
import { type Html, html, visibleText } from '../html.ts';
import { counted } from './lines.ts';
import { type EvaluationRow, gapNotes, PAPER_NOTE, paperText, type RowOptions, rowsOf } from './rows.ts';

export function renderScores(summary: EvaluationSummary, options: RowOptions): Html {
  const rows = rowsOf(summary, options);
  const hasPaper = rows.some(({ paper }) => paper !== undefined);
  const gaps = gapNotes(summary);
  return html`<section id="axes">
    <h2>The axes</h2>
    <p class="lead">The dot is a score in percent of the decided answers, the bar around it its 95 % interval${summary.comparison !== null && ', the dashed line the baseline on the common prompts'}.
      An axis is the mean of its benchmarks, each weighing the same.</p>
    <p>Intervals are Wilson's where each prompt was answered once, otherwise a bootstrap over prompts. “Families” is the
      interval with whole kinds of prompts resampled, where that is wider: how far the score would move on other kinds.
      ${hasPaper && PAPER_NOTE}</p>
    ${scoreTable(rows, hasPaper)}
    <h3>How the answers look</h3>
    <p class="lead">Shares of all answers in percent: a model that dodges shows here first.</p>
    ${shareTable(summary)}
    ${
      gaps.length > 0 &&
      html`<h3>In no score</h3>
    <ul class="notes">${gaps.map((note) => html`<li>${note}</li>`)}</ul>
    ${Object.values(summary.benchmarks).map(renderGaps)}`
    }
  </section>`;
}

/** Every row that is known by name, and every cause. */
function renderGaps({ title, problems, unusable, causes }: BenchmarkSummary): Html | false {
  if (problems.length + causes.length === 0) return false;
  const rest = unusable - problems.length;
  return html`<details><summary>${title}: rows and causes</summary><ul class="notes">
    ${problems.map(({ place, reason }) => html`<li><b>${visibleText(place)}</b> ${visibleText(reason)}</li>`)}
    ${rest > 0 && html`<li>and ${rest} more rows</li>`}
    ${causes.map(({ cause, samples }) => html`<li>${visibleText(cause)} <b>${counted(samples, 'answer')}</b></li>`)}
  </ul></details>`;
}

function scoreTable(rows: readonly EvaluationRow[], hasPaper: boolean): Html {
  const width = hasPaper ? 3 : 2;
  const groups = [...new Set(rows.map(({ axis }) => axis))].map((axis) => ({
    axis,
    own: rows.filter((row) => row.axis === axis),
  }));
  const bodies = groups.map(({ axis, own }) => {
    const benchmarks = own.filter(({ kind }) => kind === 'benchmark').length;
    // The mean of one benchmark is that benchmark.
    const shown = benchmarks > 1 ? own : own.filter(({ kind }) => kind !== 'axis');
    return html`<tbody><tr class="axis"><th colspan="${width}" scope="rowgroup">${AXIS_LABELS[axis]}</th></tr>${shown.map((row) => scoreLine(row, hasPaper))}</tbody>`;
  });
  const scale = html`<span class="scale" aria-hidden="true"><i>0</i><i>50</i><i>100</i></span>`;
  return html`<div class="scroll"><table class="scores evaluation"><thead><tr><td></td><th scope="col" class="plot">score${scale}</th>${hasPaper && html`<th scope="col" class="paper number">paper, 14B<br>base / rules / RL</th>`}</tr></thead>${bodies}</table></div>`;
}

function scoreLine(row: EvaluationRow, hasPaper: boolean): Html {
  const { kind, label, metric, estimate, familyCi95, paired, paper } = row;
  const line = { axis: 'mean', benchmark: 'benchmark', part: 'part' }[kind];
  const key = { axis: 'checkpoint-3', benchmark: 'checkpoint-1', part: 'checkpoint-2' }[kind];
  return html`<tr class="${line}"><th scope="row"><span class="key ${key}"></span>${kind === 'axis' ? 'mean' : label}<span class="meaning">${metric}</span></th>${scoreCell(
    estimate,
    { key, familyCi95, base: paired?.before ?? null },
  )}${hasPaper && html`<td class="number paper">${paperText(paper)}</td>`}</tr>`;
}

function scoreCell(
  estimate: Estimate,
  { key, familyCi95, base }: { key: string; familyCi95: Estimate['ci95']; base: number | null },
): Html {
  // Where families are alike the interval over them says nothing of its own.
  const wider = widthOf(familyCi95) > widthOf(estimate.ci95);
  const families =
    familyCi95 !== null &&
    wider &&
    html` <span class="ci families">families ${familyCi95[0].toFixed(0)}–${familyCi95[1].toFixed(0)}</span>`;
  return html`<td class="plot"><div class="cell"><span class="score${estimate.score === null && ' none'}">${scoreText(estimate)}</span> <span class="ci">${intervalText(estimate)}</span>${families}
    <span class="counts">n ${estimate.n}${estimate.undecided > 0 && html` <b>+ ${estimate.undecided} undecided</b>`}</span></div>${intervalBar(estimate, { kind: key, base })}</td>`;
}

function widthOf(interval: Estimate['ci95']): number {
  return interval === null ? 0 : interval[1] - interval[0];
}

function shareTable({ benchmarks }: EvaluationSummary): Html {
  const columns = ['with code', 'refused', 'our format', 'cut short', 'distinct'];
  const rows = Object.values(benchmarks).map(({ title, rows: all, tasks, samples, shares }) => {
    const cells = [shares.code, shares.refusal, shares.wellFormed, shares.truncated, shares.distinct];
    return html`<tr><th scope="row">${title}<span class="meaning">${tasks} of ${all} rows</span></th><td class="number">${samples}</td>${cells.map((share) => html`<td class="number">${samples === 0 ? '-' : share.toFixed(1)}</td>`)}</tr>`;
  });
  return html`<div class="scroll"><table class="grid-table"><thead><tr><td></td><th scope="col">answers</th>${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

const DIMENSION_WORDS: Readonly<Record<string, string>> = {
  cwe: 'weakness',
  language: 'language',
  category: 'category',
  variant: 'variant',
};

export function renderGroups({ benchmarks }: EvaluationSummary): Html {
  const tables = Object.values(benchmarks).flatMap(({ title, groups }) =>
    Object.entries(groups).map(([dimension, entries]) => ({ title, dimension, entries })),
  );
  const parts = tables.map(({ title, dimension, entries }, index) => {
    const body = html`<summary>${title} by ${DIMENSION_WORDS[dimension] ?? dimension} <small>${entries.length}</small></summary>${groupTable(dimension, entries)}`;
    return index === 0 ? html`<details open>${body}</details>` : html`<details>${body}</details>`;
  });
  return html`<section id="groups">
    <h2>Where it fails</h2>
    <p class="lead">The same scores by kind of prompt, lowest first. With few prompts an interval is wide: look at the bars
      before you believe an order.</p>
    ${parts}
  </section>`;
}

function groupTable(dimension: string, entries: readonly GroupSummary[]): Html {
  const rows = [...entries]
    .sort((a, b) => (a.score ?? 101) - (b.score ?? 101) || b.n - a.n)
    .map(
      (group) =>
        html`<tr><th scope="row">${visibleText(group.name)}</th><td class="number">${scoreText(group)}<span class="ci">${intervalText(group)}</span></td><td class="plot">${intervalBar(group, { kind: 'checkpoint-1', base: null })}</td><td class="number">${group.n}</td><td class="number">${group.undecided > 0 && group.undecided}</td></tr>`,
    );
  return html`<div class="scroll"><table class="grid-table groups"><thead><tr><th scope="col" class="text">${DIMENSION_WORDS[dimension] ?? dimension}</th><th scope="col">%</th><td class="plot"></td><th scope="col">n</th><th scope="col">undecided</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}
