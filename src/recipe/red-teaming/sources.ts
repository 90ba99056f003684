/** What red-teaming begins from: vulnerable code, malicious requests. Rows that cannot be read are named, never lost. */
import { CYSECBENCH_FILE } from '../../datasets/cysecbench.ts';
import { type DataFile, dataPath } from '../../datasets/data-file.ts';
import { HARMBENCH_FILE } from '../../datasets/harmbench.ts';
import type { RowProblem } from '../../datasets/rows.ts';
import { STRONGREJECT_FILE } from '../../datasets/strongreject.ts';
import { ConfigError } from '../../errors.ts';
import type { Task } from '../../oracles/task.ts';
import { Random } from '../../random.ts';
import { buildCorpus, type Corpus } from '../../redteam/corpus/build-corpus.ts';
import { openSources } from '../../redteam/corpus/open-sources.ts';
import type { LoadedSource } from '../../redteam/corpus/snippet.ts';
import { type GenerationCounts, noGenerations } from '../../redteam/generation.ts';
import { stratifiedSample } from '../../redteam/jailbreaks/sampling.ts';
import { modelRequestClassifier } from '../../redteam/malicious/classify.ts';
import { keywordRequestClassifier } from '../../redteam/malicious/keywords.ts';
import { type MaliciousTasks, maliciousTasks } from '../../redteam/malicious/malicious-tasks.ts';
import {
  type MaliciousFormat,
  type MaliciousRequests,
  readMaliciousRequests,
} from '../../redteam/malicious/requests.ts';
import type { RedTeamContext } from './context.ts';
import type { RedTeaming } from './schema.ts';

/** A row that was left out, and of what. */
export interface Problem extends RowProblem {
  readonly source: string;
}

export interface CollectedCode {
  readonly sources: readonly LoadedSource[];
  readonly corpus: Corpus;
  readonly problems: readonly Problem[];
}

/** Vulnerable code of public sources, certified. */
export async function collectCode(context: RedTeamContext): Promise<CollectedCode> {
  const { settings, run, progress, models } = context;
  const { translate, minSeverity, batch, ...corpus } = settings.corpus;
  const sources = await openSources(
    { ...corpus, minSeverity, batch },
    {
      dataFolder: settings.data,
      store: {
        get: (key) => run.journal.get('redteam.commits', key),
        put: (key, value) => run.journal.put('redteam.commits', key, value),
      },
    },
  );
  const job = progress.start('vulnerable code', 100);
  const translation = {
    model: models.model('synthesizer'),
    seed: settings.seed,
    concurrency: context.concurrency('synthesizer'),
  };
  const built = await buildCorpus({
    sources,
    analyser: context.analyser,
    ruleFor: (finding) => context.library.ruleFor(finding),
    minSeverity,
    batch,
    similarity: context.similarity,
    ...(translate && { translation }),
    onProgress: ({ stage, done, total }) => job.update(Math.round((100 * done) / total), stage),
  });
  const { certified, cwes } = built.statistics.total;
  job.end(`${certified} certified snippets of ${sources.length} sources, ${cwes.length} CWEs`);
  const problems = sources.flatMap(({ source, problems: rows }) => rows.map((row) => ({ source, ...row })));
  return { sources, corpus: built, problems };
}

const MALICIOUS_FILES: Readonly<Record<Exclude<MaliciousFormat, 'jsonl'>, DataFile>> = {
  cysecbench: CYSECBENCH_FILE,
  harmbench: HARMBENCH_FILE,
  strongreject: STRONGREJECT_FILE,
};

export interface CollectedRequests {
  readonly malicious: MaliciousTasks;
  /** Those that go on: all, or `limit` of them. */
  readonly tasks: readonly Task[];
  readonly problems: readonly Problem[];
  /** What was asked of the classifier. */
  readonly classified: GenerationCounts;
}

/** @throws ConfigError for a source of one's own without a path. */
export function requestFiles({ malicious, data }: RedTeaming): { format: MaliciousFormat; path: string }[] {
  return malicious.sources.map(({ format, path }) => ({ format, path: fileOf(format, path, data) }));
}

export function readRequests(settings: RedTeaming): MaliciousRequests[] {
  return requestFiles(settings).map(({ format, path }) => readMaliciousRequests(format, path));
}

/** Malicious requests about computers, each in one of the ten categories. */
export async function collectRequests(context: RedTeamContext): Promise<CollectedRequests> {
  const { settings, models, progress, secret, concurrency } = context;
  const { classifier, sources, limit } = settings.malicious;
  const read = readRequests(settings);
  const requests = read.flatMap((file) => file.requests);
  const job = progress.start('malicious requests', requests.length);
  const classified = noGenerations();
  const labelling = {
    seed: settings.seed,
    secret,
    concurrency: concurrency('classifier'),
    counts: classified,
  };
  const sorted = await maliciousTasks(
    requests,
    classifier === 'keywords' || sources.length === 0
      ? keywordRequestClassifier
      : modelRequestClassifier({ model: models.model('classifier'), ...labelling }),
  );
  const random = new Random(settings.seed, 'malicious requests');
  const tasks = limit === undefined ? sorted.tasks : stratifiedSample(sorted.tasks, limit, random);
  job.end(`${sorted.counts.kept} of ${requests.length} are about computers`);
  const problems = read.flatMap((file, index) =>
    file.problems.map((row) => ({ source: sources[index]!.format, ...row })),
  );
  return { malicious: sorted, tasks, problems, classified };
}

function fileOf(format: MaliciousFormat, path: string | undefined, data: string): string {
  const file = path ?? (format === 'jsonl' ? undefined : dataPath(data, MALICIOUS_FILES[format]));
  if (file !== undefined) return file;
  throw new ConfigError('malicious.sources: a source of format jsonl needs a path');
}
