/**
 * Pyodide ships Python's library as sources, and compiles what it imports at every start: three quarters of the time
 * that an interpreter takes to load. Compiled once a machine, it is kept in the user's cache folder.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { messageOf } from '../../errors.ts';
import { writeFileAtomic } from '../../runs/files.ts';

/** Changes with what compile-library.ts makes of the same sources. */
const RECIPE = 1;
const COMPILE_MS = 120_000;
const MAX_BYTES = 64 * 2 ** 20;

export interface CompiledLibrary {
  /** Where it is, or will be. */
  readonly path: string;
  /** Settles when it is there. @returns whether it is: if not, Pyodide's own has to do, and a warning has said so. */
  made(): Promise<boolean>;
}

const libraries = new Map<string | undefined, CompiledLibrary | undefined>();

/**
 * @param folder to keep it in; by default one in the user's cache folder.
 * @returns undefined where there is none: no home, or nobody may write there.
 */
export function compiledLibrary(folder?: string): CompiledLibrary | undefined {
  if (!libraries.has(folder)) libraries.set(folder, find(folder));
  return libraries.get(folder);
}

/** @throws SystemError where the user has no home. */
function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'purpcode');
}

function find(asked: string | undefined): CompiledLibrary | undefined {
  const pyodide = import.meta.resolve('pyodide');
  const sources = readFileSync(new URL('python_stdlib.zip', pyodide));
  const version = createHash('sha256').update(`${RECIPE}\0`).update(sources).digest('hex').slice(0, 16);
  try {
    const folder = asked ?? cacheFolder();
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const path = join(realpathSync(folder), `python-library-${version}.zip`);
    let made: Promise<boolean> | undefined;
    return {
      path,
      made: () => {
        made ??= existsSync(path) ? Promise.resolve(true) : make(path, pyodide);
        return made;
      },
    };
  } catch {
    return undefined;
  }
}

async function make(path: string, pyodide: string): Promise<boolean> {
  const own = new URL(`child/compile-library${extname(import.meta.url)}`, import.meta.url);
  const folder = realpathSync(dirname(fileURLToPath(pyodide))) + sep;
  try {
    // Before the work, so that a folder that cannot be written costs none.
    accessSync(dirname(path), constants.W_OK);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--no-warnings', fileURLToPath(own), pyodide, folder],
      { env: {}, encoding: 'buffer', maxBuffer: MAX_BYTES, timeout: COMPILE_MS },
    );
    // Others may make it at the same time: all make the same.
    writeFileAtomic(path, stdout);
    return true;
  } catch (error) {
    process.emitWarning(
      `Python's library could not be compiled into ${path}, the sandbox starts more slowly: ${messageOf(error).split('\n')[0]}`,
    );
    return false;
  }
}
