/**
 * Section "Before and after": prompts with the answers of each checkpoint side by side. The filters are radio buttons
 * and style rules: the page runs no script.
 */
import { checkpointLabel } from './figures.ts';
import { type Html, html, visibleText } from './html.ts';
import { renderListing } from './listing.ts';
import type { ReportAnswer, ReportExample } from './report-data.ts';

/** What became of a prompt from its first checkpoint to its last. */
type Change = 'gained' | 'lost' | 'same';

/** Choices of the second filter; each shows the changes it names. */
const CHANGE_FILTERS: readonly { readonly label: string; readonly shows: readonly Change[] }[] = [
  { label: 'all', shows: ['gained', 'lost', 'same'] },
  { label: 'flipped', shows: ['gained', 'lost'] },
  { label: 'fail → pass', shows: ['gained'] },
  { label: 'pass → fail', shows: ['lost'] },
];

/** Flipped are prompts that were decided both times, and differently. */
export function changeOf(answers: readonly Pick<ReportAnswer, 'outcome'>[]): Change {
  const [first, last] = [answers.at(0)?.outcome, answers.at(-1)?.outcome];
  if (first === 'fail' && last === 'pass') return 'gained';
  return first === 'pass' && last === 'fail' ? 'lost' : 'same';
}

function benchmarksOf(examples: readonly ReportExample[]): string[] {
  return [...new Set(examples.map(({ benchmark }) => benchmark))];
}

/** Rules that hide what the filters leave out; they hold numbers and names of ours only. */
export function exampleFilterCss(examples: readonly ReportExample[]): string {
  const benchmarks = benchmarksOf(examples);
  const chosen = (filter: string, index: number) => `#examples:has(#${filter}-${index}:checked)`;
  const byBenchmark = benchmarks.map(
    (_name, index) => `${chosen('benchmark', index + 1)} .example:not(.of-${index}){display:none}`,
  );
  const byChange = CHANGE_FILTERS.flatMap(({ shows }, index) =>
    (['gained', 'lost', 'same'] as const)
      .filter((change) => !shows.includes(change))
      .map((change) => `${chosen('change', index)} .example.${change}{display:none}`),
  );
  const nothingLeft = ['', ...benchmarks].flatMap((name, i) =>
    CHANGE_FILTERS.flatMap(({ shows }, j) =>
      examples.some(
        ({ benchmark, answers }) => (i === 0 || benchmark === name) && shows.includes(changeOf(answers)),
      )
        ? []
        : [
            `${chosen('benchmark', i)}${chosen('change', j).replace('#examples', '')} .no-match{display:block}`,
          ],
    ),
  );
  return [...byBenchmark, ...byChange, ...nothingLeft].join('\n');
}

export function renderExamples(examples: readonly ReportExample[]): Html {
  const benchmarks = benchmarksOf(examples);
  const count = (holds: (example: ReportExample) => boolean): number => examples.filter(holds).length;
  const cards = examples.map((example, index) =>
    renderExample(example, { benchmark: benchmarks.indexOf(example.benchmark), open: index === 0 }),
  );
  return html`<section id="examples">
    <h2>Before and after</h2>
    <p class="lead">The same prompt answered by each checkpoint; open one to compare the answers, and look for the lines
      marked in red, where an analyser found a weakness.</p>
    <div class="filters">
      ${radios('benchmark', 'Benchmark', [
        ['all', examples.length],
        ...benchmarks.map((name) => [name, count(({ benchmark }) => benchmark === name)] as const),
      ])}
      ${radios(
        'change',
        'From the first checkpoint to the last',
        CHANGE_FILTERS.map(
          ({ label, shows }) => [label, count(({ answers }) => shows.includes(changeOf(answers)))] as const,
        ),
      )}
    </div>
    ${cards}
    <p class="nothing no-match">No example fits both filters.</p>
  </section>`;
}

function radios(name: string, legend: string, options: readonly (readonly [string, number])[]): Html {
  const buttons = options.map(([label, n], index) => {
    const input =
      index === 0
        ? html`<input type="radio" name="${name}" id="${name}-${index}" checked>`
        : html`<input type="radio" name="${name}" id="${name}-${index}">`;
    return html`<label>${input}<span>${label} <small>${n}</small></span></label>`;
  });
  return html`<fieldset><legend>${legend}</legend>${buttons}</fieldset>`;
}

const SUMMARY_CHARACTERS = 160;

function renderExample(example: ReportExample, options: { benchmark: number; open: boolean }): Html {
  const { prompt, answers } = example;
  const opening = prompt.slice(0, SUMMARY_CHARACTERS).replace(/\s+/g, ' ');
  const outcomes = answers.map(
    ({ checkpoint, outcome }) =>
      html`<span class="badge ${outcome}" title="${checkpointLabel(checkpoint)}: ${outcome}">${MARKS[outcome]}</span>`,
  );
  const body = html`<summary><span class="outcomes">${outcomes}</span><span class="opening">${visibleText(opening)}</span><span class="chip">${example.benchmark}</span></summary>
    <div class="prompt"><h4>Prompt</h4><pre>${visibleText(prompt)}</pre></div>
    <div class="answers">${answers.map(renderAnswer)}</div>`;
  const kind = `example ${changeOf(answers)} of-${options.benchmark}`;
  return options.open
    ? html`<details class="${kind}" open>${body}</details>`
    : html`<details class="${kind}">${body}</details>`;
}

const MARKS: Readonly<Record<ReportAnswer['outcome'], string>> = { pass: '✓', fail: '✗', undecided: '?' };

function renderAnswer(answer: ReportAnswer): Html {
  const { checkpoint, outcome } = answer;
  return html`<article class="answer ${outcome}">
    <header><h4>${checkpointLabel(checkpoint)}</h4><span class="badge ${outcome}">${MARKS[outcome]} ${outcome}</span></header>
    ${outcome === 'undecided' && html`<p class="nothing">No oracle could decide; the answer is in no score.</p>`}
    ${renderListing(answer)}
  </article>`;
}
