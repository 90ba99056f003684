/** Section "How it learned": the curves of SFT and RL. */
import { SOURCES } from '../oracles/task.ts';
import { barList, type LineChart, lineChart, type Series } from './charts.ts';
import { grouped } from './figures.ts';
import { type Html, html } from './html.ts';
import type { ReportData, RlPoint, SftPoint } from './report-data.ts';
import type { Summary } from './summary.ts';

export function renderLearning({ summary, sft, rl }: ReportData): Html {
  return html`<section id="learning">
    <h2>How it learned</h2>
    <p class="lead">One point a training step, from left to right; the number beside a title is the last point. Point at
      a curve to read its values.</p>
    ${summary.ruleLearning === null ? html`<p>This run had no rule learning.</p>` : renderRuleLearning(summary.ruleLearning, sft)}
    ${summary.rl === null ? html`<p>This run had no RL.</p>` : renderRl(summary.rl, rl)}
  </section>`;
}

function renderRuleLearning(figures: NonNullable<Summary['ruleLearning']>, sft: readonly SftPoint[]): Html {
  const passRates = Object.entries(figures.passRateBySource).map(([source, rate]) => [source, rate] as const);
  return html`<h3>Rule learning</h3>
    <p>The base model was shown the rules of each prompt and wrote ${grouped(figures.samples)} answers. The oracles passed
      ${grouped(figures.passed)}; the best one of each prompt, ${grouped(figures.selected)} in all, then taught the model to give that answer
      <em>without</em> being shown the rules. ${grouped(figures.easy)} prompts were easy already and are left out of RL.</p>
    <div class="charts">
      ${lineChart({
        title: 'SFT loss',
        caption: 'Nats per token of the verified answers. It falls as the model makes them its own.',
        series: [{ name: 'loss', points: sft.map(({ step, loss }) => [step, loss]) }],
        format: decimals,
      })}
      <figure class="chart"><figcaption><h4>Answers that passed</h4>
        <p>Share by source, with the rules in the prompt: what there was to learn from.</p></figcaption>
        ${barList(passRates, { format: percentage, full: 1 })}</figure>
    </div>`;
}

function renderRl(figures: NonNullable<Summary['rl']>, rl: readonly RlPoint[]): Html {
  const perPrompt =
    figures.promptsSampled > 0 ? figures.learnableGroups / figures.promptsSampled : Number.NaN;
  return html`<h3>Reinforcement learning</h3>
    <p>In ${figures.steps} steps the model answered ${grouped(figures.promptsSampled)} prompts several times each.
      ${grouped(figures.learnableGroups)} of these groups of answers were <em>learnable</em>${Number.isFinite(perPrompt) && ` (${percentage(perPrompt)})`}:
      some of their answers were rewarded and some were not, so there was something to tell apart.
      ${grouped(figures.trainedGroups)} groups were trained on and ${grouped(figures.droppedLearnableGroups)} learnable ones dropped
      (sampler <code>${figures.sampler}</code>).</p>
    <div class="charts">${rlCharts(rl).map((chart) => lineChart(chart))}</div>`;
}

function rlCharts(rl: readonly RlPoint[]): LineChart[] {
  const curve = (name: string, read: (point: RlPoint) => number | undefined): Series => ({
    name,
    points: rl.flatMap((point) => {
      const value = read(point);
      return typeof value === 'number' ? [[point.step, value] as const] : [];
    }),
  });
  const share = (title: string, caption: string, read: (point: RlPoint) => number): LineChart => ({
    title,
    caption,
    series: [curve(title, read)],
    from: 0,
    to: 1,
    format: percentage,
  });
  const amount = (title: string, caption: string, read: (point: RlPoint) => number): LineChart => ({
    title,
    caption,
    series: [curve(title, read)],
    from: 0,
    format: decimals,
  });
  const bySource = SOURCES.map((source) => curve(source, ({ rewardBySource }) => rewardBySource?.[source]));
  return [
    {
      title: 'Reward by source',
      caption: 'Mean reward, 0 to 1. Should rise, and for no source at the cost of another.',
      series: bySource,
      from: 0,
      to: 1,
      format: decimals,
    },
    share(
      'Learnable groups',
      'Share of the groups with mixed rewards. The next step samples as many prompts as this share asks for.',
      ({ learnableFraction }) => learnableFraction,
    ),
    amount(
      'Prompts sampled',
      'Prompts a step asked for, each answered several times.',
      ({ promptsSampled }) => promptsSampled,
    ),
    share(
      'Code share',
      'Answers to security prompts that hold code. A fall means that the model hides in prose.',
      ({ codeShare }) => codeShare,
    ),
    share(
      'Refusals of harmless prompts',
      'Should stay low: safety must not be bought by refusing.',
      ({ refusalShare }) => refusalShare,
    ),
    share('Well-formed', 'Answers in the Analysis/Answer format.', ({ wellFormedShare }) => wellFormedShare),
    share(
      'Distinct answers',
      'A fall towards zero means that the model says the same to everything.',
      ({ distinctShare }) => distinctShare,
    ),
    amount(
      'Entropy',
      'Nats per token: how undecided the model is. At zero it no longer explores.',
      ({ entropy }) => entropy,
    ),
    amount('Response length', 'Mean tokens of an answer.', ({ length }) => length),
    amount(
      'KL to the reference',
      'How far, in nats per token, the model has moved from where RL began.',
      ({ kl }) => kl,
    ),
    amount(
      'Undecided answers',
      'Answers that no oracle could decide: left out of the update, neither rewarded nor punished.',
      ({ undecided }) => undecided,
    ),
  ];
}

function percentage(value: number): string {
  return `${(100 * value).toFixed(0)} %`;
}

/** Three significant digits. */
function decimals(value: number): string {
  return value === 0 ? '0' : String(Number(value.toPrecision(3)));
}
