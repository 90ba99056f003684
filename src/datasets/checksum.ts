/** Checksums of a data file, or of a folder's members (see DataFile). */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IoError, messageOf } from '../errors.ts';
import type { DataFile } from './data-file.ts';

/** A known checksum and that of a copy, hex. */
export interface Checksums {
  readonly kind: 'SHA-256' | "git's blob name";
  readonly known: string;
  readonly found: string;
}

/** @param path of the copy. @returns undefined where no checksum is known. @throws IoError */
export function compareChecksum(path: string, file: DataFile): Checksums | undefined {
  const { sha256, gitBlob } = file;
  if (sha256 !== undefined) return { kind: 'SHA-256', known: sha256, found: sha256Of(path, file) };
  if (gitBlob === undefined) return undefined;
  const content = contentOf(path);
  const found = createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
  return { kind: "git's blob name", known: gitBlob, found };
}

/** @param path of the copy. @throws IoError */
export function sha256Of(path: string, { folder, members = [] }: DataFile): string {
  if (folder !== true) return hashFile(path);
  const lines = members.map((member) => `${hashFile(join(path, member))}  ${member}\n`);
  return createHash('sha256').update(lines.join('')).digest('hex');
}

function hashFile(path: string): string {
  return createHash('sha256').update(contentOf(path)).digest('hex');
}

function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new IoError(`${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
