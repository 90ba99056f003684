/** The page's style sheet: light and dark, wide and narrow, without anything from outside. */
export const STYLES = `
:root {
  color-scheme: light dark;
  --bg: #faf9fc; --panel: #ffffff; --ink: #1d1a26; --muted: #625d70; --line: #e3dfeb; --faint: #f1eef6;
  --accent: #6b3fd1; --accent-ink: #ffffff; --heat: 0%;
  --pass: #147a45; --fail: #bf2945; --wait: #806000; --fail-bg: #fdecef; --pass-bg: #e7f5ec; --wait-bg: #fbf3d9;
  --c0: #8a8497; --c1: #2b7fb8; --c2: #b8629f; --c3: #6b3fd1;
  --s0: #6b3fd1; --s1: #c2410c; --s2: #0e7c86; --s3: #a16207; --s4: #be185d;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  --sans: ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #131119; --panel: #1c1924; --ink: #eceaf3; --muted: #a8a2b8; --line: #322d3e; --faint: #25212f;
    --accent: #a98bfa; --accent-ink: #17121f;
    --pass: #57cf90; --fail: #ff8a9c; --wait: #e5c04f; --fail-bg: #3a1b24; --pass-bg: #15301f; --wait-bg: #332a10;
    --c0: #8f899e; --c1: #5fb0e6; --c2: #e08cc6; --c3: #a98bfa;
    --s0: #a98bfa; --s1: #fb923c; --s2: #45c4cf; --s3: #e5c04f; --s4: #f472b6;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 3.5rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 16px/1.55 var(--sans); }
main, .masthead > div, footer > div, nav > ul { max-width: 1120px; margin: 0 auto; padding-inline: 24px; }
h1, h2, h3, h4 { line-height: 1.2; text-wrap: balance; margin: 0; }
h1 { font-size: clamp(1.9rem, 4.5vw, 2.7rem); letter-spacing: -.025em; }
h2 { font-size: 1.6rem; letter-spacing: -.015em; margin-bottom: .6rem; }
h3 { font-size: 1.15rem; margin: 2.4rem 0 .5rem; }
h4 { font-size: .95rem; }
p { margin: 0 0 .8rem; max-width: 76ch; text-wrap: pretty; }
.lead { font-size: 1.05rem; }
section > p:not(.lead), .columns + p { color: var(--muted); }
code { font: .9em var(--mono); }
small, .meaning, .counts, .ci { color: var(--muted); font-weight: 400; }
section { padding: 3rem 0 1rem; border-top: 1px solid var(--line); }
section:first-of-type { border-top: 0; }
ul { margin: 0; padding: 0; list-style: none; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; }
.scroll { overflow-x: auto; }
.nothing { color: var(--muted); font-style: italic; margin: .4rem 0; }

.masthead { padding: 3rem 0 2.2rem; }
.eyebrow { color: var(--accent); font-weight: 600; font-size: .85rem; letter-spacing: .06em; text-transform: uppercase; margin-bottom: .5rem; }
.masthead .lead { margin: .8rem 0 0; color: var(--muted); font-size: 1.1rem; }
.note { border-left: 4px solid var(--accent); background: var(--faint); padding: .8rem 1.1rem; margin: 1.4rem 0 0; border-radius: 0 8px 8px 0; max-width: none; }
.tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: 14px; margin-top: 1.8rem; }
.tile { background: var(--panel); border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.1rem; display: flex; flex-direction: column; gap: .15rem; }
.tile .name { font-size: .88rem; font-weight: 600; }
.tile .name::first-letter, .axis th::first-letter { text-transform: uppercase; }
.tile .value { font-size: 2.3rem; font-weight: 650; letter-spacing: -.03em; line-height: 1.15; font-variant-numeric: tabular-nums; }
.tile .change { font-size: .85rem; color: var(--muted); font-variant-numeric: tabular-nums; }
.up { color: var(--pass); } .down { color: var(--fail); } .level { color: var(--muted); }
.tiles-note { font-size: .85rem; color: var(--muted); margin: .6rem 0 0; }

nav { position: sticky; top: 0; z-index: 2; background: color-mix(in srgb, var(--bg) 92%, transparent); backdrop-filter: blur(6px); border-block: 1px solid var(--line); }
nav > ul { display: flex; gap: 1.6rem; overflow-x: auto; white-space: nowrap; }
nav a { display: block; padding: .65rem 0; color: var(--muted); text-decoration: none; font-size: .92rem; font-weight: 550; }
nav a:hover, nav a:focus-visible { color: var(--accent); }

.scores { width: 100%; background: var(--panel); border: 1px solid var(--line); border-radius: 12px; border-collapse: separate; border-spacing: 0; margin: 1rem 0; table-layout: fixed; }
.scores td, .scores th { padding: .3rem 1.1rem; vertical-align: top; }
.scores thead th, .scores thead td { padding-top: .8rem; }
.scores thead th { font-size: .85rem; color: var(--muted); vertical-align: bottom; }
.scores thead td, .scores tbody tr:not(.axis) th { width: 22%; }
.scale { display: flex; justify-content: space-between; font-size: .7rem; font-weight: 400; line-height: 1; padding-top: .35rem; }
.scale i { font-style: normal; }
.scores tbody tr.axis th { border-top: 1px solid var(--line); padding: .9rem 1.1rem .35rem; font-size: 1.02rem; }
.scores tbody tr:last-child > * { padding-bottom: .8rem; }
.scores tbody tr:not(.axis) th { font-weight: 500; font-size: .92rem; padding-top: .42rem; }
.meaning { display: block; font-size: .84rem; }
.axis .meaning { margin-top: .1rem; }
.axis .meaning::first-letter { text-transform: none; }
.key { display: inline-block; width: .65em; height: .65em; border-radius: 50%; margin-right: .55em; background: var(--k); }
.checkpoint-0 { --k: var(--c0); } .checkpoint-1 { --k: var(--c1); } .checkpoint-2 { --k: var(--c2); } .checkpoint-3 { --k: var(--c3); }
.cell { display: flex; align-items: baseline; gap: .5rem; flex-wrap: wrap; line-height: 1.3; }
.cell .score { font-weight: 650; min-width: 2.9em; }
.cell .score.none { font-weight: 500; font-style: italic; color: var(--muted); }
.ci, .counts { font-size: .82rem; }
.counts { margin-left: auto; } .counts b { color: var(--wait); font-weight: 600; }
.interval { display: block; width: 100%; overflow: visible; }
.track { stroke: var(--line); stroke-width: 2; }
.range { fill: var(--k); opacity: .38; } .point { fill: var(--k); stroke: var(--panel); stroke-width: 1.5; }
.base-line { stroke: var(--c0); stroke-width: 1.3; stroke-dasharray: 3 2.5; }

.grid-table { width: 100%; font-size: .92rem; background: var(--panel); margin: .6rem 0 1rem; }
.grid-table th, .grid-table td { padding: .45rem .7rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; }
.grid-table tbody th, .grid-table .text { text-align: left; }
.grid-table thead th { font-size: .82rem; white-space: nowrap; }
.grid-table thead tr:first-child th[colspan] { text-align: center; border-left: 1px solid var(--line); }
.grid-table .reading { font-weight: 400; color: var(--muted); }
.grid-table .ci { display: block; font-size: .76rem; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.grid-table tbody th { min-width: 11rem; }

.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 320px), 1fr)); column-gap: 16px; margin: 1rem 0; }
.chart { margin: 0 0 16px; background: var(--panel); border: 1px solid var(--line); border-radius: 12px; padding: .9rem 1rem .8rem; display: grid; grid-template-rows: subgrid; grid-row: span 3; row-gap: 0; align-content: start; }
.chart h4 { display: flex; justify-content: space-between; gap: 1rem; }
.chart .latest { font-variant-numeric: tabular-nums; color: var(--accent); }
.chart figcaption p { font-size: .84rem; color: var(--muted); line-height: 1.4; margin: .25rem 0 .5rem; }
.chart > svg { width: 100%; height: auto; display: block; }
.grid { stroke: var(--line); stroke-width: 1; }
.tick { fill: var(--muted); font: 10.5px var(--sans); font-variant-numeric: tabular-nums; }
.line { fill: none; stroke: var(--s); stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.end { fill: var(--s); } .hit { fill: transparent; stroke: none; } .hit:hover { fill: var(--s); fill-opacity: .3; }
.series-0 { --s: var(--s0); } .series-1 { --s: var(--s1); } .series-2 { --s: var(--s2); } .series-3 { --s: var(--s3); } .series-4 { --s: var(--s4); }
.series-1 .line { stroke-dasharray: 7 4; } .series-2 .line { stroke-dasharray: 2 4; } .series-3 .line { stroke-dasharray: 10 3 2 3; } .series-4 .line { stroke-dasharray: 4 3; }
.legend { display: flex; flex-wrap: wrap; gap: .15rem .9rem; font-size: .8rem; margin-top: .4rem; color: var(--muted); }
.legend b { color: var(--ink); font-weight: 600; font-variant-numeric: tabular-nums; } .legend svg { vertical-align: middle; margin-right: .35rem; }

.bars { width: 100%; font-size: .88rem; }
.bars th { font-weight: 400; padding: .2rem .7rem .2rem 0; white-space: nowrap; width: 1%; }
.bars .bar { display: block; height: .7rem; min-width: 2px; border-radius: 3px; background: var(--accent); opacity: .75; }
.bars .number { padding-left: .7rem; width: 1%; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); gap: 2rem; margin-top: 1.6rem; }
.columns h4 { margin-bottom: .5rem; }

.heats { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 1.2rem 2rem; align-items: start; margin: 1rem 0; }
.heat { width: 100%; min-width: 500px; table-layout: fixed; font-size: .82rem; border-collapse: separate; border-spacing: 3px; }
.heat thead td { width: 35%; }
.heat thead th { font-weight: 500; color: var(--muted); text-align: center; font-size: .7rem; letter-spacing: -.015em; padding: 0; }
.heat tbody th { font-weight: 400; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.heat tbody th .meaning { display: inline; font-size: inherit; }
.heat td { text-align: center; padding: .2rem .1rem; border-radius: 4px; background: color-mix(in srgb, var(--accent) var(--heat), var(--faint)); }
.heat thead td, .heat td.empty { background: none; color: var(--muted); } .heat td.hot { color: var(--accent-ink); font-weight: 600; }

.filters { display: flex; flex-direction: column; gap: .7rem; margin: 1.2rem 0; }
fieldset { border: 0; padding: 0; margin: 0; display: flex; flex-wrap: wrap; gap: .4rem; align-items: center; min-width: 0; }
legend { float: left; font-size: .85rem; color: var(--muted); padding: 0 .4rem 0 0; width: 100%; }
fieldset input { position: absolute; opacity: 0; pointer-events: none; }
fieldset span { display: inline-block; border: 1px solid var(--line); background: var(--panel); border-radius: 99px; padding: .2rem .8rem; font-size: .86rem; cursor: pointer; }
fieldset input:checked + span { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); }
fieldset input:checked + span small { color: inherit; opacity: .8; }
fieldset input:focus-visible + span { outline: 2px solid var(--accent); outline-offset: 2px; }
.no-match { display: none; }
details.example { background: var(--panel); border: 1px solid var(--line); border-radius: 12px; margin-bottom: .6rem; }
summary { cursor: pointer; }
.example > summary { display: flex; gap: .8rem; align-items: center; padding: .6rem .9rem; list-style: none; }
.example > summary::-webkit-details-marker { display: none; }
.example[open] > summary { border-bottom: 1px solid var(--line); }
.example > summary:hover .opening { color: var(--accent); }
.opening { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.chip { font-size: .78rem; color: var(--muted); border: 1px solid var(--line); border-radius: 99px; padding: .05rem .6rem; white-space: nowrap; }
.outcomes { display: flex; gap: 3px; }
.badge { font-size: .8rem; font-weight: 650; border-radius: 6px; padding: .08rem .5rem; white-space: nowrap; }
.badge.pass { color: var(--pass); background: var(--pass-bg); } .badge.fail { color: var(--fail); background: var(--fail-bg); } .badge.undecided { color: var(--wait); background: var(--wait-bg); }
.prompt { padding: .8rem .9rem 0; }
.prompt h4 { color: var(--muted); font-size: .8rem; text-transform: uppercase; letter-spacing: .05em; }
.prompt pre { margin: .3rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; font: .95rem/1.5 var(--sans); max-height: 22rem; overflow: auto; unicode-bidi: isolate; }
.answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); gap: .8rem; padding: .9rem; }
.answer { border: 1px solid var(--line); border-radius: 10px; min-width: 0; overflow: hidden; border-top: 3px solid var(--wait); }
.answer.pass { border-top-color: var(--pass); } .answer.fail { border-top-color: var(--fail); }
.answer > header { display: flex; justify-content: space-between; align-items: center; padding: .5rem .8rem; }
.answer > .nothing { padding: 0 .8rem; }
.listing { font: .8rem/1.55 var(--mono); padding: .2rem 0 .7rem; max-height: 34rem; overflow-y: auto; }
.listing > .line { display: grid; grid-template-columns: 2.2rem 1fr; }
.listing .at { text-align: right; padding-right: .6rem; color: var(--muted); opacity: .75; user-select: none; }
.listing .text { white-space: pre-wrap; overflow-wrap: anywhere; padding-right: .8rem; min-height: 1.55em; unicode-bidi: isolate; direction: ltr; }
.line.code { background: var(--faint); } .line.prose .text { font-family: var(--sans); font-size: .88rem; padding-left: 0; }
.line.heading .text { font-family: var(--sans); font-weight: 650; color: var(--muted); padding-top: .3rem; }
.line.fence { color: var(--muted); font-size: .72rem; }
.line.found { background: var(--fail-bg); box-shadow: inset 3px 0 var(--fail); } .line.found .at { color: var(--fail); opacity: 1; font-weight: 700; }
.finding { background: var(--fail-bg); box-shadow: inset 3px 0 var(--fail); color: var(--ink); font: .82rem/1.45 var(--sans); padding: .15rem .8rem .45rem 2.2rem; overflow-wrap: anywhere; }
.evidence { border-top: 1px solid var(--line); font-size: .84rem; padding: .6rem .8rem; display: grid; gap: .4rem; overflow-wrap: anywhere; }
.rule { color: var(--fail); font-family: var(--mono); font-size: .95em; } .cwe { font-weight: 600; white-space: nowrap; } .severity { color: var(--muted); } .where { color: var(--muted); }
.invisible { border: 1px dotted var(--fail); color: var(--fail); font-size: .8em; border-radius: 3px; padding: 0 .15em; }
section > details { margin: 1rem 0; } section > details:not(.example) > summary { color: var(--accent); font-weight: 550; padding: .3rem 0; }
footer { border-top: 1px solid var(--line); margin-top: 3rem; padding: 1.6rem 0 3rem; color: var(--muted); font-size: .85rem; }
footer p { max-width: 90ch; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1.4rem; margin: 1.2rem 0 0; font-size: .94rem; }
dt { font-weight: 600; } dd { margin: 0; font-variant-numeric: tabular-nums; }

@media (min-width: 761px) {
  .chart:has(.legend) { grid-column: span 2; grid-template-columns: minmax(0, 1.75fr) minmax(0, 1fr); column-gap: 1.2rem; }
  .chart:has(.legend) figcaption { grid-column: span 2; }
  .chart .legend { flex-direction: column; gap: .35rem; align-self: center; margin: 0; }
}
@media (max-width: 760px) {
  main, .masthead > div, footer > div, nav > ul { padding-inline: 16px; }
  .tiles { grid-template-columns: repeat(2, 1fr); gap: 10px; } .tile .value { font-size: 1.8rem; }
  .masthead { padding: 2rem 0 1.5rem; } section { padding-top: 2.2rem; }
  .scores td, .scores th { padding-inline: .55rem; } .scores tbody tr.axis th { padding-inline: .7rem; }
  .scores thead td, .scores tbody tr:not(.axis) th { width: 24%; } .scores tbody tr:not(.axis) th { font-size: .84rem; }
  .counts { display: none; } .counts:has(b) { display: block; margin-left: 0; } .cell { gap: .1rem .35rem; }
  .example > summary { flex-wrap: wrap; } .opening { flex-basis: 100%; order: 3; white-space: normal; } .chip { margin-left: auto; }
  .heat { min-width: 0; border-spacing: 2px; } .heat thead td { width: 23%; } .heat thead th { font-size: .56rem; } .heat tbody th .meaning { display: none; }
  .grid-table th, .grid-table td { padding-inline: .45rem; } .grid-table tbody th { min-width: 8rem; } .grid-table td.text { min-width: 12rem; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .6rem; }
}
@media print { nav { display: none; } body { background: none; } .listing, .prompt pre { max-height: none; } }
`;
