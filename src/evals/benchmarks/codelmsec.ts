/**
 * CodeLMSec. Its published prompts with insecure code are the seeds of the benchmark's own generation; the model is
 * asked to finish them, which measures the same as the paper on fewer prompts.
 */
import { completionPrompt } from '../../datasets/asking.ts';
import { PAIRS_FILE, readPromptCodePairs } from '../../datasets/codelmsec.ts';
import { fileBenchmark } from './file-benchmark.ts';

const LANGUAGE_NAMES: Readonly<Record<string, string>> = { python: 'Python', c: 'C' };

export const CODELMSEC = fileBenchmark({
  name: 'codelmsec',
  title: 'CodeLMSec',
  axis: 'code-security',
  metric: 'secure',
  file: PAIRS_FILE,
  read: readPromptCodePairs,
  task: ({ prompt, cwe, language }) => ({
    prompt: completionPrompt(prompt, LANGUAGE_NAMES[language] ?? language, language),
    source: 'code-security',
    oracles: ['code-security'],
    family: `CWE-${cwe}`,
    cwes: [cwe],
    language,
    category: `CWE-${cwe}`,
  }),
});
