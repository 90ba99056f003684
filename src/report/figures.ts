/** What the table, the Markdown and the page show of a summary: the same rows, read from one place. */
import { AXES, type Axis } from '../evals/benchmark.ts';
import type { BenchmarkScore } from '../evals/scoring.ts';
import type { Estimate } from '../evals/statistics.ts';
import { type BenchmarkResult, CHECKPOINTS, type Summary } from './summary.ts';

/** A line of results: cells[checkpoint][temperature], undefined where nothing was measured. */
export interface ScoreRow {
  readonly label: string;
  /** What a point is given for. */
  readonly meaning: string;
  readonly cells: Readonly<Record<string, readonly (Estimate | undefined)[]>>;
}

const CHECKPOINT_LABELS: Readonly<Record<string, string>> = {
  base: 'base',
  'base+rules': 'base + rules',
  'rule-learning': 'rule learning',
  rl: 'RL',
};

export const AXIS_LABELS: Readonly<Record<Axis, string>> = {
  'code-security': 'code security',
  'malicious-assistance': 'malicious assistance',
  overrefusal: 'overrefusal',
  utility: 'utility',
};

const AXIS_MEANINGS: Readonly<Record<Axis, string>> = {
  'code-security': 'answers with code that does the task and in which the analysers find no weakness',
  'malicious-assistance': 'harmful requests, jailbroken ones included, that get no help',
  overrefusal: 'harmless requests that sound harmful and are answered all the same',
  utility: 'coding tasks that pass their tests, and security questions with an apt answer',
};

export function checkpointLabel(checkpoint: string): string {
  return CHECKPOINT_LABELS[checkpoint] ?? checkpoint;
}

/** Evaluated checkpoints in the order of the recipe. */
export function checkpointsOf(summary: Summary): string[] {
  const found = new Set([
    ...Object.values(summary.axes).flatMap((scores) => Object.keys(scores)),
    ...Object.values(summary.benchmarks).flatMap(({ scores }) => Object.keys(scores)),
  ]);
  const known: readonly string[] = CHECKPOINTS;
  return [...known.filter((name) => found.has(name)), ...[...found].filter((name) => !known.includes(name))];
}

/** The temperatures of the summary's two readings, greedy first; as they are spelt in the recipe. */
export function temperaturesOf(summary: Summary): string[] {
  const spelt = Object.values(summary.benchmarks).flatMap(({ scores }) =>
    Object.values(scores).flatMap((byTemperature) => Object.keys(byTemperature)),
  );
  const hasSecond = Object.values(summary.axes).some((scores) =>
    Object.values(scores).some(({ sampled }) => sampled !== undefined),
  );
  const found = [...new Set(spelt)].sort((a, b) => Number(a) - Number(b)).slice(0, hasSecond ? 2 : 1);
  return found.length > 0 ? found : hasSecond ? ['0', '0.8'] : ['0'];
}

export function temperatureLabel(temperature: string): string {
  return Number(temperature) === 0 ? 'greedy' : `temperature ${temperature}`;
}

/** The four axes over the families that alignment knows; below code security, secure whatever the task says. */
export function axisRows(summary: Summary): ScoreRow[] {
  return AXES.flatMap((axis) => {
    const row: ScoreRow = {
      label: AXIS_LABELS[axis],
      meaning: AXIS_MEANINGS[axis],
      cells: cellsOf(summary, (checkpoint, index) => {
        const score = summary.axes[axis]?.[checkpoint];
        return index === 0 ? score : score?.sampled;
      }),
    };
    return axis === 'code-security' ? [row, secureRow(summary)] : [row];
  });
}

function secureRow(summary: Summary): ScoreRow {
  return {
    label: '  secure only',
    meaning: 'answers without a finding, on task or not; an answer without code counts as secure',
    cells: cellsOf(summary, (checkpoint, _index, temperature) =>
      meanShare(
        scoresOf(summary, { checkpoint, temperature, of: ({ axis }) => axis === 'code-security' }),
        ({ secure }) => secure,
      ),
    ),
  };
}

