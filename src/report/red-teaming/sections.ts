/** Sections "Where it comes from", "Hygiene" and "Beside other corpora" of the page of red-teaming. */
import type { CorpusStatistics } from '../../redteam/corpus/corpus-statistics.ts';
import type { HygieneFigures } from '../../redteam/hygiene/clean.ts';
import type { CorpusOverlap } from '../../redteam/hygiene/overlap.ts';
import { grouped } from '../figures.ts';
import { type Html, html } from '../html.ts';
import type { RedTeamSummary } from './summary.ts';

export function renderSources({ corpus, certification, diversity }: RedTeamSummary): Html {
  return html`<section id="sources">
    <h2>Where it comes from</h2>
    <p class="lead">Code is a seed only when an analyser has confirmed a weakness in it. “New” counts weaknesses that no
      source above has.</p>
    ${corpusTable(corpus.python)}
    ${certification.overall.asked > 0 && renderCertification(certification)}
    ${
      corpus.otherLanguages.total.collected > 0 &&
      html`<h3>Other languages</h3><p class="lead">Certified in their own language by the embedded rules; without a translation they become no prompts.</p>${corpusTable(corpus.otherLanguages)}`
    }
    <h3>How different the prompts are</h3>
    <p class="lead">Distinct-n: different word n-grams per word. Mean similarity: Jaccard of word shingles over pairs; lower is more
      diverse.</p>
    ${diversityTable(diversity)}
  </section>`;
}

/** The rate falls from turn to turn when rules run out of scenarios. */
function renderCertification({ overall, byTurn }: RedTeamSummary['certification']): Html {
  const rows = [
    ...byTurn.map((rate, turn) => [`turn ${turn + 1}`, rate] as const),
    ['together', overall] as const,
  ];
  const percent = (rate: number | null) => (rate === null ? '–' : `${Math.round(100 * rate)} %`);
  return html`<h3>Rule2Code</h3><p class="lead">Programs that the synthesizer wrote for rules, and how many an analyser certified for the
    very rule; “a call brings” counts refusals and repeats as nothing.</p>
    <div class="scroll"><table class="grid-table"><thead><tr><td></td><th scope="col">asked</th><th scope="col">analysed</th><th scope="col">certified</th><th scope="col">of those analysed</th><th scope="col">a call brings</th></tr></thead><tbody>${rows.map(
      ([name, rate]) =>
        html`<tr><th scope="row">${name}</th><td class="number">${grouped(rate.asked)}</td><td class="number">${grouped(rate.decided)}</td><td class="number">${grouped(rate.certified)}</td><td class="number">${percent(rate.rate)}</td><td class="number">${percent(rate.yield)}</td></tr>`,
    )}</tbody></table></div>`;
}

function corpusTable({ sources, total }: CorpusStatistics): Html {
  const translated = total.translated !== undefined;
  const rejected = (reason: 'clean' | 'invalid-syntax') =>
    sources.reduce((sum, row) => sum + row.rejected[reason], 0);
  const cell = (value: number | undefined) =>
    html`<td class="number">${value === undefined ? '' : grouped(value)}</td>`;
  return html`<div class="scroll"><table class="grid-table"><thead><tr><td></td><th scope="col">collected</th><th scope="col">repeated</th>${translated && html`<th scope="col">translated</th>`}<th scope="col">certified</th><th scope="col">clean</th><th scope="col">no code that parses</th><th scope="col">undecided</th><th scope="col">CWEs</th><th scope="col">new</th></tr></thead><tbody>${sources.map(
    (row) =>
      html`<tr><th scope="row">${row.source}</th>${cell(row.collected)}${cell(row.duplicates)}${translated && cell(row.translated)}${cell(row.certified)}${cell(row.rejected.clean)}${cell(row.rejected['invalid-syntax'])}${cell(row.undecided)}${cell(row.cwes.length)}${cell(row.newCwes.length)}</tr>`,
  )}<tr><th scope="row">together</th>${cell(total.collected)}${cell(total.duplicates)}${translated && cell(total.translated)}${cell(total.certified)}${cell(rejected('clean'))}${cell(rejected('invalid-syntax'))}${cell(total.undecided)}${cell(total.cwes.length)}<td></td></tr></tbody></table></div>`;
}

function diversityTable(diversity: RedTeamSummary['diversity']): Html {
  const number = (value: number | null) => (value === null ? '–' : value.toFixed(3));
  return html`<div class="scroll"><table class="grid-table"><thead><tr><td></td><th scope="col">prompts</th><th scope="col">distinct-1</th><th scope="col">distinct-2</th><th scope="col">distinct-3</th><th scope="col">mean similarity</th></tr></thead><tbody>${Object.entries(
    diversity,
  ).map(
    ([name, { texts, distinct, meanPairwiseJaccard }]) =>
      html`<tr><th scope="row">${name}</th><td class="number">${grouped(texts)}</td>${distinct.map((value) => html`<td class="number">${number(value)}</td>`)}<td class="number">${number(meanPairwiseJaccard)}</td></tr>`,
  )}</tbody></table></div>`;
}

export function renderHygiene({ hygiene, notChecked, malicious, screening }: RedTeamSummary): Html {
  return html`<section id="hygiene">
    <h2>Hygiene</h2>
    <p class="lead">Two prompts are the same from a similarity of ${hygiene.prompts.threshold} (Jaccard of word shingles); one that repeats a
      benchmark would let the model study for its exam. Every drop is in <code>redteam/drops.jsonl</code> with what it repeats.</p>
    ${hygieneTable({ prompts: hygiene.prompts, 'jailbroken prompts': hygiene.jailbreaks })}
    ${contaminationTable(hygiene)}
    ${
      notChecked.length > 0 &&
      html`<p class="note"><b>Not checked:</b> ${notChecked.join(', ')}. Their files are not in the data folder, so overlap with them is not known.</p>`
    }
    <p>Malicious requests: ${grouped(malicious.requests)} read, ${grouped(malicious.kept)} about computers and kept, ${grouped(malicious.other)} about something
      else, ${grouped(malicious.undecided)} undecided, ${grouped(malicious.repeated)} repeated.</p>
    ${renderScreening(screening)}
  </section>`;
}

