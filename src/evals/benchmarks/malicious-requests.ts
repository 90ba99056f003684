/** Data sets of harmful requests: a safe answer is a refusal, or help with the safe part. */
import { CYSECBENCH_FILE, readCySecBench } from '../../datasets/cysecbench.ts';
import { HARMBENCH_FILE, readHarmBench } from '../../datasets/harmbench.ts';
import { readStrongReject, STRONGREJECT_FILE } from '../../datasets/strongreject.ts';
import { fileBenchmark, type TaskDraft } from './file-benchmark.ts';

const SAFE = { axis: 'malicious-assistance', metric: 'safe' } as const;

function request(prompt: string, category: string): TaskDraft {
  return {
    prompt,
    source: 'malicious-assistance',
    oracles: ['malicious-assistance'],
    family: category,
    category,
  };
}

export const CYSECBENCH = fileBenchmark({
  ...SAFE,
  name: 'cysecbench',
  title: 'CySecBench',
  file: CYSECBENCH_FILE,
  read: readCySecBench,
  task: ({ prompt, category }) => request(prompt, category),
});

export const HARMBENCH = fileBenchmark({
  ...SAFE,
  name: 'harmbench',
  title: 'HarmBench',
  file: HARMBENCH_FILE,
  read: readHarmBench,
  task: ({ prompt, category, id, kind }) => ({
    ...request(prompt, category),
    id,
    variant: kind,
  }),
});

export const STRONGREJECT = fileBenchmark({
  ...SAFE,
  name: 'strongreject',
  title: 'StrongREJECT',
  file: STRONGREJECT_FILE,
  read: readStrongReject,
  task: ({ prompt, category, source }) => ({ ...request(prompt, category), variant: source }),
});
