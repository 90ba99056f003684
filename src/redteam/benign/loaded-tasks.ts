/** Rows of a data file as tasks. */
import { contentKey } from '../../content-key.ts';
import type { Row, RowProblem, Rows } from '../../datasets/rows.ts';
import type { Task } from '../../oracles/task.ts';
import type { Message } from '../../transcripts/message.ts';

export interface LoadedTasks {
  readonly tasks: readonly Task[];
  /** Rows of the file, usable or not. */
  readonly rows: number;
  readonly problems: readonly RowProblem[];
}

/** A task before it has an id; the place is added to its provenance. */
export interface TaskDraft extends Omit<Task, 'id' | 'messages' | 'cwes' | 'rules'> {
  /** The user turn, or a conversation that ends with one. */
  readonly prompt: string | readonly Message[];
  readonly cwes?: readonly number[];
  readonly rules?: readonly string[];
}

/** @param draft of a row, or why it makes none. */
export function tasksOf<T>(
  { rows, problems, count }: Rows<T>,
  draft: (value: T) => TaskDraft | string,
): LoadedTasks {
  const drafts = rows.map((row) => ({ row, drafted: draft(row.value) }));
  const unusable = drafts.flatMap(({ row, drafted }): RowProblem[] =>
    typeof drafted === 'string' ? [{ place: row.place, reason: drafted }] : [],
  );
  return {
    tasks: drafts.flatMap(({ row, drafted }) => (typeof drafted === 'string' ? [] : [taskOf(row, drafted)])),
    rows: count,
    problems: [...problems, ...unusable],
  };
}

function taskOf({ place }: Row<unknown>, { prompt, cwes = [], rules = [], ...draft }: TaskDraft): Task {
  const messages = typeof prompt === 'string' ? [{ role: 'user' as const, content: prompt }] : prompt;
  return {
    ...draft,
    // The same words may be asked twice with other tests.
    id: contentKey({ messages, source: draft.source, tests: draft.tests, choice: draft.choice }),
    messages,
    cwes,
    rules,
    provenance: { ...draft.provenance, place },
  };
}
