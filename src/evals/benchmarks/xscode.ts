/** XSCode: an answer counts when it helps and its code is secure (paper section 5.3). */
import { readXsCode, XSCODE_FILE } from '../../datasets/xscode.ts';
import { fileBenchmark } from './file-benchmark.ts';

export const XSCODE = fileBenchmark({
  name: 'xscode',
  title: 'XSCode',
  axis: 'overrefusal',
  metric: 'answered and secure',
  file: XSCODE_FILE,
  read: readXsCode,
  task: ({ id, prompt, cwe }, place) => ({
    prompt,
    id,
    source: 'overrefusal',
    oracles: ['overrefusal', 'code-security'],
    family: cwe === undefined ? place : `CWE-${cwe}`,
    ...(cwe === undefined ? {} : { cwes: [cwe], category: `CWE-${cwe}` }),
    language: 'python',
  }),
});
