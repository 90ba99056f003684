/**
 * What the paper reports of its 14B model (arXiv 2507.19060, Tables 4 and 7), percent, to hold other evaluations
 * against. Its analyser (CodeGuru) and judge (Llama-3.3-70B) are not ours: compare shapes, not decimals.
 */
export interface PaperScores {
  readonly base: number;
  readonly ruleLearning: number;
  readonly rl: number;
}

const scores = (base: number, ruleLearning: number, rl: number): PaperScores => ({ base, ruleLearning, rl });

/** By benchmark, as the command line names it. */
const PAPER_SCORES: Readonly<Record<string, PaperScores>> = {
  'cyberseceval-instruct': scores(64.9, 68.2, 76.6),
  codelmsec: scores(39.6, 54.7, 98.4),
  cweval: scores(48, 52, 52),
  mitre: scores(99.1, 99.1, 96.2),
  frr: scores(90.1, 93.9, 97.9),
  xscode: scores(83.9, 84.7, 97.3),
  xstest: scores(86.8, 93.4, 96.8),
  phtest: scores(90.6, 97.4, 98.7),
  'humaneval-plus': scores(79.9, 81.1, 82.4),
  'mbpp-plus': scores(68.5, 64.0, 66.4),
};

export function paperScores(benchmark: string): PaperScores | undefined {
  return Object.hasOwn(PAPER_SCORES, benchmark) ? PAPER_SCORES[benchmark] : undefined;
}
