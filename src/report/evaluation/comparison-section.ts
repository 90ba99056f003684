/** Section "Against the baseline": paired differences with their intervals and tests. */
import type { Comparison } from '../../evals/evaluation-summary.ts';
import { type Html, html } from '../html.ts';
import {
  COMPARISON_COLUMNS,
  COMPARISON_READING,
  type ComparisonRow,
  changeKind,
  comparisonNotes,
  comparisonRows,
} from './comparison-lines.ts';
import { visibleLine } from './lines.ts';

export function renderComparisonSection(comparison: Comparison): Html {
  const notes = comparisonNotes(comparison);
  const head = COMPARISON_COLUMNS.map((name) => html`<th scope="col">${name}</th>`);
  return html`<section id="comparison">
    <h2>Against the baseline</h2>
    <p class="lead">Before: ${visibleLine(comparison.before.model)}, evaluated ${comparison.before.started.slice(0, 10)}.
      ${COMPARISON_READING}</p>
    <div class="scroll"><table class="grid-table"><thead><tr><td></td>${head}</tr></thead><tbody>${comparisonRows(comparison).map(renderRow)}</tbody></table></div>
    ${notes.length > 0 && html`<ul class="notes">${notes.map((note) => html`<li>${note}</li>`)}</ul>`}
  </section>`;
}

const CHANGE = COMPARISON_COLUMNS.indexOf('change');

function renderRow({ kind, label, paired, cells }: ComparisonRow): Html {
  const texts = cells.map((cell, column) =>
    column === CHANGE
      ? html`<td class="number"><b class="${changeKind(paired)}">${cell}</b></td>`
      : html`<td class="number">${cell}</td>`,
  );
  return html`<tr class="${kind}"><th scope="row">${label}</th>${texts}</tr>`;
}
