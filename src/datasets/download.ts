/**
 * Downloading data files from their homes. What has arrived stands beside the file as `<name>.part` until it is whole
 * and its checksum is right; the same command goes on where it stopped. A file that is there is never written over.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { IoError, messageOf } from '../errors.ts';
import { ioError, makeFolder } from '../runs/files.ts';
import { type Checksums, compareChecksum } from './checksum.ts';
import type { DataFile } from './data-file.ts';
import { fetchToFile } from './fetch-file.ts';

/** None of the files is larger than a tenth of it. */
const DEFAULT_MAX_BYTES = 512 * 2 ** 20;
/** Files of a folder that are under way at once. */
const CONCURRENCY = 4;

export interface DownloadOptions {
  /** Of one file; more is an error and nothing is kept. */
  readonly maxBytes?: number;
  /** Hears the bytes of this file that have arrived. */
  readonly onBytes?: (bytes: number) => void;
}

/** @returns the path of the copy. @throws IoError when it is there already, cannot be had or is not the file. */
export async function downloadFile(
  file: DataFile,
  dataFolder: string,
  options: DownloadOptions = {},
): Promise<string> {
  const { url, path: name } = file;
  const path = join(dataFolder, name);
  if (url === undefined) throw new IoError(`${name} has no address to download it from`);
  if (existsSync(path)) {
    throw new IoError(`${path} is there already`, { hint: 'remove it first to download it again' });
  }
  const part = `${path}.part`;
  makeFolder(dirname(path));
  const limits = { maxBytes: options.maxBytes ?? DEFAULT_MAX_BYTES, onBytes: options.onBytes };
  if (file.folder === true) await downloadMembers(file, url, part, limits);
  else
    await fetchToFile(url, part, {
      ...limits,
      sameFile: file.sha256 !== undefined || file.gitBlob !== undefined,
    });
  verify(file, part);
  try {
    renameSync(part, path);
  } catch (error) {
    throw ioError('write', path, error);
  }
  return path;
}

async function downloadMembers(
  { members = [] }: DataFile,
  url: string,
  folder: string,
  limits: { readonly maxBytes: number; readonly onBytes: DownloadOptions['onBytes'] },
): Promise<void> {
  const arrived = new Map<string, number>();
  const waiting = members.filter((member) => !existsSync(join(folder, member)));
  const next = async (): Promise<void> => {
    for (let member = waiting.shift(); member !== undefined; member = waiting.shift()) {
      await downloadMember(url + member, join(folder, member), {
        maxBytes: limits.maxBytes,
        onBytes: (bytes) => {
          arrived.set(member!, bytes);
          limits.onBytes?.([...arrived.values()].reduce((sum, one) => sum + one, 0));
        },
      });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, next));
}

/** Members are small: one that was cut off is fetched anew. */
async function downloadMember(
  url: string,
  path: string,
  limits: { readonly maxBytes: number; readonly onBytes: (bytes: number) => void },
): Promise<void> {
  makeFolder(dirname(path));
  const part = `${path}.part`;
  rmSync(part, { force: true });
  await fetchToFile(url, part, { ...limits, sameFile: false });
  renameSync(part, path);
}

/** What is not the file is removed: the next try begins anew. */
function verify(file: DataFile, part: string): void {
  let sums: Checksums | undefined;
  try {
    sums = compareChecksum(part, file);
  } catch (error) {
    throw new IoError(`${file.path} is not whole: ${messageOf(error)}`, { cause: error });
  }
  if (sums === undefined || sums.found === sums.known) return;
  rmSync(part, { recursive: true, force: true });
  throw new IoError(
    `${file.url} is not the file that we know: its ${sums.kind} is ${sums.found}, not ${sums.known}`,
    {
      hint: 'its home has another version; a copy that you trust can be put in the data folder by hand',
    },
  );
}
