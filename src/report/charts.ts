/** Charts as inline SVG, coloured by the page's style sheet (classes `series-0` …). */
import type { Estimate } from '../evals/statistics.ts';
import { type Html, html } from './html.ts';

export interface Series {
  readonly name: string;
  /** points[i]: [x, y]; values that are not finite are left out. */
  readonly points: readonly (readonly [number, number])[];
}

export interface LineChart {
  readonly title: string;
  /** What the curve says and which way is good. */
  readonly caption: string;
  readonly series: readonly Series[];
  /** Bounds of the vertical axis that are always shown; the data may widen them. */
  readonly from?: number;
  readonly to?: number;
  readonly format: (value: number) => string;
}

const WIDTH = 340;
const HEIGHT = 168;
const PLOT = { left: 44, right: 330, top: 10, bottom: 146 } as const;

/** A figure with a line a series, its last value, and every value in a tooltip. */
export function lineChart(chart: LineChart): Html {
  const series = chart.series
    .map(({ name, points }) => ({
      name,
      points: points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y)),
    }))
    .filter(({ points }) => points.length > 0);
  const legend = series.length > 1;
  const last = series[0]?.points.at(-1)?.[1];
  return html`<figure class="chart">
    <figcaption>
      <h4>${chart.title}${!legend && last !== undefined && html` <span class="latest">${chart.format(last)}</span>`}</h4>
      <p>${chart.caption}</p>
    </figcaption>
    ${series.length === 0 ? html`<p class="nothing">Nothing was recorded.</p>` : plot(chart, series)}
    ${legend && legendOf(series, chart.format)}
  </figure>`;
}

function legendOf(series: readonly Series[], format: LineChart['format']): Html {
  const entries = series.map(
    ({ name, points }, index) =>
      html`<li class="series-${index}"><svg width="22" height="8" aria-hidden="true"><line class="line" x1="0" y1="4" x2="22" y2="4"/></svg>${name} <b>${format(points.at(-1)![1])}</b></li>`,
  );
  return html`<ul class="legend">${entries}</ul>`;
}

function plot({ title, format, from, to }: LineChart, series: readonly Series[]): Html {
  const points = series.flatMap((entry) => entry.points);
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const yTicks = niceTicks(Math.min(...ys, from ?? Infinity), Math.max(...ys, to ?? -Infinity), 4);
  const [low, high] = [yTicks[0]!, yTicks.at(-1)!];
  const [first, last] = [Math.min(...xs), Math.max(...xs)];
  const x = (value: number) => scale(value, [first, last], [PLOT.left, PLOT.right]);
  const y = (value: number) => scale(value, [low, high], [PLOT.bottom, PLOT.top]);
  const grid = yTicks.map(
    (
      tick,
    ) => html`<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${fixed(y(tick))}" y2="${fixed(y(tick))}"/>
      <text class="tick" x="${PLOT.left - 6}" y="${fixed(y(tick) + 3.5)}" text-anchor="end">${format(tick)}</text>`,
  );
  const steps = wholeTicks(first, last).map(
    (tick) =>
      html`<text class="tick" x="${fixed(x(tick))}" y="${PLOT.bottom + 16}" text-anchor="middle">${tick}</text>`,
  );
  const lines = series.map(({ name, points: own }, index) => {
    const path = own.map(([px, py]) => `${fixed(x(px))},${fixed(y(py))}`).join(' ');
    const dots = own.map(
      ([px, py]) =>
        html`<circle class="hit" cx="${fixed(x(px))}" cy="${fixed(y(py))}" r="6"><title>${name}, step ${px}: ${format(py)}</title></circle>`,
    );
    const end = own.at(-1)!;
    return html`<g class="series-${index}"><polyline class="line" points="${path}"/><circle class="end" cx="${fixed(x(end[0]))}" cy="${fixed(y(end[1]))}" r="3"/>${dots}</g>`;
  });
  const label = series.map(
    ({ name, points: own }) => `${name} from ${format(own[0]![1])} to ${format(own.at(-1)![1])}`,
  );
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}: ${label.join('; ')}">
    ${grid}${steps}
    <text class="tick" x="${PLOT.left - 6}" y="${PLOT.bottom + 16}" text-anchor="end">step</text>
    ${lines}
  </svg>`;
}

/**
 * A score with its 95 % interval on a track from 0 to 100, as wide as its cell.
 * @param base score of the base model, drawn as a thin line to compare with.
 */
export function intervalBar(
  estimate: Estimate | undefined,
  options: { kind: string; base: number | null },
): Html {
  const { base } = options;
  const reference =
    base !== null &&
    html`<line class="base-line" x1="${percent(base)}" x2="${percent(base)}" y1="0" y2="16"/>`;
  if (estimate === undefined || estimate.score === null) {
    return html`<svg class="interval" height="16" aria-hidden="true"><line class="track" x1="0" x2="100%" y1="8" y2="8"/>${reference}</svg>`;
  }
  const [low, high] = estimate.ci95 ?? [estimate.score, estimate.score];
  return html`<svg class="interval ${options.kind}" height="16" aria-hidden="true">
    <line class="track" x1="0" x2="100%" y1="8" y2="8"/>
    <rect class="range" x="${percent(low)}" width="${percent(Math.max(0, high - low))}" y="4" height="8" rx="3"/>
    ${reference}
    <circle class="point" cx="${percent(estimate.score)}" cy="8" r="4.5"/>
  </svg>`;
}

/** Horizontal bars with their values; `full` is as wide as the cell, the longest if not given. */
export function barList(
  entries: readonly (readonly [string, number])[],
  { format = String, full }: { format?: (value: number) => string; full?: number } = {},
): Html {
  const longest = full ?? Math.max(...entries.map(([, n]) => n), 1e-9);
  const rows = entries.map(
    ([name, n]) =>
      html`<tr><th scope="row">${name}</th><td class="bar-cell"><span class="bar" style="width:${percent((100 * n) / longest)}"></span></td><td class="number">${format(n)}</td></tr>`,
  );
  return html`<table class="bars"><tbody>${rows}</tbody></table>`;
}

function scale(value: number, [a, b]: readonly [number, number], [c, d]: readonly [number, number]): number {
  return a === b ? (c + d) / 2 : c + ((value - a) / (b - a)) * (d - c);
}

function fixed(value: number): string {
  return value.toFixed(1);
}

function percent(value: number): string {
  return `${Math.min(100, Math.max(0, value)).toFixed(2)}%`;
}

/** Round values that cover [low, high], about `count` steps of 1, 2, 2.5 or 5 times a power of ten. */
export function niceTicks(low: number, high: number, count: number): number[] {
  const span = high > low ? high - low : Math.abs(high) || 1;
  const power = 10 ** Math.floor(Math.log10(span / count));
  const step =
    [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => span / size <= count) ?? 10 * power;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** At most six whole numbers from first to last. */
function wholeTicks(first: number, last: number): number[] {
  const step =
    [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((size) => (last - first) / size <= 6) ?? last - first;
  const ticks: number[] = [];
  for (let tick = Math.ceil(first / step) * step; tick <= last; tick += step) ticks.push(tick);
  return ticks;
}