/** The same axes on families that neither rule learning nor RL has seen. */
export function newFamilyRows(summary: Summary): ScoreRow[] {
  return AXES.flatMap((axis) => {
    const has = Object.values(summary.benchmarks).some(
      (benchmark) => benchmark.axis === axis && benchmark.group === 'new-families',
    );
    if (!has) return [];
    return {
      label: axis === 'overrefusal' ? 'look-alikes' : AXIS_LABELS[axis],
      meaning: AXIS_MEANINGS[axis],
      cells: cellsOf(summary, (checkpoint, index) => {
        const score = summary.newFamilies[axis]?.[checkpoint];
        return index === 0 ? score : score?.sampled;
      }),
    };
  });
}

/** How answers look, whatever they score: the signs of a policy that found a way around its rewards. */
export function shareRows(summary: Summary): ScoreRow[] {
  const row = (
    label: string,
    meaning: string,
    of: (benchmark: BenchmarkResult) => boolean,
    share: (score: BenchmarkScore) => number | null,
  ): ScoreRow => ({
    label,
    meaning,
    cells: cellsOf(summary, (checkpoint, _index, temperature) => {
      const scores = scoresOf(summary, { checkpoint, temperature, of });
      return meanShare(scores, (_shares, score) => share(score));
    }),
  });
  return [
    row(
      'with code',
      'answers to code-security prompts that hold code',
      ({ axis }) => axis === 'code-security',
      ({ shares }) => shares.code,
    ),
    row(
      'refused',
      'harmless prompts of all axes that are refused',
      ({ axis }) => axis !== 'malicious-assistance',
      ({ shares }) => shares.refusal,
    ),
    row(
      'well-formed',
      'answers of all axes in the Analysis/Answer format',
      () => true,
      ({ shares }) => shares.wellFormed,
    ),
    row(
      'distinct',
      'different answers among all answers of a benchmark',
      () => true,
      ({ distinct }) => distinct,
    ),
  ];
}

function cellsOf(
  summary: Summary,
  cell: (checkpoint: string, index: number, temperature: string) => Estimate | undefined,
): ScoreRow['cells'] {
  const temperatures = temperaturesOf(summary);
  return Object.fromEntries(
    checkpointsOf(summary).map((checkpoint) => [
      checkpoint,
      temperatures.map((temperature, index) => cell(checkpoint, index, temperature)),
    ]),
  );
}

function scoresOf(
  summary: Summary,
  wanted: {
    checkpoint: string;
    temperature: string;
    group?: BenchmarkResult['group'];
    of: (benchmark: BenchmarkResult) => boolean;
  },
): BenchmarkScore[] {
  return Object.values(summary.benchmarks)
    .filter((benchmark) => benchmark.group === (wanted.group ?? 'reported') && wanted.of(benchmark))
    .flatMap(({ scores }) => scores[wanted.checkpoint]?.[wanted.temperature] ?? []);
}

/** Mean of a share over benchmarks, each weighing the same, as in the axes; over all answers, without interval. */
function meanShare(
  scores: readonly BenchmarkScore[],
  share: (shares: BenchmarkScore['shares'], score: BenchmarkScore) => number | null,
): Estimate | undefined {
  const known = scores.flatMap((score) => {
    const value = share(score.shares, score);
    return value === null ? [] : [{ value, n: score.n + score.undecided }];
  });
  if (known.length === 0) return undefined;
  return {
    score: known.reduce((sum, { value }) => sum + value, 0) / known.length,
    n: known.reduce((sum, { n }) => sum + n, 0),
    ci95: null,
    undecided: 0,
  };
}

/** `77.1`, or what takes its place: a null is no zero. */
export function scoreText(estimate: Estimate | undefined): string {
  if (estimate === undefined) return '-';
  if (estimate.score === null) return estimate.undecided > 0 ? 'undecided' : '-';
  return estimate.score.toFixed(1);
}

/** `70–84`, '' without interval. */
export function intervalText(estimate: Estimate | undefined): string {
  if (!estimate?.ci95) return '';
  const [low, high] = estimate.ci95;
  return `${low.toFixed(0)}–${high.toFixed(0)}`;
}

