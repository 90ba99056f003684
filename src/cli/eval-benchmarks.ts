/** `--benchmark a,b|all`: which benchmarks are evaluated, read from the data folder. */
import { dataPath } from '../datasets/data-file.ts';
import { ConfigError, PurpcodeError } from '../errors.ts';
import { BENCHMARKS, findBenchmark } from '../evals/benchmarks/benchmarks.ts';
import { genericBenchmarks } from '../evals/benchmarks/generic-jsonl.ts';
import { isRecipeTasks, recipeBenchmarks } from '../evals/benchmarks/recipe-tasks.ts';
import type { BenchmarkSource, LoadedBenchmark } from '../evals/benchmarks/source.ts';
import { type PlannedBenchmark, planBenchmark } from '../evals/model-evaluation/plan.ts';
import { exists } from '../runs/files.ts';

/** A file of prompts of one's own, or of a run, instead of a known benchmark. */
const FILE = /\.jsonl(\.gz)?$/;

interface Chosen {
  readonly benchmarks: PlannedBenchmark[];
  /** Of `all`, those whose files are not in the data folder. */
  readonly skipped: { name: string; reason: string }[];
}

interface ChooseOptions {
  readonly data: string;
  readonly limit: number | null;
  readonly seed: number;
  /** For who takes the tasks of all together: the same file of two runs has the same names. */
  readonly sameNames?: boolean;
}

/**
 * @param names of the registry, files of prompts, or `all` whose files are there.
 * @throws ConfigError for a name that is not known, listing those that are; whatever a loader throws.
 */
export async function chooseBenchmarks(names: string | undefined, options: ChooseOptions): Promise<Chosen> {
  const chosen: Chosen = { benchmarks: [], skipped: [] };
  for (const source of names === 'all' ? BENCHMARKS : sourcesOf(names ?? '', options)) {
    const paths = source.files.map((file) => dataPath(options.data, file));
    const absent = names === 'all' ? paths.filter((path) => !exists(path)) : [];
    if (absent.length > 0)
      chosen.skipped.push({ name: source.name, reason: `there is no ${absent.join(', ')}` });
    else chosen.benchmarks.push(planBenchmark(source, await load(source, options.data), options));
  }
  if (chosen.benchmarks.length > 0) return chosen;
  throw new ConfigError(`${options.data} has the files of no benchmark`, {
    hint: '`purpcode data get` downloads them; --data names the folder of local copies',
  });
}

function sourcesOf(
  names: string,
  { sameNames = false }: Pick<ChooseOptions, 'sameNames'>,
): BenchmarkSource[] {
  const wanted = names.split(',').map((name) => name.trim());
  const sources = [...new Set(wanted)]
    .filter((name) => name !== '')
    .flatMap((name) => (FILE.test(name) ? fileBenchmarks(name) : findBenchmark(name)));
  if (sources.length === 0) {
    const known = BENCHMARKS.map(({ name }) => name).join(', ');
    throw new ConfigError('which benchmarks? --benchmark names none', {
      hint: `all, ${known}, or a file of prompts (.jsonl)`,
    });
  }
  const twice = sources.find(({ name }, index) => sources.findIndex((other) => other.name === name) < index);
  if (twice === undefined || sameNames) return sources;
  throw new ConfigError(`two benchmarks are called ${twice.name}`, {
    hint: 'rename one of the files (of two runs: its folder), or evaluate them apart',
  });
}

function fileBenchmarks(path: string): BenchmarkSource[] {
  return isRecipeTasks(path) ? recipeBenchmarks(path) : genericBenchmarks(path);
}

/** An error of a loader says which benchmark it belongs to. */
async function load(source: BenchmarkSource, data: string): Promise<LoadedBenchmark> {
  try {
    return await source.load(data);
  } catch (error) {
    if (!(error instanceof PurpcodeError)) throw error;
    throw new ConfigError(`${source.name}: ${error.message}`, {
      cause: error,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
}
