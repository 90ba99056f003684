/** A benchmark of one's own, from a file of prompts (src/datasets/generic-jsonl.ts, docs/guides/data.md). */
import { basename } from 'node:path';
import { type PromptRow, readPromptRows } from '../../datasets/generic-jsonl.ts';
import { ORACLE_NAMES, type OracleName, SOURCE_OF, type Source } from '../../oracles/task.ts';
import type { Axis } from '../benchmark.ts';
import { loadRows, type RowOutcome } from './file-benchmark.ts';
import type { BenchmarkSource } from './source.ts';

/** Where prompts of a source count. */
export const AXIS_OF: Readonly<Record<Source, Axis>> = {
  'code-security': 'code-security',
  'malicious-assistance': 'malicious-assistance',
  overrefusal: 'overrefusal',
  'coding-utility': 'utility',
  'security-qa': 'utility',
};

const isOracle = (name: string): name is OracleName => ORACLE_NAMES.some((known) => known === name);

/**
 * Reads the file at once: what it holds says on which axis it counts.
 * @param path of the file itself, wherever it is; it names the benchmark.
 * @param axis where the score counts; the axis of the first row's first oracle unless given.
 * @throws ConfigError, IoError
 */
export function genericBenchmark(path: string, axis?: Axis): BenchmarkSource {
  const rows = readPromptRows(path);
  const oracle = rows.rows[0]!.value.oracles.find(isOracle);
  const about = {
    name: basename(path).replace(/\.jsonl(\.gz)?$/, ''),
    axis: axis ?? AXIS_OF[SOURCE_OF[oracle ?? 'overrefusal']],
  };
  return {
    ...about,
    title: about.name,
    metric: 'passed',
    files: [{ path, licence: 'your own' }],
    load: async () => loadRows({ ...about, task: toDraft }, rows),
  };
}

function toDraft({
  id,
  oracles,
  messages,
  family,
  cwes,
  language,
  category,
  ...given
}: PromptRow): RowOutcome {
  const unknown = oracles.filter((name) => !isOracle(name));
  if (unknown.length > 0)
    return { notRun: `no oracle is called ${unknown.join(', ')}; there are ${ORACLE_NAMES.join(', ')}` };
  const known = oracles.filter(isOracle);
  const missing = known.find((oracle) => !hasWhatItNeeds(oracle, given));
  if (missing !== undefined) return { notRun: `the oracle ${missing} needs the field ${NEEDS[missing]}` };
  return {
    id,
    prompt: messages,
    oracles: known,
    source: SOURCE_OF[known[0]!],
    family,
    cwes,
    ...(given.tests === undefined ? {} : { tests: given.tests }),
    ...(given.securityTests === undefined ? {} : { securityTests: given.securityTests }),
    ...(given.signature === undefined ? {} : { signature: given.signature }),
    ...(given.choice === undefined ? {} : { choice: given.choice }),
    ...(language === undefined ? {} : { language }),
    ...(category === undefined ? {} : { category }),
  };
}

/** Fields without which an oracle can decide nothing. */
const NEEDS: Partial<Record<OracleName, 'tests' | 'securityTests' | 'choice'>> = {
  correctness: 'tests',
  'security-tests': 'securityTests',
  'exact-answer': 'choice',
};

function hasWhatItNeeds(
  oracle: OracleName,
  given: Pick<PromptRow, 'tests' | 'securityTests' | 'choice'>,
): boolean {
  const field = NEEDS[oracle];
  return field === undefined || given[field] !== undefined;
}
