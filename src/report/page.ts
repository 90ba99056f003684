/** The report of a run as one HTML page (shell.ts). */
import { loadCweTable } from '../rules/cwe.ts';
import { barList } from './charts.ts';
import { renderCoverage } from './coverage-section.ts';
import { exampleFilterCss, renderExamples } from './examples-section.ts';
import { grouped, isMiniature, runLines } from './figures.ts';
import { type Html, html } from './html.ts';
import { renderLearning } from './learning-section.ts';
import type { ReportData } from './report-data.ts';
import { renderScores, renderTiles } from './scores-section.ts';
import { htmlPage, navigation } from './shell.ts';
import { STYLES } from './styles.ts';
import type { Summary } from './summary.ts';

export type { ReportData, ReportExample, RlPoint } from './report-data.ts';

export function renderReport(data: ReportData): string {
  const { summary, coverage, examples } = data;
  const body = html`${renderMasthead(summary)}
${renderNavigation(data)}
<main>
  ${renderScores(summary)}
  ${renderLearning(data)}
  ${coverage !== null && renderCoverage(coverage)}
  ${examples.length > 0 && renderExamples(examples)}
  ${renderEffort(summary)}
</main>
${renderFooter()}`;
  const styles = `${STYLES}${exampleFilterCss(examples)}`;
  return htmlPage({ title: `${summary.recipe}, seed ${summary.seed}: purpcode report`, styles, body });
}

function renderMasthead(summary: Summary): Html {
  const { recipe, seed, model } = summary;
  return html`<header class="masthead"><div>
    <p class="eyebrow">purpcode report</p>
    <h1>${recipe}, seed ${seed}</h1>
    <p class="lead">A coding model (${model.base}, ${grouped(model.parameters)} parameters) was taught to reason about
      cybersafety before it answers: first by rules it was shown and then had to recall, then by practice under verified
      rewards. This page shows what that changed, on four axes at once.</p>
    ${renderTiles(summary)}
    ${
      isMiniature(summary) &&
      html`<p class="note"><b>This is a miniature.</b> A model thousands of times smaller than those people use lives in a
        small invented world of short Python tasks, so that the whole recipe runs on two processor cores in minutes. The
        analysers, the test runs and the training are real; malicious assistance and overrefusal are judged by fixed rules,
        not by a language model. Compare the checkpoints on this page with each other: the numbers say nothing about
        models of full size.</p>`
    }
  </div></header>`;
}

function renderNavigation({ coverage, examples }: ReportData): Html {
  const entries: readonly (readonly [id: string, name: string])[] = [
    ['axes', 'The four axes'],
    ['learning', 'How it learned'],
    ...(coverage === null ? [] : [['coverage', 'What was asked'] as const]),
    ...(examples.length === 0 ? [] : [['examples', 'Before and after'] as const]),
    ['effort', 'What it took'],
  ];
  return navigation(entries);
}

function renderEffort(summary: Summary): Html {
  const stages = Object.entries(summary.seconds).filter(([stage]) => stage !== 'total');
  return html`<section id="effort">
    <h2>What it took</h2>
    <p class="lead">Wall seconds by stage, and what the stages counted; ${summary.seconds.total.toFixed(0)} seconds in all.</p>
    ${stages.length > 0 && barList(stages, { format: (seconds) => `${seconds.toFixed(1)} s` })}
    <dl>${runLines(summary)
      .filter(({ name }) => name !== 'Seconds')
      .map(({ name, text }) => html`<dt>${name}</dt><dd>${text}</dd>`)}</dl>
  </section>`;
}

function renderFooter(): Html {
  return html`<footer><div>
    <p>Recipe: PurpCode, arXiv 2507.19060. The numbers of this page are in <code>report/summary.json</code>, the answers in
      <code>evals/</code> of the run's folder. All text of models is shown as it was written; characters that cannot be seen
      are spelt out.</p>
    <p>${loadCweTable().notice}</p>
  </div></footer>`;
}
