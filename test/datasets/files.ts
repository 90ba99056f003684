/** Small data files in their authors' formats, made in a folder that goes away with the tests. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';

export interface DataFolder {
  readonly path: string;
  /** Writes a file below the folder. @returns its path. */
  file(name: string, content: string | Uint8Array): string;
  json(name: string, value: unknown): string;
  jsonl(name: string, rows: readonly unknown[]): string;
}

export function makeDataFolder(): DataFolder {
  const path = mkdtempSync(join(tmpdir(), 'purpcode-data-'));
  after(() => rmSync(path, { recursive: true }));
  const file = (name: string, content: string | Uint8Array): string => {
    const target = join(path, name);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
    return target;
  };
  return {
    path,
    file,
    json: (name, value) => file(name, JSON.stringify(value)),
    jsonl: (name, rows) => file(name, rows.map((row) => `${JSON.stringify(row)}\n`).join('')),
  };
}
