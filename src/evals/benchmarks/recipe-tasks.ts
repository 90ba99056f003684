/** A run's own prompts as benchmarks: its red-team set (`redteam/tasks.jsonl`), its held-out split (`evals/prompts.jsonl`). */
import { basename, dirname, resolve } from 'node:path';
import { z } from 'zod';
import { messageSchema, testsSchema } from '../../datasets/generic-jsonl.ts';
import { type Rows, readData, readJsonLines } from '../../datasets/rows.ts';
import { ORACLE_NAMES, SOURCES, type Task } from '../../oracles/task.ts';
import { AXIS_OF } from './generic-jsonl.ts';
import type { BenchmarkSource } from './source.ts';

const strings = z.array(z.string());
/** A task as runs write it (src/oracles/task.ts); held-out ones name their benchmark. */
const taskRow = z.strictObject({
  benchmark: z.string().min(1).optional(),
  id: z.string().min(1),
  source: z.enum(SOURCES),
  messages: z.array(messageSchema).min(1),
  oracles: z.array(z.enum(ORACLE_NAMES)).min(1),
  family: z.string(),
  cwes: z.array(z.int()),
  rules: strings,
  tests: testsSchema.optional(),
  securityTests: testsSchema.optional(),
  signature: z.strictObject({ name: z.string(), params: strings }).optional(),
  choice: z.strictObject({ letters: strings, correct: z.string() }).optional(),
  judge: z.strictObject({ harmful: z.boolean(), relevant: z.array(strings) }).optional(),
  provenance: z.record(z.string(), z.union([z.string(), z.number()])),
});
type TaskRow = z.infer<typeof taskRow>;

/** Whether the first line is a task of a run, not a row of `purpcode reward`. @throws IoError */
export function isRecipeTasks(path: string): boolean {
  try {
    const first: unknown = JSON.parse(readData(path).split('\n', 1)[0]!);
    return typeof first === 'object' && first !== null && 'source' in first && 'oracles' in first;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** What a run has one of, and is meant where no file is named: its training prompts, its held-out prompts. */
const MAIN_FILES: ReadonlySet<string> = new Set(['tasks', 'prompts']);

/**
 * A benchmark for each that the file names, otherwise for each source of its prompts, called after folder and file:
 * `redteam-code-security` of `redteam/tasks.jsonl`, `redteam-test-code-security` of the test side. Unreadable rows belong to none that is known: they are problems of the first.
 * @throws ConfigError, IoError
 */
export function recipeBenchmarks(path: string): BenchmarkSource[] {
  const { rows, problems } = readJsonLines(path, {
    name: "a run's tasks",
    expected: 'JSON lines as in redteam/tasks.jsonl or evals/prompts.jsonl of a run',
    schema: taskRow,
  });
  const file = basename(path).replace(/\.jsonl(\.gz)?$/, '');
  const prefix = [basename(dirname(resolve(path))), ...(MAIN_FILES.has(file) ? [] : [file])].join('-');
  const groups = Map.groupBy(rows, ({ value }) => value.benchmark ?? value.source);
  return [...groups].map(([group, own], index) =>
    recipeBenchmark(`${prefix}-${group}`, path, {
      rows: own,
      problems: index === 0 ? problems : [],
      count: own.length + (index === 0 ? problems.length : 0),
    }),
  );
}

function recipeBenchmark(
  name: string,
  path: string,
  { rows, problems, count }: Rows<TaskRow>,
): BenchmarkSource {
  const about = { name, axis: AXIS_OF[rows[0]!.value.source] };
  return {
    ...about,
    title: name,
    metric: 'passed',
    files: [{ path, licence: 'your own' }],
    load: async () => ({
      ...about,
      group: 'reported',
      tasks: rows.map(({ value }) => toTask(value)),
      rows: count,
      problems,
    }),
  };
}

function toTask({ benchmark: _benchmark, ...task }: TaskRow): Task {
  // Fields that are not there are left out, not undefined: verdicts are remembered by the task's content.
  return JSON.parse(JSON.stringify(task)) as Task;
}
