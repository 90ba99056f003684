/** Files of public data sets, as their authors publish them, and where they lie in a data folder. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export interface DataFile {
  /** Below the data folder, with slashes: `cyberseceval/instruct.json`. */
  readonly path: string;
  /** Its official home; absent where there is none to download from without an account. Of a folder, with a slash. */
  readonly url?: string;
  /** Of the file at `url`, hex. Of a folder: of the lines `<sha256>  <member>\n` of its members, in order. */
  readonly sha256?: string;
  /** Git's name of the file's content (SHA-1 with a header) in the commit of `url`, where no copy was seen. */
  readonly gitBlob?: string;
  /** SPDX id, or what the authors say. */
  readonly licence: string;
  /** Whom to credit, where the licence asks for it. */
  readonly attribution?: string;
  /** A folder of files instead of one. */
  readonly folder?: true;
  /** The files of a folder that are downloaded. */
  readonly members?: readonly string[];
  /** Read in its place when it is not there: another packing, or a published part of it. */
  readonly alternatives?: readonly string[];
}

/** Where the file is, itself or an alternative; where it should be when neither is there. */
export function dataPath(dataFolder: string, { path, alternatives = [] }: DataFile): string {
  const found = [path, ...alternatives].map((name) => join(dataFolder, name)).find(existsSync);
  return found ?? join(dataFolder, path);
}
