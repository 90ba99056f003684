/**
 * Reading public data files in the formats that their authors chose. A row that is not as expected is left out, with
 * its place and the reason; a file with no row as expected is the wrong file.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse as parseCsv } from 'csv-parse/sync';
import type { z } from 'zod';
import { ConfigError, IoError, messageOf } from '../errors.ts';

/** A row that cannot be used: it is in no score and no corpus, and is counted. */
export interface RowProblem {
  /** `file:line`, `file[index]`, or the row's own id. */
  readonly place: string;
  readonly reason: string;
}

export interface Row<T> {
  readonly value: T;
  readonly place: string;
}

export interface Rows<T> {
  readonly rows: readonly Row<T>[];
  readonly problems: readonly RowProblem[];
  /** Rows of the file, usable or not. */
  readonly count: number;
}

/** What a file should hold. */
export interface RowFormat<T> {
  /** The data set, for messages. */
  readonly name: string;
  /** The columns or keys that a row has, in words. */
  readonly expected: string;
  readonly schema: z.ZodType<T>;
}

/** A row before its columns are looked at; `fault` says why it has none. */
export interface RawRow {
  readonly place: string;
  readonly value?: unknown;
  readonly fault?: string;
}

/** A JSON list of objects, at the top or as what `pick` finds in the document. */
export function readJsonRows<T>(
  path: string,
  format: RowFormat<T>,
  pick: (document: unknown) => unknown = (document) => document,
): Rows<T> {
  let list: unknown;
  try {
    list = pick(JSON.parse(readData(path)));
  } catch (error) {
    if (error instanceof IoError) throw error;
    throw wrongFile(path, format, `it is not JSON: ${messageOf(error)}`, error);
  }
  if (!Array.isArray(list)) throw wrongFile(path, format, 'it holds no list');
  return checkRows(
    path,
    format,
    list.map((value, index) => ({ place: `${basename(path)}[${index}]`, value })),
  );
}

/** One JSON object a line; blank lines are no rows. @param parse throws for what is no JSON. */
export function readJsonLines<T>(
  path: string,
  format: RowFormat<T>,
  parse: (line: string) => unknown = JSON.parse,
): Rows<T> {
  const rows = readData(path)
    .split('\n')
    .flatMap((line, index): RawRow[] => {
      if (line.trim() === '') return [];
      const place = `${basename(path)}:${index + 1}`;
      try {
        return [{ place, value: parse(line) }];
      } catch (error) {
        return [{ place, fault: `not JSON: ${messageOf(error)}` }];
      }
    });
  return checkRows(path, format, rows);
}

/** Comma-separated values (RFC 4180) with a header; every value is a string. */
export function readCsvRows<T>(path: string, format: RowFormat<T>): Rows<T> {
  const rows: RawRow[] = [];
  const place = (line: number) => `${basename(path)}:${line}`;
  try {
    const records = parseCsv(readData(path), {
      bom: true,
      columns: true,
      info: true,
      skip_empty_lines: true,
      skip_records_with_error: true,
      on_skip: (error) => {
        rows.push({ place: place(Number(error?.lines ?? 0)), fault: error?.message ?? 'not readable' });
        return undefined;
      },
    }) as unknown as { readonly record: unknown; readonly info: { readonly lines: number } }[];
    rows.push(...records.map(({ record, info }) => ({ place: place(info.lines), value: record })));
  } catch (error) {
    if (error instanceof IoError) throw error;
    throw wrongFile(path, format, messageOf(error), error);
  }
  return checkRows(path, format, rows);
}

/** A folder, and those in it, of `.json` files with one row each; a row's place is its file. */
export function readJsonFolder<T>(folder: string, format: RowFormat<T>): Rows<T> {
  const rows = listFiles(folder)
    .filter((path) => path.endsWith('.json'))
    .map((place): RawRow => {
      try {
        return { place, value: JSON.parse(readData(join(folder, place))) };
      } catch (error) {
        return { place, fault: error instanceof IoError ? error.message : `not JSON: ${messageOf(error)}` };
      }
    });
  return checkRows(folder, format, rows);
}

/** Paths below a folder, with slashes, sorted. @throws IoError */
export function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name).slice(join(folder, '/').length).replaceAll('\\', '/'),
      )
      .sort();
  } catch (error) {
    throw unreadable(folder, error);
  }
}

/** Sorts rows into those that are as expected and those that are not, and why. @throws ConfigError without any. */
export function checkRows<T>(path: string, format: RowFormat<T>, raw: readonly RawRow[]): Rows<T> {
  const rows: Row<T>[] = [];
  const problems: RowProblem[] = [];
  for (const { place, value, fault } of raw) {
    const parsed = fault === undefined ? format.schema.safeParse(value) : undefined;
    if (parsed?.success) rows.push({ place, value: parsed.data });
    else problems.push({ place, reason: fault ?? describeFault(parsed!.error) });
  }
  if (rows.length === 0) {
    const [first] = problems;
    throw wrongFile(path, format, first === undefined ? 'it has no row' : `${first.place}: ${first.reason}`);
  }
  return { rows, problems, count: raw.length };
}

/** Why a row is not as expected, by its first fault. */
export function describeFault(error: z.ZodError): string {
  const [issue] = error.issues;
  const field = issue!.path.join('.');
  return field === '' ? issue!.message : `${field}: ${issue!.message}`;
}

function wrongFile(path: string, format: RowFormat<unknown>, found: string, cause?: unknown): ConfigError {
  return new ConfigError(`${path} is not ${format.name}: ${found}`, {
    cause,
    hint: `expected ${format.expected}; \`purpcode data list\` says where the file comes from`,
  });
}

/** The file's text, unpacked when its name ends in .gz. @throws IoError */
export function readData(path: string): string {
  try {
    const bytes = readFileSync(path);
    const plain = path.endsWith('.gz') ? gunzipSync(bytes) : bytes;
    return new TextDecoder('utf-8', { fatal: true }).decode(plain);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): IoError {
  return new IoError(`${path} cannot be read: ${messageOf(error)}`, {
    cause: error,
    hint: '`purpcode data get` downloads it; --data names the folder of local copies',
  });
}
