/** Settings of the vulnerable-code corpus: part of a campaign's settings. */
import { z } from 'zod';
import { SEVERITIES } from '../../oracles/code-security/analyser.ts';
import { BENCHMARK_SOURCES } from './benchmarks.ts';
import { lengthLimitsSchema } from './snippet.ts';

const megabyte = 1024 * 1024;
const address = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));

const osvSchema = z
  .strictObject({
    /** A file or a folder of advisories (`purpcode data list` says where they are published). */
    advisories: z.string().min(1).optional(),
    /** Ids of advisories to ask the API for, beside those of files: `GHSA-...`, `PYSEC-...`. */
    ids: z.array(z.string().min(1)).default([]),
    apiUrl: address.default('https://api.osv.dev'),
    /** Where fixing commits are read: from GitHub, or from clones in a folder by address: `github.com/owner/name`. */
    commits: z.union([z.literal('github'), z.strictObject({ clones: z.string().min(1) })]).default('github'),
    webUrl: address.default('https://github.com'),
    rawUrl: address.default('https://raw.githubusercontent.com'),
    /** Environment variable that may hold a token for GitHub; without one GitHub allows less. */
    tokenVariable: z.string().min(1).default('GITHUB_TOKEN'),
    /** A commit with a longer diff is left out. */
    maxDiffBytes: z.int().min(1).default(megabyte),
    maxFileBytes: z.int().min(1).default(megabyte),
    /** A commit that changes more source files is a release or a merge, not a fix. */
    maxSourceFiles: z.int().min(1).default(20),
    /** Of one request, or one call of git. */
    timeoutSeconds: z.number().positive().default(60),
    /** After a request that failed for a reason that may pass. */
    retries: z.int().min(0).default(4),
    /** Commits read at once. */
    concurrency: z.int().min(1).default(4),
  })
  .refine(({ advisories, ids }) => advisories !== undefined || ids.length > 0, {
    path: ['advisories'],
    message: 'name a file or folder of advisories, or ids',
  });

export const corpusSchema = z.strictObject({
  /** Whether SafeCoder's training half, if it is in the data folder, is a source. */
  safecoder: z.boolean().default(true),
  /** Advisories and their fixing commits. */
  osv: osvSchema.optional(),
  /** Files of one's own, JSON lines of `{ id, code, language?, cwes?, origin? }` (docs/guides/corpus.md). */
  files: z.array(z.string().min(1)).default([]),
  /**
   * Benchmarks whose code is to be seeds all the same. Prompts of such seeds are training on the test for whoever
   * measures by that benchmark (benchmarksOf).
   */
  benchmarks: z.array(z.enum(BENCHMARK_SOURCES)).default([]),
  /** Code outside these lengths is left out. */
  lengths: lengthLimitsSchema.prefault({}),
  /** Findings below it certify nothing. */
  minSeverity: z.enum(SEVERITIES).default('medium'),
  /** Snippets in one request to the analysers. */
  batch: z.int().min(1).default(256),
});

/** With defaults filled in. */
export type CorpusConfig = z.output<typeof corpusSchema>;