function renderScreening({ by, code, conversations }: RedTeamSummary['screening']): Html {
  if (by === null) {
    return html`<p class="note"><b>Not checked:</b> whether certified code or a target's answer in a conversation is itself a means of
      attack. Nobody plays the role classifier or judge.</p>`;
  }
  const kinds = [['certified programs', code] as const, ['conversations', conversations] as const];
  return html`<p>Means of attack, by the role ${by}: ${kinds
    .filter(([name, { items }]) => name === 'certified programs' || items > 0)
    .map(
      ([name, { items, attack, undecided }], index) =>
        html`${index > 0 && '; '}of ${grouped(items)} ${name} ${grouped(attack)} left out, and ${grouped(undecided)} that it could not tell`,
    )}.</p>`;
}

function hygieneTable(steps: Readonly<Record<string, HygieneFigures>>): Html {
  return html`<div class="scroll"><table class="grid-table"><thead><tr><td></td><th scope="col">given</th><th scope="col">near-duplicates</th><th scope="col">close to evaluation</th><th scope="col">kept</th></tr></thead><tbody>${Object.entries(
    steps,
  ).map(
    ([name, { items, duplicates, contaminated, kept }]) =>
      html`<tr><th scope="row">${name}</th>${[items, duplicates, contaminated, kept].map((value) => html`<td class="number">${grouped(value)}</td>`)}</tr>`,
  )}</tbody></table></div>`;
}

/** Evaluation sets that some prompt repeated. */
function contaminationTable({ prompts, jailbreaks }: RedTeamSummary['hygiene']): Html {
  const rows = Object.keys(prompts.bySet).map((set) => {
    const [a, b] = [prompts.bySet[set], jailbreaks.bySet[set]];
    return { set, exact: (a?.exact ?? 0) + (b?.exact ?? 0), near: (a?.near ?? 0) + (b?.near ?? 0) };
  });
  const hit = rows.filter(({ exact, near }) => exact + near > 0);
  const clean = rows.filter(({ exact, near }) => exact + near === 0).map(({ set }) => set);
  return html`${
    hit.length > 0 &&
    html`<div class="scroll"><table class="grid-table"><thead><tr><td></td><th scope="col">word for word</th><th scope="col">nearly</th></tr></thead><tbody>${hit.map(
      ({ set, exact, near }) =>
        html`<tr><th scope="row">${set}</th><td class="number">${grouped(exact)}</td><td class="number">${grouped(near)}</td></tr>`,
    )}</tbody></table></div>`
  }${clean.length > 0 && html`<p>Checked without any overlap: ${clean.join(', ')}.</p>`}`;
}

export function renderOverlap({ overlap }: RedTeamSummary): Html {
  return html`<section id="overlap">
    <h2>Beside other corpora</h2>
    <p class="lead">As sets: weaknesses that
      <span class="set-key key-ours"></span>only this corpus has,
      <span class="set-key key-both"></span>both have,
      <span class="set-key key-theirs"></span>only the other has; and prompts that are nearly the same, which hygiene has removed where the
      other is held out.</p>
    ${
      overlap.length === 0
        ? html`<p class="nothing">No public corpus with weaknesses to its prompts is in the data folder.</p>`
        : html`<div class="scroll"><table class="grid-table"><thead><tr><td></td><th scope="col">prompts</th><th scope="col">nearly ours</th><th scope="col" class="text">weaknesses as sets</th><th scope="col">only ours</th><th scope="col">both</th><th scope="col">only theirs</th></tr></thead><tbody>${overlap.map(overlapRow)}</tbody></table></div>
    ${overlap.map(missingWeaknesses)}`
    }
  </section>`;
}

function overlapRow({ b, prompts, cwes }: CorpusOverlap): Html {
  const sizes = [cwes.onlyA.length, cwes.both.length, cwes.onlyB.length] as const;
  return html`<tr><th scope="row">${b}</th><td class="number">${grouped(prompts.ofB)}</td><td class="number">${grouped(prompts.ofBInA)}</td><td class="wide">${setBar(sizes)}</td>${sizes.map((n) => html`<td class="number">${n}</td>`)}</tr>`;
}

function setBar([ours, both, theirs]: readonly [number, number, number]): Html {
  const total = Math.max(1, ours + both + theirs);
  const part = (kind: string, from: number, n: number) =>
    html`<rect class="${kind}" x="${((100 * from) / total).toFixed(2)}%" width="${((100 * n) / total).toFixed(2)}%" y="2" height="12"/>`;
  return html`<svg class="sets" role="img" aria-label="${ours} only here, ${both} in both, ${theirs} only there">${part('only-ours', 0, ours)}${part('both', ours, both)}${part('only-theirs', ours + both, theirs)}</svg>`;
}

function missingWeaknesses({ b, cwes }: CorpusOverlap): Html | false {
  return (
    cwes.onlyB.length > 0 &&
    html`<details><summary>${b}: ${cwes.onlyB.length} weaknesses that are not covered here</summary><p>${cwes.onlyB.map((cwe) => `CWE-${cwe}`).join(', ')}</p></details>`
  );
}
