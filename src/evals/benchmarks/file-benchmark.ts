/** A benchmark whose tasks are the rows of one file. */
import { existsSync } from 'node:fs';
import { contentKey } from '../../content-key.ts';
import { type DataFile, dataPath } from '../../datasets/data-file.ts';
import type { Row, RowProblem, Rows } from '../../datasets/rows.ts';
import { ConfigError } from '../../errors.ts';
import type { Task } from '../../oracles/task.ts';
import type { Message } from '../../transcripts/message.ts';
import type { BenchmarkSource, LoadedBenchmark } from './source.ts';

/** A task before it has an id. */
export interface TaskDraft
  extends Pick<Task, 'source' | 'oracles' | 'family' | 'tests' | 'securityTests' | 'signature' | 'choice'> {
  /** The user turn, or a conversation that ends with one. */
  readonly prompt: string | readonly Message[];
  readonly cwes?: readonly number[];
  /** As the benchmark's authors number it; the row's place unless given. */
  readonly id?: string;
  readonly language?: string;
  readonly category?: string;
  readonly variant?: string;
}

/** What becomes of a row: a task, nothing (it belongs to another benchmark), or a reason why it cannot be run. */
export type RowOutcome = TaskDraft | undefined | { readonly notRun: string };

export interface FileBenchmark<T> extends Pick<BenchmarkSource, 'name' | 'title' | 'axis' | 'metric'> {
  readonly file: DataFile;
  readonly read: (path: string) => Rows<T>;
  readonly task: (value: T, place: string) => RowOutcome;
}

export function fileBenchmark<T>(options: FileBenchmark<T>): BenchmarkSource {
  const { name, title, axis, metric, file } = options;
  return {
    name,
    title,
    axis,
    metric,
    files: [file],
    load: async (dataFolder) => {
      const path = dataPath(dataFolder, file);
      if (!existsSync(path)) throw missing(name, path, file);
      return loadRows(options, options.read(path));
    },
  };
}

/** The benchmark of rows that were read. */
export function loadRows<T>(
  { name, axis, task }: Pick<FileBenchmark<T>, 'name' | 'axis' | 'task'>,
  { rows, problems, count }: Rows<T>,
): LoadedBenchmark {
  const outcomes = rows.map((row) => ({ row, outcome: task(row.value, row.place) }));
  const notRun = outcomes.flatMap(({ row, outcome }): RowProblem[] =>
    outcome !== undefined && 'notRun' in outcome ? [{ place: row.place, reason: outcome.notRun }] : [],
  );
  const others = outcomes.filter(({ outcome }) => outcome === undefined).length;
  return {
    name,
    axis,
    group: 'reported',
    tasks: outcomes.flatMap(({ row, outcome }) =>
      outcome === undefined || 'notRun' in outcome ? [] : [toTask(name, row, outcome)],
    ),
    rows: count - others,
    problems: [...problems, ...notRun],
  };
}

function toTask(benchmark: string, { place }: Row<unknown>, draft: TaskDraft): Task {
  const { prompt, id: ownId, language, category, variant, cwes = [], ...rest } = draft;
  const messages = typeof prompt === 'string' ? [{ role: 'user' as const, content: prompt }] : prompt;
  // Rows of some files repeat each other: the place makes each a task of its own.
  const id = ownId === undefined || ownId === '' ? place : ownId;
  return {
    ...rest,
    id: contentKey([benchmark, id, place, messages]),
    messages,
    cwes,
    rules: [],
    provenance: {
      benchmark,
      id,
      ...(language === undefined ? {} : { language }),
      ...(category === undefined ? {} : { category }),
      ...(variant === undefined ? {} : { variant }),
    },
  };
}

function missing(name: string, path: string, { path: wanted, url }: DataFile): ConfigError {
  const set = wanted.split('/')[0];
  return new ConfigError(`the benchmark ${name} needs ${path}, which is not there`, {
    hint:
      url === undefined
        ? `\`purpcode data list\` says where ${wanted} comes from; --data names the folder that it is in`
        : `\`purpcode data get ${set}\` downloads it; --data names the folder of local copies`,
  });
}
