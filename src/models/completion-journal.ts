/**
 * The journal of a run's completions, its most frequent unit of work: as src/runs/journal.ts, but the writes of one
 * turn of the event loop are one transaction, which makes each several times cheaper (decisions/0012).
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { z } from 'zod';
import { messageOf, RunError } from '../errors.ts';
import { type RowPlace, rowPlace } from '../runs/journal.ts';

/** Where replies and costs are kept: this journal, or the run's journal where there are few. */
export interface KeyedJournal {
  get(stage: string, key: string): unknown;
  /** A promise settles once the value would outlive the process, or cannot. */
  put(stage: string, key: string, value: unknown): void | Promise<void>;
  /** Where a row stands, and what takes it away: for what can be read and is not as expected. */
  whereIs(stage: string, key: string): RowPlace;
}

/** What was kept, or undefined. @throws RunError naming file and row when it has another shape than was written. */
export function keptRow<T>(
  journal: KeyedJournal,
  { stage, key }: { readonly stage: string; readonly key: string },
  schema: z.ZodType<T>,
): T | undefined {
  const value = journal.get(stage, key);
  if (value === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const { place, hint } = journal.whereIs(stage, key);
  const fault = [...issue!.path.map(String), issue!.message].join(': ');
  throw new RunError(`${place} is not as it was written: ${fault}`, { hint });
}

interface Pending {
  readonly stage: string;
  readonly key: string;
  value: unknown;
}

export class CompletionJournal implements KeyedJournal {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #select: StatementSync;
  readonly #insert: StatementSync;
  #pending = new Map<string, Pending>();
  #turn: PromiseWithResolvers<void> | undefined;
  #scheduled: NodeJS.Immediate | undefined;

  /** @throws RunError when the file is no such journal or is damaged. */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#database = new DatabaseSync(path, { timeout: 5000 });
      this.#database.exec(
        `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
         CREATE TABLE IF NOT EXISTS completions (
           stage TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (stage, key))`,
      );
      this.#select = this.#database.prepare('SELECT value FROM completions WHERE stage = ? AND key = ?');
      this.#insert = this.#database.prepare(
        'INSERT OR REPLACE INTO completions (stage, key, value) VALUES (?, ?, ?)',
      );
    } catch (error) {
      throw this.#error('cannot be opened', error);
    }
  }

  /** What was kept, or undefined. @throws RunError when it is damaged. */
  get(stage: string, key: string): unknown {
    try {
      const row = this.#select.get(stage, key) as { value: string } | undefined;
      return row === undefined ? undefined : JSON.parse(row.value);
    } catch (error) {
      throw this.#error('cannot be read', error);
    }
  }

  /**
   * Keeps the value, plain JSON, as it is at the end of this turn of the event loop; the last one of a turn counts.
   * @throws RunError when it cannot be written.
   */
  put(stage: string, key: string, value: unknown): Promise<void> {
    this.#turn ??= Promise.withResolvers<void>();
    this.#scheduled ??= setImmediate(() => this.#flush());
    this.#pending.set(`${stage}\n${key}`, { stage, key, value });
    return this.#turn.promise;
  }

  whereIs(stage: string, key: string): RowPlace {
    return rowPlace(this.#path, 'completions', { stage, key });
  }

  close(): void {
    clearImmediate(this.#scheduled);
    this.#flush();
    this.#database.close();
  }

  #flush(): void {
    const [pending, turn] = [this.#pending, this.#turn];
    this.#pending = new Map();
    this.#turn = undefined;
    this.#scheduled = undefined;
    if (turn === undefined) return;
    try {
      this.#database.exec('BEGIN');
      for (const { stage, key, value } of pending.values())
        this.#insert.run(stage, key, JSON.stringify(value));
      this.#database.exec('COMMIT');
      turn.resolve();
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      turn.reject(this.#error('cannot be written', error));
    }
  }

  #error(what: string, cause: unknown): RunError {
    const full = /disk is full|SQLITE_FULL/i.test(messageOf(cause));
    return new RunError(`model journal ${this.#path} ${what}: ${messageOf(cause)}`, {
      cause,
      hint: full
        ? 'the disk is full: free some space and run the same command again; it goes on where it stopped'
        : `move ${this.#path} away and run the same command again: models are asked, and paid, anew`,
    });
  }
}
