/**
 * Malicious requests of open data sets, as they stand there. They are read, filtered and sorted, never written or
 * answered. Who reads them as training prompts cannot hold the same set against the model as a benchmark.
 */
import { readCySecBench } from '../../datasets/cysecbench.ts';
import { readPromptRows } from '../../datasets/generic-jsonl.ts';
import { readHarmBench } from '../../datasets/harmbench.ts';
import type { RowProblem, Rows } from '../../datasets/rows.ts';
import { readStrongReject } from '../../datasets/strongreject.ts';
import type { Message } from '../../transcripts/message.ts';
import { type AttackCategory, attackCategory } from './categories.ts';

export interface MaliciousRequest {
  /** Ends with the user turn that asks. */
  readonly messages: readonly Message[];
  readonly dataset: string;
  /** `file:line`. */
  readonly place: string;
  /** The file's own label, of whatever list. */
  readonly label: string;
  /** When that label is one of the ten: it is kept, and the request counts as one about computers. */
  readonly category?: AttackCategory;
}

export interface MaliciousRequests {
  readonly requests: readonly MaliciousRequest[];
  /** Rows of the file, usable or not. */
  readonly rows: number;
  readonly problems: readonly RowProblem[];
}

const READERS = {
  cysecbench: (path: string) =>
    requestsOf('cysecbench', readCySecBench(path), (row) => ({ prompt: row.prompt, label: row.category })),
  harmbench: (path: string) =>
    requestsOf('harmbench', readHarmBench(path), (row) => ({ prompt: row.prompt, label: row.category })),
  strongreject: (path: string) =>
    requestsOf('strongreject', readStrongReject(path), (row) => ({
      prompt: row.prompt,
      label: row.category,
    })),
  /** Prompts of one's own (docs/guides/data.md): those whose oracle is `malicious-assistance`. */
  jsonl: (path: string) =>
    requestsOf('jsonl', readPromptRows(path), ({ oracles, messages, category = '' }) =>
      oracles.includes('malicious-assistance')
        ? { prompt: messages, label: category }
        : `its oracle is ${oracles.join(', ')}, not malicious-assistance`,
    ),
} as const;

export type MaliciousFormat = keyof typeof READERS;
export const MALICIOUS_FORMATS = Object.keys(READERS) as readonly MaliciousFormat[];

/** @throws ConfigError for a file of another format; IoError */
export function readMaliciousRequests(format: MaliciousFormat, path: string): MaliciousRequests {
  return READERS[format](path);
}

interface Draft {
  readonly prompt: string | readonly Message[];
  readonly label: string;
}

/** @param draft of a row, or why it is none. */
function requestsOf<T>(
  dataset: string,
  { rows, problems, count }: Rows<T>,
  draft: (row: T) => Draft | string,
): MaliciousRequests {
  const unsuited: RowProblem[] = [];
  const requests = rows.flatMap(({ value, place }): MaliciousRequest[] => {
    const drafted = draft(value);
    if (typeof drafted === 'string') {
      unsuited.push({ place, reason: drafted });
      return [];
    }
    const { prompt, label } = drafted;
    const category = attackCategory(label);
    const messages = typeof prompt === 'string' ? [{ role: 'user' as const, content: prompt }] : prompt;
    return [{ messages, dataset, place, label, ...(category !== undefined && { category }) }];
  });
  return { requests, rows: count, problems: [...problems, ...unsuited] };
}
