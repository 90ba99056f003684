/** A benchmark of one's own, from a file of prompts (src/datasets/generic-jsonl.ts, docs/guides/data.md). */
import { basename } from 'node:path';
import { type PromptRow, readPromptRows } from '../../datasets/generic-jsonl.ts';
import type { Rows } from '../../datasets/rows.ts';
import { checkPromptRow, isOracleName } from '../../oracles/prompt-row.ts';
import { SOURCE_OF, type Source } from '../../oracles/task.ts';
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

/**
 * A benchmark for each axis that the rows are on: a mean of refusals and of passed tests would say nothing. A row is
 * on the axis of its first oracle, on the file's first axis if no oracle is known. Reads the file at once.
 * @param path of the file itself, wherever it is; it names the benchmark, with the axis where there are several.
 * @throws ConfigError, IoError
 */
export function genericBenchmarks(path: string): BenchmarkSource[] {
  const { rows, problems, count } = readPromptRows(path);
  const axes = rows.map(({ value }) => axisOf(value));
  const first = axes.find((axis) => axis !== undefined) ?? 'overrefusal';
  const groups = Map.groupBy(rows.keys(), (index) => axes[index] ?? first);
  // Rows that cannot be read are on no axis that is known: they are problems of the first.
  const unread = { problems, count: count - rows.length };
  return [...groups].map(([axis, indices]) => {
    const own = indices.map((index) => rows[index]!);
    const more = axis === first ? unread : { problems: [], count: 0 };
    return genericBenchmark(path, {
      axis,
      several: groups.size > 1,
      rows: { rows: own, problems: more.problems, count: own.length + more.count },
    });
  });
}

function axisOf({ oracles }: PromptRow): Axis | undefined {
  const oracle = oracles.find(isOracleName);
  return oracle === undefined ? undefined : AXIS_OF[SOURCE_OF[oracle]];
}

function genericBenchmark(
  path: string,
  { axis, several, rows }: { axis: Axis; several: boolean; rows: Rows<PromptRow> },
): BenchmarkSource {
  const file = basename(path).replace(/\.jsonl(\.gz)?$/, '');
  const about = { name: several ? `${file}-${axis}` : file, axis };
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
  const checked = checkPromptRow(oracles, given);
  if (typeof checked === 'string') return { notRun: checked };
  return {
    ...checked,
    id,
    prompt: messages,
    family,
    cwes,
    ...(language === undefined ? {} : { language }),
    ...(category === undefined ? {} : { category }),
  };
}
