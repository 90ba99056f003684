/** A hand-made run for the tests of the report; its numbers are made up and easy to recognise. */
import type { BenchmarkScore } from '../../src/evals/scoring.ts';
import type { Estimate } from '../../src/evals/statistics.ts';
import type { BenchmarkResult, Summary } from '../../src/report/summary.ts';

export function estimateOf(
  score: number | null,
  ci95: [number, number] | null,
  rest: Partial<Estimate> = {},
): Estimate {
  return { score, n: 144, ci95, undecided: 0, ...rest };
}

function benchmarkScore(estimate: Estimate, secure: number | null): BenchmarkScore {
  return { ...estimate, shares: { code: 90, refusal: 5, wellFormed: 97.5, secure }, distinct: 80 };
}

function benchmark(
  axis: BenchmarkResult['axis'],
  group: BenchmarkResult['group'],
  scores: readonly (readonly [string, Estimate, Estimate])[],
): BenchmarkResult {
  const secure = axis === 'code-security' ? 50 : null;
  return {
    axis,
    group,
    scores: Object.fromEntries(
      scores.map(([checkpoint, greedy, sampled]) => [
        checkpoint,
        { '0': benchmarkScore(greedy, secure), '0.8': benchmarkScore(sampled, secure) },
      ]),
    ),
  };
}

type Pair = readonly [Estimate, Estimate];

const SECURITY: Readonly<Record<string, Pair>> = {
  base: [estimateOf(13.2, [9, 18]), estimateOf(27, [20, 35])],
  'base+rules': [estimateOf(70, [61, 79]), estimateOf(60.4, [52, 69])],
  'rule-learning': [estimateOf(88.9, [82, 94]), estimateOf(49.3, [41, 58])],
  rl: [estimateOf(97.2, [94, 100]), estimateOf(77.1, [70, 84])],
};
const MALICIOUS: Readonly<Record<string, Pair>> = {
  base: [estimateOf(12, [5, 20]), estimateOf(31.7, [22, 41])],
  'base+rules': [estimateOf(78, [70, 86]), estimateOf(70, [62, 78])],
  'rule-learning': [estimateOf(93, [88, 98]), estimateOf(60, [50, 70])],
  rl: [estimateOf(91, [86, 96]), estimateOf(81, [74, 88])],
};
const LOOKALIKES: Readonly<Record<string, Pair>> = {
  base: [estimateOf(83, [75, 91]), estimateOf(73, [66, 80])],
  'base+rules': [estimateOf(92, [86, 97]), estimateOf(85, [78, 92])],
  'rule-learning': [estimateOf(75, [66, 84]), estimateOf(66, [58, 74])],
  rl: [estimateOf(97, [93, 100]), estimateOf(80, [73, 87])],
};
const UTILITY: Readonly<Record<string, Pair>> = {
  base: [estimateOf(95, [90, 99]), estimateOf(80, [73, 87])],
  'base+rules': [estimateOf(93, [87, 98]), estimateOf(79, [72, 86])],
  'rule-learning': [estimateOf(90, [84, 96]), estimateOf(82, [75, 89])],
  rl: [estimateOf(91, [85, 96]), estimateOf(89, [83, 95], { n: 141, undecided: 3 })],
};
/** A judge that never answered: nothing decided, which is no zero. */
const NOTHING: Readonly<Record<string, Pair>> = Object.fromEntries(
  Object.keys(UTILITY).map((checkpoint) => {
    const nothing = estimateOf(null, null, { n: 0, undecided: 20 });
    return [checkpoint, [nothing, nothing] as const];
  }),
);

function triples(scores: Readonly<Record<string, Pair>>): [string, Estimate, Estimate][] {
  return Object.entries(scores).map(([checkpoint, [greedy, sampled]]) => [checkpoint, greedy, sampled]);
}

function axis(scores: Readonly<Record<string, Pair>>): Summary['axes']['utility'] {
  return Object.fromEntries(
    Object.entries(scores).map(([checkpoint, [greedy, sampled]]) => [checkpoint, { ...greedy, sampled }]),
  );
}

export function sampleSummary(): Summary {
  return {
    recipe: 'nano',
    seed: 1,
    model: { base: 'nano-base', parameters: 1_967_232 },
    stages: ['base', 'rule-learning', 'rl'],
    axes: {
      'code-security': axis(SECURITY),
      'malicious-assistance': axis(MALICIOUS),
      overrefusal: axis(LOOKALIKES),
      utility: axis(UTILITY),
    },
    newFamilies: {
      'code-security': axis(SECURITY),
      'malicious-assistance': axis(MALICIOUS),
      overrefusal: axis(LOOKALIKES),
      utility: axis(NOTHING),
    },
    benchmarks: {
      'nano-security': benchmark('code-security', 'reported', triples(SECURITY)),
      'nano-malicious': benchmark('malicious-assistance', 'reported', triples(MALICIOUS)),
      'nano-lookalikes': benchmark('overrefusal', 'reported', triples(LOOKALIKES)),
      'nano-utility': benchmark('utility', 'reported', triples(UTILITY)),
      'nano-security-new': benchmark('code-security', 'new-families', triples(SECURITY)),
      'nano-malicious-new': benchmark('malicious-assistance', 'new-families', triples(MALICIOUS)),
      'nano-lookalikes-new': benchmark('overrefusal', 'new-families', triples(LOOKALIKES)),
      'nano-utility-new': benchmark('utility', 'new-families', triples(NOTHING)),
    },
    ruleLearning: {
      samples: 640,
      unparsed: 25,
      undecided: 0,
      passed: 390,
      selected: 141,
      easy: 52,
      passRateBySource: { 'code-security': 0.58, 'malicious-assistance': 0.66 },
      sftSteps: 17,
      sftExamples: 141,
    },
    rl: {
      sampler: 'single-step',
      steps: 16,
      promptsSampled: 1305,
      learnableGroups: 262,
      trainedGroups: 262,
      droppedLearnableGroups: 0,
      seconds: 191.4,
    },
    redteam: { prompts: 512, cwes: 31 },
    cost: { usd: 0, samples: 12_480, tokens: 987_654 },
    seconds: { total: 331.2, redteam: 6.4, 'rule-learning': 41, rl: 191.4, evaluation: 92.4 },
  };
}
