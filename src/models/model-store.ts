/**
 * What a run's models have said and cost, in SQLite (WAL): the run's journal for its most frequent unit of work, the
 * completion. Writes of one turn of the event loop are one transaction, which costs a tenth of one each
 * (decisions/0012).
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { messageOf, RunError } from '../errors.ts';

interface Pending {
  readonly key: string;
  readonly model: string;
  readonly value: string;
  resolve(): void;
  reject(error: unknown): void;
}

export class ModelStore {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #select: StatementSync;
  readonly #insert: StatementSync;
  readonly #setCosts: StatementSync;
  #pending: Pending[] = [];
  #costs: (() => unknown) | undefined;
  #scheduled: NodeJS.Immediate | undefined;

  /** @throws RunError when the file is no such store or is damaged. */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#database = new DatabaseSync(path, { timeout: 5000 });
      this.#database.exec(
        `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
         CREATE TABLE IF NOT EXISTS replies (key TEXT PRIMARY KEY, model TEXT NOT NULL, value TEXT NOT NULL);
         CREATE TABLE IF NOT EXISTS costs (id INTEGER PRIMARY KEY CHECK (id = 1), value TEXT NOT NULL)`,
      );
      this.#select = this.#database.prepare('SELECT value FROM replies WHERE key = ?');
      this.#insert = this.#database.prepare(
        'INSERT OR REPLACE INTO replies (key, model, value) VALUES (?, ?, ?)',
      );
      this.#setCosts = this.#database.prepare('INSERT OR REPLACE INTO costs (id, value) VALUES (1, ?)');
    } catch (error) {
      throw this.#error('cannot be opened', error);
    }
  }

  /** What was kept under the key, or undefined. @throws RunError when it is damaged. */
  get(key: string): unknown {
    return this.#reading(() => this.#select.get(key));
  }

  /** The costs that were saved last, or undefined. @throws RunError when they are damaged. */
  costs(): unknown {
    return this.#reading(() => this.#database.prepare('SELECT value FROM costs').get());
  }

  /** Resolves once the value would outlive the process. @throws RunError when it cannot be written. */
  put(key: string, model: string, value: unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ key, model, value: JSON.stringify(value), resolve, reject });
      this.#schedule();
    });
  }

  /** Saves the costs as they are then, together with the replies of this turn. */
  saveCosts(costs: () => unknown): void {
    this.#costs = costs;
    this.#schedule();
  }

  close(): void {
    if (this.#scheduled !== undefined) {
      clearImmediate(this.#scheduled);
      this.#flush();
    }
    this.#database.close();
  }

  #schedule(): void {
    this.#scheduled ??= setImmediate(() => this.#flush());
  }

  #flush(): void {
    const [pending, costs] = [this.#pending, this.#costs];
    this.#pending = [];
    this.#costs = undefined;
    this.#scheduled = undefined;
    try {
      this.#database.exec('BEGIN');
      for (const { key, model, value } of pending) this.#insert.run(key, model, value);
      if (costs !== undefined) this.#setCosts.run(JSON.stringify(costs()));
      this.#database.exec('COMMIT');
    } catch (cause) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      const error = this.#error('cannot be written', cause);
      // Costs without a reply have nobody to tell; the next reply meets the same trouble.
      for (const { reject } of pending) reject(error);
      return;
    }
    for (const { resolve } of pending) resolve();
  }

  #reading(read: () => unknown): unknown {
    try {
      const row = read() as { value: string } | undefined;
      return row === undefined ? undefined : JSON.parse(row.value);
    } catch (error) {
      throw this.#error('cannot be read', error);
    }
  }

  #error(what: string, cause: unknown): RunError {
    const full = /disk is full|SQLITE_FULL/i.test(messageOf(cause));
    return new RunError(`model store ${this.#path} ${what}: ${messageOf(cause)}`, {
      cause,
      hint: full
        ? 'the disk is full: free some space and run the same command again; it goes on where it stopped'
        : `move ${this.#path} away and run the same command again: models are asked, and paid, anew`,
    });
  }
}
