/** The sources that the settings name, read: what buildCorpus takes. */
import { existsSync } from 'node:fs';
import { PAIRS_FILE } from '../../datasets/codelmsec.ts';
import { INSTRUCT_FILE } from '../../datasets/cyberseceval.ts';
import { type DataFile, dataPath } from '../../datasets/data-file.ts';
import { type Advisory, readAdvisories } from '../../datasets/osv.ts';
import type { Rows } from '../../datasets/rows.ts';
import { SAFECODER_TRAIN_FILE, SAFECODER_VALIDATION_FILE } from '../../datasets/safecoder.ts';
import { SALLM_FILE } from '../../datasets/sallm.ts';
import { ConfigError } from '../../errors.ts';
import type { BenchmarkSource } from './benchmarks.ts';
import type { CorpusConfig } from './corpus-config.ts';
import { loadCodelmsec, loadCyberSecEval, loadOwnCode, loadSafecoder, loadSallm } from './loaders.ts';
import { fetchAdvisories } from './osv/advisories.ts';
import { type CollectOptions, collectFromAdvisories } from './osv/collect.ts';
import type { CommitReader } from './osv/commit-reader.ts';
import { createGitReader } from './osv/git-reader.ts';
import { createGithubReader } from './osv/github-reader.ts';
import type { LengthLimits, LoadedSource } from './snippet.ts';

export interface SourceSurroundings {
  /** Folder of the public data sets. */
  readonly dataFolder: string;
  /** For the token that `osv.tokenVariable` names. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly fetch?: typeof globalThis.fetch;
  /** Keeps what commits gave over restarts. */
  readonly store?: NonNullable<CollectOptions['store']>;
  readonly onProgress?: (progress: {
    readonly stage: 'commits';
    readonly done: number;
    readonly total: number;
  }) => void;
}

const BENCHMARK_FILES: Readonly<Record<BenchmarkSource, DataFile>> = {
  'safecoder-validation': SAFECODER_VALIDATION_FILE,
  sallm: SALLM_FILE,
  cyberseceval: INSTRUCT_FILE,
  codelmsec: PAIRS_FILE,
};

/** What `openSources` will read of the data folder. */
export function publicFiles({ safecoder, benchmarks }: CorpusConfig): DataFile[] {
  return [
    ...(safecoder ? [SAFECODER_TRAIN_FILE] : []),
    ...[...new Set(benchmarks)].map((name) => BENCHMARK_FILES[name]),
  ];
}

/**
 * In the order in which they count: SafeCoder, OSV, files of one's own, benchmarks.
 * @throws ConfigError, IoError for a file that is not there or is another one.
 */
export async function openSources(
  config: CorpusConfig,
  surroundings: SourceSurroundings,
): Promise<LoadedSource[]> {
  const { dataFolder } = surroundings;
  const { lengths, osv } = config;
  const at = (file: DataFile) => present(dataFolder, file);
  const sources: LoadedSource[] = [];
  if (config.safecoder)
    sources.push(loadSafecoder(at(SAFECODER_TRAIN_FILE), { source: 'safecoder', lengths }));
  if (osv !== undefined) sources.push(await openOsv(osv, lengths, surroundings));
  for (const file of config.files) sources.push(...loadOwnCode(file, lengths));
  const benchmarks: Readonly<Record<BenchmarkSource, (path: string) => LoadedSource>> = {
    'safecoder-validation': (path) => loadSafecoder(path, { source: 'safecoder-validation', lengths }),
    sallm: (path) => loadSallm(path, lengths),
    cyberseceval: (path) => loadCyberSecEval(path, lengths),
    codelmsec: (path) => loadCodelmsec(path, lengths),
  };
  for (const name of new Set(config.benchmarks)) sources.push(benchmarks[name](at(BENCHMARK_FILES[name])));
  return sources;
}

function present(dataFolder: string, file: DataFile): string {
  const path = dataPath(dataFolder, file);
  if (existsSync(path)) return path;
  throw new ConfigError(`${path} is not there`, {
    hint: `\`purpcode data get ${file.path.split('/')[0]}\` downloads it; or leave the source out of the corpus settings`,
  });
}

async function openOsv(
  osv: NonNullable<CorpusConfig['osv']>,
  lengths: LengthLimits,
  surroundings: SourceSurroundings,
): Promise<LoadedSource> {
  const { environment = process.env, fetch = globalThis.fetch, store, onProgress } = surroundings;
  const network = { fetch, timeoutMs: 1000 * osv.timeoutSeconds, retries: osv.retries };
  const files = osv.advisories === undefined ? NO_ROWS : readAdvisories(osv.advisories);
  const asked =
    osv.ids.length === 0 ? NO_ROWS : await fetchAdvisories(osv.ids, { ...network, apiUrl: osv.apiUrl });
  const { commits, webUrl, rawUrl, maxDiffBytes, maxFileBytes } = osv;
  const limits = { maxDiffBytes, maxFileBytes };
  const token = environment[osv.tokenVariable];
  const reader: CommitReader =
    commits === 'github'
      ? createGithubReader({ ...network, ...limits, webUrl, rawUrl, ...(token && { token }) })
      : createGitReader({ ...limits, folder: commits.clones, timeoutMs: network.timeoutMs });
  return await collectFromAdvisories({
    advisories: {
      rows: [...files.rows, ...asked.rows],
      problems: [...files.problems, ...asked.problems],
      count: files.count + asked.count,
    },
    reader,
    concurrency: osv.concurrency,
    maxSourceFiles: osv.maxSourceFiles,
    lengths,
    ...(store !== undefined && { store }),
    onProgress: (done, total) => onProgress?.({ stage: 'commits', done, total }),
  });
}

const NO_ROWS: Rows<Advisory> = { rows: [], problems: [], count: 0 };
