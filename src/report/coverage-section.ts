/** Section "What was asked": what red-teaming covers and what hygiene dropped. */
import type { Coverage } from '../redteam/coverage.ts';
import { loadCweTable } from '../rules/cwe.ts';
import { barList } from './charts.ts';
import { type Html, html, type Renderable } from './html.ts';

const STRATEGY_ORDER = ['implicit', 'explicit', 'continuation', 'processing', 'jailbreak'];

/** Longer maps are set in two columns. */
const ONE_COLUMN_ROWS = 12;

export function renderCoverage(coverage: Coverage): Html {
  return html`<section id="coverage">
    <h2>What was asked</h2>
    <p class="lead">Internal red-teaming made ${coverage.prompts} training prompts over ${coverage.cwes.length} weaknesses;
      each cell of the map counts prompts for one weakness (row) and one way of asking (column), and a stronger colour means more.</p>
    <p>${explainStrategies(coverage)}</p>
    ${renderHeatMap(coverage)}
    <div class="columns">
      ${titled('Prompts by source', coverage.sources)}
      ${titled('Malicious requests by category', coverage.categories)}
      ${titled('Jailbreaks by family', coverage.jailbreaks)}
    </div>
    <h3>What was left out</h3>
    <p class="lead">From left to right, what each stage of red-teaming was given, what it kept and why it dropped the rest;
      a prompt that is close to one of evaluation would let the model study for its exam.</p>
    ${renderHygiene(coverage)}
  </section>`;
}

function explainStrategies({ cweByStrategy }: Coverage): Html[] {
  const meaning: Readonly<Record<string, string>> = {
    implicit: 'asks for a function that can be written securely or not',
    explicit: 'names the insecure API',
    continuation: 'begins the code and asks for the rest',
    processing: 'hands over vulnerable code to extend',
    jailbreak: 'wraps any of these to get around the model’s caution',
  };
  return strategiesOf(cweByStrategy).flatMap((name) => {
    const text = meaning[name];
    return text === undefined ? [] : [html`<b>${name}</b> ${text}. `];
  });
}

function strategiesOf(cweByStrategy: Coverage['cweByStrategy']): string[] {
  const found = new Set(Object.values(cweByStrategy).flatMap((row) => Object.keys(row)));
  return [
    ...STRATEGY_ORDER.filter((name) => found.has(name)),
    ...[...found].filter((name) => !STRATEGY_ORDER.includes(name)).sort(),
  ];
}

function renderHeatMap({ cweByStrategy }: Coverage): Html {
  const rows = Object.entries(cweByStrategy);
  if (rows.length === 0) return html`<p class="nothing">There are no code-security prompts.</p>`;
  const strategies = strategiesOf(cweByStrategy);
  const most = Math.max(...rows.flatMap(([, counts]) => Object.values(counts)));
  const half = rows.length > ONE_COLUMN_ROWS ? Math.ceil(rows.length / 2) : rows.length;
  const tables = [rows.slice(0, half), rows.slice(half)].filter((part) => part.length > 0);
  const table = (part: typeof rows) =>
    html`<table class="heat"><thead><tr><td></td>${strategies.map(
      (name) => html`<th scope="col">${name}</th>`,
    )}</tr></thead><tbody>${part.map(([cwe, counts]) => heatRow(cwe, { counts, strategies, most }))}</tbody></table>`;
  return html`<div class="heats">${tables.map((part) => html`<div class="scroll">${table(part)}</div>`)}</div>`;
}

function heatRow(
  cwe: string,
  row: { counts: Readonly<Record<string, number>>; strategies: readonly string[]; most: number },
): Html {
  const name = loadCweTable().get(Number(cwe.replace('CWE-', '')))?.name;
  const cells = row.strategies.map((strategy) => {
    const n = row.counts[strategy] ?? 0;
    // Never so faint that a cell with prompts looks like one without.
    const heat = n === 0 ? 0 : 15 + 85 * (n / row.most);
    return html`<td class="${n === 0 ? 'empty' : heat > 75 ? 'hot' : 'warm'}" style="--heat:${heat.toFixed(0)}%">${n === 0 ? '·' : n}</td>`;
  });
  return html`<tr><th scope="row" title="${name ?? ''}"><b>${cwe}</b> <span class="meaning">${shortName(name)}</span></th>${cells}</tr>`;
}

/** `Improper Neutralization of … ('SQL Injection')` is better known by what stands in its brackets. */
function shortName(name: string | undefined): string {
  if (name === undefined) return '';
  return /\('([^']+)'\)/.exec(name)?.[1] ?? name;
}

function titled(title: string, counts: Readonly<Record<string, number>>): Html | false {
  const entries = Object.entries(counts).sort(([, a], [, b]) => b - a);
  return entries.length > 0 && html`<div><h4>${title}</h4>${barList(entries)}</div>`;
}

function renderHygiene({ ruleToCode, vulnerabilityToPrompt, dropped, prompts }: Coverage): Html {
  const sum = <T>(list: readonly T[], read: (entry: T) => number) =>
    list.reduce((total, entry) => total + read(entry), 0);
  const sets = Object.entries(dropped.contaminatedBySet).map(([set, n]) => `${set} ${n}`);
  const rows: [string, Renderable, Renderable, string][] = [
    [
      'Vulnerable code, certified by the analysers',
      sum(ruleToCode, ({ written }) => written),
      sum(ruleToCode, ({ certified }) => certified),
      reasons({
        'without the weakness': sum(ruleToCode, ({ rejected }) => rejected),
        repeated: sum(ruleToCode, ({ repeated }) => repeated),
        undecided: sum(ruleToCode, ({ undecided }) => undecided),
      }),
    ],
    [
      'Prompts from that code',
      sum(vulnerabilityToPrompt, ({ requested }) => requested),
      sum(vulnerabilityToPrompt, ({ kept }) => kept),
      reasons({
        'nothing to ask': sum(vulnerabilityToPrompt, ({ declined }) => declined),
        repeated: sum(vulnerabilityToPrompt, ({ repeated }) => repeated),
      }),
    ],
    [
      'Hygiene, over prompts of all kinds',
      prompts + dropped.duplicates + dropped.contaminated,
      prompts,
      [
        reasons({ 'near-duplicates': dropped.duplicates, 'close to evaluation': dropped.contaminated }),
        sets.length > 0 ? `(${sets.join(', ')})` : '',
      ].join(' '),
    ],
  ];
  return html`<div class="scroll"><table class="grid-table hygiene"><thead><tr><td></td><th scope="col">given</th><th scope="col">kept</th><th scope="col" class="text">dropped</th></tr></thead><tbody>${rows.map(
    ([name, given, kept, why]) =>
      html`<tr><th scope="row">${name}</th><td class="number">${given}</td><td class="number">${kept}</td><td class="text">${why}</td></tr>`,
  )}</tbody></table></div>`;
}

function reasons(counts: Readonly<Record<string, number>>): string {
  const some = Object.entries(counts).filter(([, n]) => n > 0);
  return some.length === 0 ? 'none' : some.map(([reason, n]) => `${n} ${reason}`).join(', ');
}
