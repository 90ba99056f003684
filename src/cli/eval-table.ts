/** The scores of an evaluation as plain text. */
import type { EvaluationResults } from '../evals/results.ts';

export function plainTable({ evaluation, responses }: EvaluationResults): string {
  const lines = evaluation.benchmarks.map(({ name, metric }) => {
    const rows = responses.filter(({ benchmark }) => benchmark === name);
    const count = (kind: string) => rows.filter(({ outcome }) => outcome === kind).length;
    const [passed, failed, undecided] = [count('pass'), count('fail'), count('undecided')];
    const score = passed + failed === 0 ? '-' : ((100 * passed) / (passed + failed)).toFixed(1);
    return `${name.padEnd(28)} ${score.padStart(5)} % ${metric}, n = ${passed + failed}, ${undecided} undecided`;
  });
  return lines.join('\n');
}
