/**
 * A folder that is replaced as a whole. A crash at any moment leaves the old folder or the new one, at worst the
 * old one under its second name, where `currentFolder` finds it.
 */
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { IoError, messageOf } from '../../errors.ts';

/** Contents of a file: bytes in parts, written one after the other. */
export type FileParts = readonly (Uint8Array | string)[];

/**
 * @param marker a file that tells a folder of ours; a folder that holds files but not this one is left alone.
 * @throws IoError when something cannot be written (no space, no permission).
 */
export async function replaceFolder(
  folder: string,
  files: ReadonlyMap<string, FileParts>,
  marker: string,
): Promise<void> {
  try {
    await refuseForeign(folder, marker);
    const partial = sibling(folder, 'partial');
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    try {
      for (const [name, parts] of files) await writeDurably(join(partial, name), parts);
      await syncFolder(partial);
    } catch (error) {
      await rm(partial, { recursive: true, force: true });
      throw error;
    }
    await swap(folder, partial);
  } catch (cause) {
    if (cause instanceof IoError) throw cause;
    throw new IoError(`cannot write ${folder}: ${messageOf(cause)}`, {
      cause,
      hint: 'check free space and permissions; what was there before is unchanged',
    });
  }
}

/** Where the folder's last complete contents are. */
export async function currentFolder(folder: string): Promise<string> {
  const previous = sibling(folder, 'previous');
  return !(await exists(folder)) && (await exists(previous)) ? previous : folder;
}

async function swap(folder: string, partial: string): Promise<void> {
  const previous = sibling(folder, 'previous');
  if (await exists(folder)) {
    await rm(previous, { recursive: true, force: true });
    await rename(folder, previous);
  }
  await rename(partial, folder);
  await syncFolder(dirname(folder));
  await rm(previous, { recursive: true, force: true });
}

async function refuseForeign(folder: string, marker: string): Promise<void> {
  const entries = (await exists(folder)) ? await readdir(folder) : [];
  if (entries.length > 0 && !entries.includes(marker))
    throw new IoError(`${folder} holds other files (${entries[0]}) and would be replaced`, {
      hint: 'choose a folder that is empty or does not exist',
    });
}

function sibling(folder: string, suffix: string): string {
  return join(dirname(folder), `.${basename(folder)}.${suffix}`);
}

async function writeDurably(path: string, parts: FileParts): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (const part of parts) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}
