/** An evaluation as one HTML page, in the looks of a run's report (shell.ts). */
import { AXES } from '../../evals/benchmark.ts';
import type { EvaluationSummary } from '../../evals/evaluation-summary.ts';
import { barList } from '../charts.ts';
import { exampleFilterCss, renderExamples } from '../examples-section.ts';
import { AXIS_LABELS, intervalText, scoreText } from '../figures.ts';
import { type Html, html } from '../html.ts';
import type { ReportExample } from '../report-data.ts';
import { htmlPage, navigation } from '../shell.ts';
import { STYLES } from '../styles.ts';
import { type AnswerExample, renderAnswers } from './answers-section.ts';
import { changeKind } from './comparison-lines.ts';
import { renderComparisonSection } from './comparison-section.ts';
import { counted, signed, visibleLine } from './lines.ts';
import { type RowOptions, settingLines } from './rows.ts';
import { renderGroups, renderScores } from './scores-sections.ts';
import { EVALUATION_STYLES } from './styles.ts';

export interface EvaluationPage extends RowOptions {
  readonly summary: EvaluationSummary;
  /** Answers that flipped against the baseline; empty without one. */
  readonly flips: readonly ReportExample[];
  /** Some answers that failed or could not be decided. */
  readonly answers: readonly AnswerExample[];
}

export function renderEvaluationPage(page: EvaluationPage): string {
  const { summary, flips, answers } = page;
  const hasGroups = Object.values(summary.benchmarks).some(({ groups }) => Object.keys(groups).length > 0);
  const sections: readonly (readonly [id: string, name: string, Html | false])[] = [
    ['axes', 'The axes', renderScores(summary, page)],
    [
      'comparison',
      'Against the baseline',
      summary.comparison !== null && renderComparisonSection(summary.comparison),
    ],
    ['examples', 'Before and after', flips.length > 0 && renderExamples(flips)],
    ['groups', 'Where it fails', hasGroups && renderGroups(summary)],
    ['answers', 'Answers', answers.length > 0 && renderAnswers(answers)],
    ['effort', 'How it was made', renderEffort(summary)],
  ];
  const shown = sections.filter(([, , section]) => section !== false);
  const body = html`${renderMasthead(summary)}
${navigation(shown)}
<main>
  ${shown.map(([, , section]) => section)}
</main>
<footer><div>
  <p>Recipe and reference figures: PurpCode, arXiv 2507.19060. The numbers of this page are in <code>summary.json</code> and
    <code>table.csv</code>, all answers with their verdicts in <code>responses.jsonl</code> beside it. All text of models and
    benchmarks is shown as it was written; characters that cannot be seen are spelt out.</p>
</div></footer>`;
  const styles = `${STYLES}${EVALUATION_STYLES}${exampleFilterCss(flips)}`;
  return htmlPage({ title: `${visibleLine(summary.model.name)}: purpcode evaluation`, styles, body });
}

function renderMasthead(summary: EvaluationSummary): Html {
  const { model, benchmarks, comparison } = summary;
  const tasks = Object.values(benchmarks).reduce((sum, benchmark) => sum + benchmark.tasks, 0);
  return html`<header class="masthead"><div>
    <p class="eyebrow">purpcode evaluation</p>
    <h1>${visibleLine(model.name)}</h1>
    <p class="lead">${counted(tasks, 'task')} of ${counted(Object.keys(benchmarks).length, 'benchmark')}, each answer verified by
      its oracles${comparison !== null && html`, held against <b>${visibleLine(comparison.before.model)}</b>`}.</p>
    ${renderTiles(summary)}
  </div></header>`;
}

/** Axes with their intervals or, against a baseline, with what changed. */
function renderTiles({ axes, comparison }: EvaluationSummary): Html {
  const tiles = AXES.map((axis) => {
    const score = axes[axis];
    const paired = comparison?.axes[axis];
    const change =
      paired !== undefined && paired.difference !== null
        ? html`<b class="${changeKind(paired)}">${signed(paired.difference)}</b> against the baseline`
        : score === undefined
          ? 'not evaluated'
          : html`95 %: ${intervalText(score)}`;
    return html`<li class="tile"><span class="name">${AXIS_LABELS[axis]}</span>
      <span class="value">${scoreText(score)}</span><span class="change">${change}</span></li>`;
  });
  return html`<ul class="tiles">${tiles}</ul>
    <p class="tiles-note">Percent of decided answers; higher is better on every axis, and a gain on one that is paid for on
      another is none.${comparison !== null && ' Changes are on the prompts that both were decided on; coloured where they are more than chance.'}</p>`;
}

function renderEffort(summary: EvaluationSummary): Html {
  const { roles } = summary.cost;
  const calls = Object.entries(roles).map(([role, { calls: n }]) => [role, n] as const);
  return html`<section id="effort">
    <h2>How it was made</h2>
    <dl>${settingLines(summary).map(({ name, text }) => html`<dt>${name}</dt><dd>${text}</dd>`)}
      <dt>Started</dt><dd>${summary.started}</dd></dl>
    ${calls.length > 1 && html`<h3>Calls by role</h3>${barList(calls, { format: (n) => n.toLocaleString('en-US') })}`}
    ${
      summary.parameters.systemPrompt !== null &&
      summary.parameters.systemPrompt.text !== '' &&
      html`<details><summary>System prompt that the model saw</summary><div class="prompt"><pre>${summary.parameters.systemPrompt.text}</pre></div></details>`
    }
  </section>`;
}
