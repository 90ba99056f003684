/**
 * Fixing commits from GitHub without its API and the API's limits: the diff of the commit, and each file after it.
 * The file before is what the diff, turned round, makes of the file after.
 */
import type { FixCommit } from '../../../datasets/osv.ts';
import { type BoundedFetchOptions, fetchText } from './bounded-fetch.ts';
import { type CommitReader, isCommitHash, repositoryParts, unread } from './commit-reader.ts';
import { isPlainPath } from './paths.ts';
import { revertDiff } from './unified-diff.ts';

export interface GithubReaderOptions extends Omit<BoundedFetchOptions, 'headers' | 'decode'> {
  readonly maxDiffBytes: number;
  readonly maxFileBytes: number;
  /** Sent to both servers; without one GitHub allows less. */
  readonly token?: string;
  /** Where diffs are. */
  readonly webUrl?: string;
  /** Where contents are. */
  readonly rawUrl?: string;
}

export function createGithubReader(options: GithubReaderOptions): CommitReader {
  const { webUrl = 'https://github.com', rawUrl = 'https://raw.githubusercontent.com' } = options;
  const { token, maxDiffBytes, maxFileBytes } = options;
  const settings = { ...options, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } };
  return {
    async diff(fix) {
      if (!isCommitHash(fix.commit)) return unread('hostile-commit', fix.commit);
      const name = nameOf(fix);
      if (name === undefined) return unread('unknown-repository', fix.repository);
      // One file in another encoding must not cost the others.
      const decode = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');
      const address = `${webUrl}/${name}/commit/${fix.commit}.diff`;
      return await fetchText(address, maxDiffBytes, { ...settings, decode });
    },
    async before(fix, file) {
      const [name, path] = [nameOf(fix), file.newPath];
      if (name === undefined || path === undefined || !isPlainPath(path) || !isCommitHash(fix.commit))
        return unread('not-found', path ?? fix.url);
      const address = `${rawUrl}/${name}/${fix.commit}/${path.split('/').map(encodeURIComponent).join('/')}`;
      const after = await fetchText(address, maxFileBytes, settings);
      if (after.kind === 'unread') return after;
      const text = revertDiff(after.text, file);
      if (text === undefined) return unread('does-not-fit', path);
      return text.includes('\ufffd') ? unread('not-text', path) : { kind: 'read', text };
    },
  };
}

/** `owner/name` on GitHub. */
function nameOf({ repository }: FixCommit): string | undefined {
  const parts = repositoryParts(repository);
  return parts?.host === 'github.com' && parts.path.length === 2 ? parts.path.join('/') : undefined;
}
