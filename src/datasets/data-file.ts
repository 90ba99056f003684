/** A file of a public data set, as its authors publish it. */
export interface DataFile {
  /** Below the data folder, with slashes: `cyberseceval/instruct.json`. */
  readonly path: string;
  /** Its official home; absent where there is none to download from without an account. */
  readonly url?: string;
  /** Of the file at `url`, hex. */
  readonly sha256?: string;
  /** SPDX id, or what the authors say. */
  readonly licence: string;
  /** Whom to credit, where the licence asks for it. */
  readonly attribution?: string;
  /** A folder of files instead of one. */
  readonly folder?: true;
}
