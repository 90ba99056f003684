/**
 * The journal of a run: finished units of work by stage and content key, in SQLite (WAL). A unit is written once,
 * after its work is done; a killed run finds it there and does not do the work again.
 */
import { DatabaseSync } from 'node:sqlite';
import { messageOf, RunError } from '../errors.ts';

const HINT = (path: string): string =>
  `move ${path} away and run the same command again: finished stages keep their files, unfinished work is redone`;

/** For what is no damage of the journal, by SQLite's messages. */
const SYSTEM_HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /disk is full|SQLITE_FULL/i,
    'the disk is full: free some space and run the same command again; it goes on where it stopped',
  ],
  [
    /readonly database|unable to open database/i,
    'no permission: choose another folder with --run, or change the permissions',
  ],
];

/** For a row that can be read and is not as it was written. */
export interface RowPlace {
  readonly place: string;
  /** What takes it away. */
  readonly hint: string;
}

export function rowPlace(
  path: string,
  table: 'units' | 'completions',
  { stage, key }: { readonly stage: string; readonly key: string },
): RowPlace {
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`;
  return {
    place: `journal ${path}, stage ${stage}, row ${key}`,
    hint: `delete the row (sqlite3 ${path} "DELETE FROM ${table} WHERE stage = ${text(stage)} AND key = ${text(key)}") or move the file away, and run the same command again: what is missing is done, and paid, anew`,
  };
}

export class Journal {
  readonly #database: DatabaseSync;
  readonly #path: string;

  /** @throws RunError when the file is no journal or is damaged. */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#database = new DatabaseSync(path, { timeout: 5000 });
      this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
      const check = this.#database.prepare('PRAGMA quick_check').get() as { quick_check: string };
      if (check.quick_check !== 'ok') throw new Error(check.quick_check);
      this.#database.exec(
        `CREATE TABLE IF NOT EXISTS units (
           stage TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, sequence INTEGER PRIMARY KEY AUTOINCREMENT,
           UNIQUE (stage, key))`,
      );
      // fails now, not after hours of work, if the file cannot be written
      this.#database.exec('PRAGMA user_version = 1');
    } catch (error) {
      throw this.#error('cannot be opened', error);
    }
  }

  /** The value of a finished unit, or undefined. @throws RunError when its row is damaged. */
  get(stage: string, key: string): unknown {
    const row = this.#run('SELECT value FROM units WHERE stage = ? AND key = ?', (statement) =>
      statement.get(stage, key),
    ) as { value: string } | undefined;
    return row === undefined ? undefined : this.#parse(stage, key, row.value);
  }

  put(stage: string, key: string, value: unknown): void {
    const text = JSON.stringify(value);
    this.#run('INSERT OR REPLACE INTO units (stage, key, value) VALUES (?, ?, ?)', (statement) =>
      statement.run(stage, key, text),
    );
  }

  whereIs(stage: string, key: string): RowPlace {
    return rowPlace(this.#path, 'units', { stage, key });
  }

  /** Does the work of a unit unless it is finished. Its value must be plain JSON. */
  async unit<T>(stage: string, key: string, work: () => Promise<T>): Promise<T> {
    const known = this.get(stage, key);
    if (known !== undefined) return known as T;
    const value = await work();
    this.put(stage, key, value);
    return value;
  }

  close(): void {
    this.#database.close();
  }

  #run<T>(sql: string, use: (statement: ReturnType<DatabaseSync['prepare']>) => T): T {
    try {
      return use(this.#database.prepare(sql));
    } catch (error) {
      throw this.#error('failed', error);
    }
  }

  #parse(stage: string, key: string, text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw this.#error(`has a damaged row (stage ${stage}, unit ${key})`, error);
    }
  }

  #error(what: string, cause: unknown): RunError {
    return new RunError(`journal ${this.#path} ${what}: ${messageOf(cause)}`, {
      cause,
      hint: SYSTEM_HINTS.find(([pattern]) => pattern.test(messageOf(cause)))?.[1] ?? HINT(this.#path),
    });
  }
}
