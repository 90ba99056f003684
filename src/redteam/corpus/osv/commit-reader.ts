/** Where the content of a fixing commit is read from. Its repository, its hash and what it holds come from strangers. */
import type { FixCommit } from '../../../datasets/osv.ts';
import type { FileDiff } from './unified-diff.ts';

/** Why something could not be read. */
export type ReadFault =
  | 'hostile-commit' // what should be a hash is none
  | 'unknown-repository' // nothing here knows the place
  | 'not-found'
  | 'no-parent' // the first commit, or the first that a shallow clone has
  | 'too-large'
  | 'not-text'
  | 'does-not-fit' // the diff is not that of the file
  | 'unreachable'; // the server does not answer, or git failed

export type ReadResult =
  | { readonly kind: 'read'; readonly text: string }
  | { readonly kind: 'unread'; readonly fault: ReadFault; readonly detail: string };

export interface CommitReader {
  /** The diff of the commit against its first parent. */
  diff(fix: FixCommit): Promise<ReadResult>;
  /** The file as it was before the commit. */
  before(fix: FixCommit, file: FileDiff): Promise<ReadResult>;
}

export function unread(fault: ReadFault, detail: string): ReadResult {
  return { kind: 'unread', fault, detail: detail.slice(0, 200) };
}

/** The short or whole hash of a commit: nothing that a command or an address could take for more. */
export function isCommitHash(text: string): boolean {
  return /^[0-9a-f]{7,40}$/.test(text);
}

/** `https://github.com/owner/name` in its parts; undefined for what is no plain address of a repository. */
export function repositoryParts(repository: string): { host: string; path: readonly string[] } | undefined {
  const match = /^https:\/\/([a-z0-9.-]+)\/([\w.-]+(?:\/[\w.-]+){1,5})$/i.exec(repository);
  if (match === null) return undefined;
  const path = match[2]!.split('/');
  const isPlain = (part: string) => !/^[.-]/.test(part) && !part.endsWith('.');
  return isPlain(match[1]!) && path.every(isPlain) ? { host: match[1]!.toLowerCase(), path } : undefined;
}

/** Text of bytes that are UTF-8; undefined for others, and for what holds a NUL. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
