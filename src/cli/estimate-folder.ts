/** Where `--estimate` looks up what is known already, without leaving anything behind. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exists, remove } from '../runs/files.ts';
import { RunDirectory } from '../runs/run-directory.ts';

/**
 * Opens the run folder, or, where there is none yet, a temporary one that is removed afterwards.
 * @throws what `work` throws; RunError, IoError
 */
export async function withEstimateFolder(
  folder: string,
  work: (run: RunDirectory) => Promise<void>,
): Promise<void> {
  const isNew = !exists(folder);
  const run = new RunDirectory(isNew ? mkdtempSync(join(tmpdir(), 'purpcode-estimate-')) : folder);
  try {
    await work(run);
  } finally {
    run.close();
    if (isNew) remove(run.path);
  }
}
