/**
 * Files of a run: written whole or not at all (temporary file, fsync, rename), and every failure of the file
 * system said in the user's words, with the path and the mend.
 */
import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { IoError, messageOf, RunError } from '../errors.ts';

const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free some space and run the same command again; it goes on where it stopped',
  EDQUOT: 'the disk quota is used up: free some space and run the same command again',
  EACCES: 'no permission: choose another folder with --run, or change the permissions',
  EPERM: 'no permission: choose another folder with --run, or change the permissions',
  EROFS: 'the file system is read-only: choose another folder with --run',
  ENOENT: 'there is no such file or folder: check the path',
  EISDIR: 'this is a folder: name a file',
  ENOTDIR: 'a part of this path is a file, not a folder',
};

/** Mend of a damaged file of a stage: without its mark the stage is done anew, and journalled work is not repeated. */
const REDO_STAGE = 'delete stage.json beside it and run the same command again: the stage is done anew';

/** Turns an error of the file system into one that names the path and the mend. */
export function ioError(action: string, path: string, error: unknown): IoError {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  const hint = HINTS[code];
  return new IoError(`cannot ${action} ${path}: ${messageOf(error)}`, {
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  });
}

export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw ioError('create folder', path, error);
  }
}

/** Writes a file atomically: a reader sees the old content or the new one, also after `kill -9`. */
export function writeFileAtomic(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}.tmp`;
  makeFolder(dirname(path));
  try {
    const file = openSync(temporary, 'w');
    try {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw ioError('write', path, error);
  }
}

export function writeJson(path: string, value: unknown): void {
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

export function writeJsonl(path: string, rows: readonly unknown[]): void {
  writeFileAtomic(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

export function appendLine(path: string, line: string): void {
  try {
    appendFileSync(path, `${line}\n`);
  } catch (error) {
    throw ioError('write', path, error);
  }
}

export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw ioError('read', path, error);
  }
}

/** Parses a JSON file. @param hint how to mend it. @throws RunError naming the file. */
export function readJson(path: string, hint = REDO_STAGE): unknown {
  const text = readText(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RunError(`${path} is not valid JSON: ${messageOf(error)}`, { cause: error, hint });
  }
}

/**
 * Parses JSONL. A last line without its newline is what `kill -9` leaves of a line being written: it is left out.
 * @param hint how to mend it.
 * @throws RunError naming file and line for any other line that does not parse.
 */
export function readJsonl(path: string, hint = REDO_STAGE): unknown[] {
  const lines = readText(path).split('\n');
  lines.pop();
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line) as unknown];
    } catch (error) {
      throw new RunError(`${path}:${index + 1}: not valid JSON: ${messageOf(error)}`, {
        cause: error,
        hint,
      });
    }
  });
}

export function exists(path: string): boolean {
  return existsSync(path);
}

export function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    throw ioError('remove', path, error);
  }
}
