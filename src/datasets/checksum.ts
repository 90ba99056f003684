/** SHA-256 of a data file, or of a folder's members (see DataFile.sha256). */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IoError, messageOf } from '../errors.ts';
import type { DataFile } from './data-file.ts';

/** @param path of the copy. @throws IoError */
export function checksumOf(path: string, { folder, members = [] }: DataFile): string {
  if (folder !== true) return hashFile(path);
  const lines = members.map((member) => `${hashFile(join(path, member))}  ${member}\n`);
  return createHash('sha256').update(lines.join('')).digest('hex');
}

function hashFile(path: string): string {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch (error) {
    throw new IoError(`${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
