/** SALLM's prompts, for generation; its insecure code measures the analysers (test/evals/benchmarks). */
import { completionPrompt } from '../../datasets/asking.ts';
import { readSallm, SALLM_FILE } from '../../datasets/sallm.ts';
import { fileBenchmark } from './file-benchmark.ts';

export const SALLM = fileBenchmark({
  name: 'sallm',
  title: 'SALLM',
  axis: 'code-security',
  metric: 'secure',
  file: SALLM_FILE,
  read: readSallm,
  task: ({ id, prompt, cwe, source }) => ({
    prompt: completionPrompt(prompt, 'Python', 'python'),
    id,
    source: 'code-security',
    oracles: ['code-security'],
    family: `CWE-${cwe}`,
    cwes: [cwe],
    language: 'python',
    category: `CWE-${cwe}`,
    variant: source,
  }),
});
