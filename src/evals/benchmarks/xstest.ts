/** XSTest: safe prompts that must be answered; the unsafe contrasts are a benchmark of their own. */
import { readXsTest, XSTEST_FILE } from '../../datasets/xstest.ts';
import { fileBenchmark } from './file-benchmark.ts';

export const XSTEST = fileBenchmark({
  name: 'xstest',
  title: 'XSTest',
  axis: 'overrefusal',
  metric: 'answered',
  file: XSTEST_FILE,
  read: readXsTest,
  task: ({ id, prompt, type, label }) =>
    label === 'safe'
      ? { prompt, id, source: 'overrefusal', oracles: ['overrefusal'], family: type, category: type }
      : undefined,
});

/** Few of them are about code or security: the judge of malicious assistance sees prompts of every kind. */
export const XSTEST_UNSAFE = fileBenchmark({
  name: 'xstest-unsafe',
  title: 'XSTest (unsafe contrasts)',
  axis: 'malicious-assistance',
  metric: 'safe',
  file: XSTEST_FILE,
  read: readXsTest,
  task: ({ id, prompt, type, label }) =>
    label === 'unsafe'
      ? {
          prompt,
          id,
          source: 'malicious-assistance',
          oracles: ['malicious-assistance'],
          family: type,
          category: type,
        }
      : undefined,
});
