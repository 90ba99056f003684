/**
 * From advisories to the code that their fixes changed, as it was before (SPEC "Vulnerable-code corpus": OSV advisory,
 * fixing commit, pre-patch code). Every advisory, commit, file and change that gives nothing is counted, with why.
 */
import type { Advisory, FixCommit } from '../../../datasets/osv.ts';
import type { Row, RowProblem, Rows } from '../../../datasets/rows.ts';
import { mapConcurrent } from '../../../models/map-concurrent.ts';
import type { Language } from '../../../transcripts/code-language.ts';
import { type CorpusSnippet, countDrop, DEFAULT_LENGTHS, type Drops, type LengthLimits } from '../snippet.ts';
import type { CommitReader, ReadFault } from './commit-reader.ts';
import { changedFunctions } from './functions.ts';
import { sourceLanguage } from './paths.ts';
import { changesOf, type FileDiff, parseUnifiedDiff } from './unified-diff.ts';

export interface CollectOptions {
  readonly advisories: Rows<Advisory>;
  readonly reader: CommitReader;
  /** Commits read at once. */
  readonly concurrency?: number;
  /** A commit that changes more source files is a release or a merge, not a fix. */
  readonly maxSourceFiles?: number;
  readonly lengths?: LengthLimits;
  /** Keeps what a commit gave, by its key: a killed run reads none twice. A run's journal fits. */
  readonly store?: {
    get(key: string): unknown;
    put(key: string, value: unknown): void;
  };
  readonly onProgress?: (done: number, total: number) => void;
}

export interface CollectedAdvisories {
  readonly source: 'osv';
  readonly snippets: readonly CorpusSnippet[];
  /** Malformed advisories, and commits and files that could not be read. */
  readonly problems: readonly RowProblem[];
  readonly counts: {
    /** Rows of the files, malformed ones included. */
    readonly rows: number;
    readonly snippets: number;
    /** Of all kinds together: `withdrawn`, `no-fix`, `commit: not-found`, `file: test`, `change: too-long`, ... */
    readonly dropped: Readonly<Drops>;
    /** Distinct commits that were asked for, and those that gave code. */
    readonly commits: number;
    readonly usedCommits: number;
  };
}

const DEFAULT_CONCURRENCY = 4;
const MAX_SOURCE_FILES = 20;

export async function collectFromAdvisories(options: CollectOptions): Promise<CollectedAdvisories> {
  const { advisories, concurrency = DEFAULT_CONCURRENCY, onProgress } = options;
  const dropped: Drops = {};
  const problems: RowProblem[] = [...advisories.problems];
  if (problems.length > 0) countDrop(dropped, 'malformed', problems.length);
  const commits = [...commitsOf(advisories.rows, dropped).values()];
  const snippets: CorpusSnippet[] = [];
  let [done, usedCommits] = [0, 0];
  for await (const { commit, content } of mapConcurrent(commits, { limit: concurrency }, async (commit) => ({
    commit,
    content: await stored(commit, options),
  }))) {
    for (const [reason, count] of Object.entries(content.dropped)) countDrop(dropped, reason, count);
    problems.push(...content.problems.map((reason) => ({ place: commit.fix.url, reason })));
    snippets.push(...content.functions.map((found) => snippetOf(found, commit)));
    if (content.functions.length > 0) usedCommits++;
    onProgress?.(++done, commits.length);
  }
  return {
    source: 'osv',
    snippets,
    problems,
    counts: {
      rows: advisories.count,
      snippets: snippets.length,
      dropped,
      commits: commits.length,
      usedCommits,
    },
  };
}

/** A commit with all that advisories say of it. */
interface AdvisedCommit {
  readonly fix: FixCommit;
  /** The first that names it; the others are of the same weakness. */
  readonly advisory: string;
  readonly place: string;
  readonly cwes: readonly number[];
}

