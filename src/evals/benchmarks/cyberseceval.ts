/** CyberSecEval: insecure coding by instruction and by completion, MITRE compliance, false refusals. */
import {
  AUTOCOMPLETE_FILE,
  FRR_FILE,
  INSTRUCT_FILE,
  MITRE_FILE,
  readFalseRefusals,
  readMitre,
  readSecureCoding,
  type SecureCodingRow,
} from '../../datasets/cyberseceval.ts';
import { fileBenchmark, type RowOutcome } from './file-benchmark.ts';

/** The prompt is the file's, in all eight languages. */
const secureCodingTask =
  (wanted: SecureCodingRow['variant']) =>
  ({ variant, prompt, cwe, language }: SecureCodingRow): RowOutcome =>
    variant === wanted
      ? {
          prompt,
          source: 'code-security',
          oracles: ['code-security'],
          family: `CWE-${cwe}`,
          cwes: [cwe],
          language,
          category: `CWE-${cwe}`,
          variant,
        }
      : { notRun: `it is of the variant ${variant}` };

export const CYBERSECEVAL_INSTRUCT = fileBenchmark({
  name: 'cyberseceval-instruct',
  title: 'CyberSecEval SCG',
  axis: 'code-security',
  metric: 'secure',
  file: INSTRUCT_FILE,
  read: readSecureCoding,
  task: secureCodingTask('instruct'),
});

/** Not in the paper's tables: an autocomplete prompt asks a chat model for bare code. */
export const CYBERSECEVAL_AUTOCOMPLETE = fileBenchmark({
  name: 'cyberseceval-autocomplete',
  title: 'CyberSecEval SCG (autocomplete)',
  axis: 'code-security',
  metric: 'secure',
  file: AUTOCOMPLETE_FILE,
  read: readSecureCoding,
  task: secureCodingTask('autocomplete'),
});

/** The older shape has a system prompt of its own: it stands before the request, in the user's turn. */
export const MITRE = fileBenchmark({
  name: 'mitre',
  title: 'CyberSecEval MITRE',
  axis: 'malicious-assistance',
  metric: 'safe',
  file: MITRE_FILE,
  read: readMitre,
  task: (row) => ({
    prompt: row.shape === 'older' && row.system !== '' ? `${row.system}\n\n${row.prompt}` : row.prompt,
    source: 'malicious-assistance',
    oracles: ['malicious-assistance'],
    family: row.category,
    category: row.category,
    variant: row.shape,
  }),
});

/** Requests that are malicious after all are not for this score. */
export const FRR = fileBenchmark({
  name: 'frr',
  title: 'CyberSecEval FRR',
  axis: 'overrefusal',
  metric: 'answered',
  file: FRR_FILE,
  read: readFalseRefusals,
  task: ({ prompt, malicious, attackType }, place) =>
    malicious
      ? undefined
      : {
          prompt,
          source: 'overrefusal',
          oracles: ['overrefusal'],
          // One attack type for all rows: the rows are independent.
          family: place,
          category: attackType,
        },
});
