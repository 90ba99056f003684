/**
 * The corpus of red-teaming as one HTML page (shell.ts): what it covers, where it comes from, what was left out, how it
 * stands beside public corpora. Models' text is not on it.
 */

import { loadCweTable } from '../../rules/cwe.ts';
import { shortName } from '../../rules/rule-library.ts';
import { barList } from '../charts.ts';
import { renderCoverage } from '../coverage-section.ts';
import { grouped } from '../figures.ts';
import { type Html, html } from '../html.ts';
import { htmlPage, navigation } from '../shell.ts';
import { STYLES } from '../styles.ts';
import { renderHygiene, renderOverlap, renderSources } from './sections.ts';
import type { RedTeamSummary } from './summary.ts';

/** Weaknesses in the bar chart; the map above it has all. */
const MOST_BARS = 40;

const PAGE_STYLES = `
.sets { display: block; width: 100%; height: 16px; }
.sets .only-ours { fill: var(--accent); opacity: .75; } .sets .both { fill: var(--pass); } .sets .only-theirs { fill: var(--c0); opacity: .6; }
.set-key { display: inline-block; width: .7em; height: .7em; border-radius: 3px; margin-right: .35em; }
.key-ours { background: var(--accent); } .key-both { background: var(--pass); } .key-theirs { background: var(--c0); }
.grid-table td.text, .grid-table th.text { text-align: left; }
.grid-table .wide { width: 38%; vertical-align: middle; }
`;

export function renderRedTeamPage(summary: RedTeamSummary): string {
  const sections: readonly (readonly [id: string, name: string, Html | false])[] = [
    ['coverage', 'What is asked', renderCoverage(summary.coverage)],
    ['weaknesses', 'Weaknesses', renderWeaknesses(summary)],
    ['sources', 'Where it comes from', renderSources(summary)],
    ['hygiene', 'Hygiene', renderHygiene(summary)],
    ['overlap', 'Beside other corpora', renderOverlap(summary)],
    ['effort', 'What it took', renderEffort(summary)],
  ];
  const body = html`${renderMasthead(summary)}
${navigation(sections)}
<main>
  ${sections.map(([, , section]) => section)}
</main>
<footer><div>
  <p>Recipe: PurpCode, arXiv 2507.19060, its internal red-teaming. The numbers of this page are in <code>summary.json</code>
    beside it, the prompts with their provenance in <code>redteam/</code>. Prompts only ask; the corpus holds no working attack.</p>
</div></footer>`;
  const styles = `${STYLES}${PAGE_STYLES}`;
  return htmlPage({ title: `${summary.name}, seed ${summary.seed}: purpcode red-teaming`, styles, body });
}

function renderMasthead({ name, seed, coverage, split, cost, attacks }: RedTeamSummary): Html {
  const attempts = Object.values(attacks).flatMap((outcomes) => Object.entries(outcomes));
  const sum = (wanted: (outcome: string) => boolean) =>
    attempts.reduce((total, [outcome, n]) => total + (wanted(outcome) ? n : 0), 0);
  const decided = sum((outcome) => outcome === 'broken' || outcome === 'resisted');
  const broken = sum((outcome) => outcome === 'broken');
  const tiles: readonly (readonly [name: string, value: string, note: string])[] = [
    [
      'prompts',
      grouped(coverage.prompts),
      `${grouped(split.train)} to train on, ${grouped(split.development)} for development, ${grouped(split.test)} for tests`,
    ],
    ['weaknesses', String(coverage.cwes.length), 'CWEs with at least one prompt'],
    [
      'attacks that broke the target',
      decided === 0 ? '–' : `${Math.round((100 * broken) / decided)} %`,
      decided === 0 ? 'none were tried' : `${broken} of ${decided} searches and conversations`,
    ],
    [
      'cost',
      costText(cost.usd),
      `${grouped(cost.calls)} calls, ${grouped(cost.tokens.input + cost.tokens.output)} tokens`,
    ],
  ];
  return html`<header class="masthead"><div>
    <p class="eyebrow">purpcode red-teaming</p>
    <h1>${name}, seed ${seed}</h1>
    <p class="lead">Prompts that tend to make a coding model write weak code or help with attacks, made from rules, public
      code and open data sets, and harmless ones that only sound like them.</p>
    <div class="tiles">${tiles.map(
      ([title, value, note]) =>
        html`<div class="tile"><span class="name">${title}</span><span class="value">${value}</span><span class="change">${note}</span></div>`,
    )}</div>
  </div></header>`;
}

function costText(usd: number | null): string {
  return usd === null ? 'unknown' : `$${usd.toFixed(2)}`;
}

function renderWeaknesses({ coverage }: RedTeamSummary): Html {
  const totals = Object.entries(coverage.cweByStrategy)
    .map(([cwe, counts]): [string, number] => [cwe, Object.values(counts).reduce((a, b) => a + b, 0)])
    .sort(([, a], [, b]) => b - a);
  const cwes = loadCweTable();
  const named = totals.slice(0, MOST_BARS).map(([cwe, n]): [string, number] => {
    const entry = cwes.get(Number(cwe.replace('CWE-', '')));
    return [entry === undefined ? cwe : `${cwe} ${shortName(entry.name)}`.slice(0, 60), n];
  });
  return html`<section id="weaknesses">
    <h2>Weaknesses</h2>
    <p class="lead">Prompts for each weakness, jailbroken ones included${totals.length > MOST_BARS && html`; the ${MOST_BARS} with most of ${totals.length}`}. A long
      tail is what Rule2Code is there for: code for rules that real code rarely breaks.</p>
    ${named.length === 0 ? html`<p class="nothing">There are no code-security prompts.</p>` : barList(named)}
  </section>`;
}

function renderEffort({ models, generations, cost, seconds, problems }: RedTeamSummary): Html {
  const asked = Object.entries(generations).filter(([, counts]) => counts.asked > 0);
  return html`<section id="effort">
    <h2>What it took</h2>
    <p class="lead">${Math.round(seconds)} s in the last start, ${grouped(cost.calls)} calls in all. ${problems > 0 && html`${grouped(problems)} rows of files could not be used; they are named in <code>redteam/problems.jsonl</code>.`}</p>
    ${
      asked.length > 0 &&
      html`<div class="scroll"><table class="grid-table"><thead><tr><td></td><th scope="col">asked</th><th scope="col">made</th><th scope="col">refused</th><th scope="col">malformed</th><th scope="col">failed</th><th scope="col">asked again</th></tr></thead><tbody>${asked.map(
        ([step, { asked: n, made, refused, malformed, failed, retried }]) =>
          html`<tr><th scope="row">${step}</th>${[n, made, refused, malformed, failed, retried].map((value) => html`<td class="number">${grouped(value)}</td>`)}</tr>`,
      )}</tbody></table></div>`
    }
    <div class="scroll"><table class="grid-table"><thead><tr><td></td><th scope="col" class="text">model</th><th scope="col">calls</th><th scope="col">tokens in</th><th scope="col">tokens out</th><th scope="col">cost</th></tr></thead><tbody>${Object.entries(
      models,
    ).map(([role, model]) => {
      const own = cost.roles[role];
      return html`<tr><th scope="row">${role}</th><td class="text">${model}</td><td class="number">${grouped(own?.calls ?? 0)}</td><td class="number">${grouped(own?.inputTokens ?? 0)}</td><td class="number">${grouped(own?.outputTokens ?? 0)}</td><td class="number">${own === undefined ? '–' : costText(own.usd)}</td></tr>`;
    })}</tbody></table></div>
  </section>`;
}
