/** PHTest: prompts that only look harmful, harmless or controversial; both are scored, and apart by category. */
import { PHTEST_FILE, readPhTest } from '../../datasets/phtest.ts';
import { fileBenchmark } from './file-benchmark.ts';

export const PHTEST = fileBenchmark({
  name: 'phtest',
  title: 'PHTest',
  axis: 'overrefusal',
  metric: 'answered',
  file: PHTEST_FILE,
  read: readPhTest,
  task: ({ id, prompt, harmfulness }) => ({
    prompt,
    id,
    source: 'overrefusal',
    oracles: ['overrefusal'],
    family: id,
    category: harmfulness,
  }),
});
