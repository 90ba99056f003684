/** `--responses FILE`: completions that were made elsewhere, matched to the tasks. */
import { z } from 'zod';
import { ConfigError } from '../../errors.ts';
import type { Task } from '../../oracles/task.ts';
import type { Evaluation } from '../results.ts';
import type { Responder } from './responder.ts';

const line = z.object({
  task_id: z.union([z.string(), z.number()], 'expected a string or a number'),
  response: z.string('expected the completion as a string'),
});

/** A benchmark's tasks, whole or a part. */
export interface NamedTasks {
  readonly name: string;
  readonly tasks: readonly Task[];
}

export interface GivenResponses extends Responder {
  readonly match: NonNullable<Evaluation['given']>;
  /** The most samples that a task has. */
  readonly samples: number;
}

/** Ids that are named in messages and results. */
const FIRST_IDS = 20;

/**
 * Reads JSONL of `{ task_id, response }`, one or several lines a task; other fields are not looked at. A task is
 * named by its id, by `<benchmark>/<id>`, or by the id that it has in the benchmark's own files. A line that several
 * benchmarks know (HumanEval and HumanEval+ share theirs) answers all of them.
 * @param where the file's name, for errors. @param all what ids may name; of them only `asked` is answered.
 * @throws ConfigError naming the first bad line, or when no line names a task.
 */
export function givenResponses(
  text: string,
  where: string,
  { all, asked }: { readonly all: readonly NamedTasks[]; readonly asked: readonly NamedTasks[] },
): GivenResponses {
  const index = indexTasks(all);
  const texts = new Map<string, string[]>();
  const unknown = new Set<string>();
  let count = 0;
  for (const { id, response } of readLines(text, where)) {
    count++;
    const keys = index.get(id);
    if (keys === undefined) unknown.add(id);
    for (const key of keys ?? []) {
      const known = texts.get(key);
      if (known === undefined) texts.set(key, [response]);
      else known.push(response);
    }
  }
  if (texts.size === 0) {
    throw new ConfigError(
      `${where}: none of its ${count} lines names a task of ${all.map(({ name }) => name).join(', ')}`,
      {
        hint: 'purpcode eval --benchmark ... --prompts FILE writes the task ids with their prompts',
      },
    );
  }
  const missing = asked.flatMap(({ name, tasks }) =>
    tasks.flatMap((task) => (texts.has(keyOf(name, task)) ? [] : [taskName(name, task)])),
  );
  const first = (ids: readonly string[]) => ({ count: ids.length, first: ids.slice(0, FIRST_IDS) });
  return {
    concurrency: 64,
    match: { responses: count, unknown: first([...unknown]), missing: first(missing) },
    samples: Math.max(...[...texts.values()].map(({ length }) => length)),
    samplesOf: (benchmark, task) => texts.get(keyOf(benchmark, task))?.length ?? 0,
    answer: async ({ benchmark, task, sample }) => ({
      messages: task.messages,
      response: texts.get(keyOf(benchmark, task))![sample]!,
      turns: [],
      finish: 'given',
      tokens: null,
    }),
  };
}

/** Keys of tasks by every id that may name them. */
function indexTasks(benchmarks: readonly NamedTasks[]): Map<string, Set<string>> {
  const index = new Map<string, Set<string>>();
  for (const { name, tasks } of benchmarks) {
    for (const task of tasks) {
      const key = keyOf(name, task);
      for (const id of idsOf(name, task)) {
        const known = index.get(id);
        if (known === undefined) index.set(id, new Set([key]));
        else known.add(key);
      }
    }
  }
  return index;
}

/** A task for people: by the id of the benchmark's own files, where it has one. */
export function taskName(benchmark: string, { id, provenance }: Task): string {
  return `${benchmark}/${provenance.id ?? id}`;
}

function idsOf(benchmark: string, { id, provenance }: Task): string[] {
  const own = provenance.id === undefined ? [] : [String(provenance.id)];
  return [id, ...own].flatMap((one) => [one, `${benchmark}/${one}`]);
}

function keyOf(benchmark: string, task: Task): string {
  return JSON.stringify([benchmark, task.id]);
}

function readLines(text: string, where: string): { id: string; response: string }[] {
  const rows = text
    .replace(/^\ufeff/, '')
    .split('\n')
    .flatMap((raw, at) => (raw.trim() === '' ? [] : [readLine(raw, `${where}:${at + 1}`)]));
  if (rows.length === 0) throw new ConfigError(`${where} holds no response`);
  return rows;
}

function readLine(raw: string, place: string): { id: string; response: string } {
  const hint = 'a line is { "task_id": ..., "response": ... }';
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch (error) {
    throw new ConfigError(`${place}: not JSON`, { cause: error, hint });
  }
  const parsed = line.safeParse(value);
  if (parsed.success) return { id: String(parsed.data.task_id), response: parsed.data.response };
  const issue = parsed.error.issues[0]!;
  throw new ConfigError(`${place}: ${[...issue.path, issue.message].join(': ')}`, { hint });
}