/** Cells with undecided answers, a sentence for each row. */
export function undecidedNotes(summary: Summary): string[] {
  const temperatures = temperaturesOf(summary);
  const counts = ({ undecided, n }: Estimate): string => `${undecided} of ${n + undecided}`;
  const note = ({ label, cells }: ScoreRow, suffix: string): string[] => {
    const affected = Object.entries(cells).flatMap(([checkpoint, estimates]) =>
      estimates.flatMap((estimate, index) => {
        if (estimate === undefined || estimate.undecided === 0) return [];
        const reading = temperatureLabel(temperatures[index]!);
        return [{ where: `${checkpointLabel(checkpoint)} ${reading}`, count: counts(estimate) }];
      }),
    );
    if (affected.length === 0) return [];
    const alike = new Set(affected.map(({ count }) => count)).size === 1;
    const everywhere = alike && affected.length === Object.values(cells).flat().length;
    const list = everywhere
      ? `${affected[0]!.count} everywhere`
      : affected.map(({ where, count }) => `${where} ${count}`).join(', ');
    return [`${label}${suffix}: ${list}`];
  };
  return [
    ...axisRows(summary).flatMap((row) => note(row, '')),
    ...newFamilyRows(summary).flatMap((row) => note(row, ' (new families)')),
  ];
}

/** Prompts of a row: the most that any cell asked. */
export function promptsOf({ cells }: ScoreRow): number {
  const asked = Object.values(cells)
    .flat()
    .map((estimate) => (estimate === undefined ? 0 : estimate.n + estimate.undecided));
  return Math.max(0, ...asked);
}

/** One line each on rule learning, RL and where the time went. */
export function runLines(summary: Summary): { name: string; text: string }[] {
  const { ruleLearning, rl, seconds, cost } = summary;
  const lines: { name: string; text: string }[] = [];
  if (ruleLearning !== null) {
    const unused = [
      ruleLearning.unparsed > 0 && `${ruleLearning.unparsed} unparsed`,
      ruleLearning.undecided > 0 && `${ruleLearning.undecided} undecided`,
    ].filter((text) => text !== false);
    const text =
      `${count(ruleLearning.samples, 'sample')}${unused.length > 0 ? ` (${unused.join(', ')})` : ''}, ` +
      `${ruleLearning.passed} passed, ${ruleLearning.selected} selected, ` +
      `${count(ruleLearning.easy, 'easy prompt')}; SFT ${count(ruleLearning.sftSteps, 'step')} on ` +
      `${count(ruleLearning.sftExamples, 'example')}`;
    lines.push({ name: 'Rule learning', text });
  }
  if (rl !== null) {
    const text =
      `${count(rl.steps, 'step')} (${rl.sampler}), ${count(rl.promptsSampled, 'prompt')} sampled, ` +
      `${count(rl.learnableGroups, 'learnable group')}, ${rl.trainedGroups} trained on, ` +
      `${rl.droppedLearnableGroups} dropped; ${rl.seconds.toFixed(0)} s`;
    lines.push({ name: 'RL', text });
  }
  const stages = Object.entries(seconds).filter(([stage]) => stage !== 'total');
  const parts = stages.map(([stage, spent]) => `${stage} ${spent.toFixed(0)}`);
  lines.push({ name: 'Seconds', text: [...parts, `total ${seconds.total.toFixed(0)}`].join(', ') });
  const money = cost.usd > 0 ? `; ${cost.usd.toFixed(2)} USD` : '';
  lines.push({
    name: 'Generated',
    text: `${count(cost.samples, 'answer')}, ${grouped(cost.tokens)} tokens${money}`,
  });
  return lines;
}

function count(n: number, noun: string): string {
  return `${grouped(n)} ${noun}${n === 1 ? '' : 's'}`;
}

/** `12,345,678` */
export function grouped(n: number): string {
  return n.toLocaleString('en-US');
}

/** Whether the run is one of the miniature world, whose numbers say nothing of full-size models. */
export function isMiniature(summary: Summary): boolean {
  return Object.keys(summary.benchmarks).some((name) => name.startsWith('nano-'));
}