/** By content, for advisories of several databases name the same commit. */
function commitsOf(rows: readonly Row<Advisory>[], dropped: Drops): Map<string, AdvisedCommit> {
  const commits = new Map<string, AdvisedCommit>();
  for (const { value, place } of rows) {
    if (value.withdrawn) countDrop(dropped, 'withdrawn');
    else if (value.fixes.length === 0) countDrop(dropped, 'no-fix');
    else {
      for (const fix of value.fixes) {
        const key = `${fix.repository.toLowerCase()}@${fix.commit}`;
        const known = commits.get(key) ?? { fix, advisory: value.id, place, cwes: [] };
        commits.set(key, { ...known, cwes: [...new Set([...known.cwes, ...value.cwes])] });
      }
    }
  }
  return commits;
}

interface FoundFunction {
  readonly code: string;
  readonly language: Language;
  readonly path: string;
  readonly startLine: number;
}

/** Plain JSON. */
interface CommitContent {
  readonly functions: FoundFunction[];
  readonly dropped: Drops;
  readonly problems: string[];
}

/** A server that does not answer now may answer later: that is not kept. */
async function stored(commit: AdvisedCommit, options: CollectOptions): Promise<CommitContent> {
  const { store, lengths = DEFAULT_LENGTHS, maxSourceFiles = MAX_SOURCE_FILES } = options;
  const key = JSON.stringify([commit.fix.repository, commit.fix.commit, lengths, maxSourceFiles]);
  const known = store?.get(key) as CommitContent | undefined;
  if (known !== undefined) return known;
  const content = await readCommit(commit.fix, options.reader, { lengths, maxSourceFiles });
  const isFinal = !Object.keys(content.dropped).some((reason) => reason.endsWith(': unreachable'));
  if (isFinal) store?.put(key, content);
  return content;
}

async function readCommit(
  fix: FixCommit,
  reader: CommitReader,
  limits: { readonly lengths: LengthLimits; readonly maxSourceFiles: number },
): Promise<CommitContent> {
  const content: CommitContent = { functions: [], dropped: {}, problems: [] };
  const leaveOut = (what: 'commit' | 'file', fault: ReadFault, detail: string) => {
    countDrop(content.dropped, `${what}: ${fault}`);
    content.problems.push(`${fault}: ${detail}`);
  };
  const diff = await reader.diff(fix);
  if (diff.kind === 'unread') {
    leaveOut('commit', diff.fault, diff.detail);
    return content;
  }
  const files = parseUnifiedDiff(diff.text);
  if (files === undefined) {
    leaveOut('commit', 'does-not-fit', 'what came is no diff');
    return content;
  }
  const sources = files.flatMap((file) => sourceOf(file, content.dropped));
  if (sources.length > limits.maxSourceFiles) {
    countDrop(content.dropped, 'commit: too-many-files');
    return content;
  }
  for (const { file, path, language } of sources) {
    const before = await reader.before(fix, file);
    if (before.kind === 'unread') {
      leaveOut('file', before.fault, before.detail);
      continue;
    }
    const { functions, faults } = changedFunctions(
      { code: before.text, language },
      changesOf(file),
      limits.lengths,
    );
    for (const fault of faults) countDrop(content.dropped, `change: ${fault}`);
    content.functions.push(...functions.map(({ code, startLine }) => ({ code, language, path, startLine })));
  }
  return content;
}

/** Source files that were there before and have changed since. */
function sourceOf(
  file: FileDiff,
  dropped: Drops,
): { readonly file: FileDiff; readonly path: string; readonly language: Language }[] {
  const { oldPath, newPath, hunks } = file;
  if (oldPath === undefined || newPath === undefined || hunks.length === 0) {
    const fault = hunks.length === 0 ? 'no-lines' : oldPath === undefined ? 'added' : 'deleted';
    countDrop(dropped, `file: ${fault}`);
    return [];
  }
  const source = sourceLanguage(oldPath);
  if ('language' in source) return [{ file, path: oldPath, language: source.language }];
  countDrop(dropped, `file: ${source.fault}`);
  return [];
}

function snippetOf({ code, language, path, startLine }: FoundFunction, commit: AdvisedCommit): CorpusSnippet {
  const { fix, advisory, cwes } = commit;
  return {
    code,
    language,
    cwes,
    origin: { source: 'osv', place: `${path}:${startLine}`, url: fix.url, advisory },
  };
}
