/** `--benchmark a,b|all`: which benchmarks are evaluated, read from the data folder. */

import { join } from 'node:path';
import { ConfigError, PurpcodeError } from '../errors.ts';
import type { BenchmarkSource, LoadedBenchmark } from '../evals/benchmarks/source.ts';
import { type PlannedBenchmark, planBenchmark } from '../evals/model-evaluation/plan.ts';
import { readRewardItem } from '../oracles/reward-items.ts';
import { exists, readText } from '../runs/files.ts';

const BENCHMARKS: readonly BenchmarkSource[] = [];

function jsonlBenchmark(path: string): BenchmarkSource {
  const name = path;
  return {
    name,
    title: path,
    axis: 'code-security',
    metric: 'passed',
    files: [],
    load: async () => {
      const lines = readText(path)
        .split('\n')
        .filter((line) => line !== '');
      const tasks = lines.map((line, index) => {
        const { id, ...row } = JSON.parse(line) as Record<string, unknown>;
        const { item } = readRewardItem({ id, response: '', ...row }, `${path}:${index + 1}`);
        return { ...item.task, id: String(id) };
      });
      return { name, axis: 'code-security', group: 'reported', tasks, rows: tasks.length, problems: [] };
    },
  };
}

const FILE_PREFIX = 'jsonl:';

interface Chosen {
  readonly benchmarks: PlannedBenchmark[];
  /** Of `all`, those whose files are not in the data folder. */
  readonly skipped: { name: string; reason: string }[];
}

/**
 * @param names of the registry, `jsonl:FILE`, or `all`.
 * @throws ConfigError for a name that is not known, listing those that are; whatever a loader throws.
 */
export async function chooseBenchmarks(
  names: string | undefined,
  options: { readonly data: string; readonly limit: number | null; readonly seed: number },
): Promise<Chosen> {
  const known = BENCHMARKS.map(({ name }) => name);
  if (names === undefined || names.trim() === '') {
    throw new ConfigError('which benchmarks? there is no --benchmark', {
      hint: `all, jsonl:FILE, ${known.join(', ')}`,
    });
  }
  const chosen: Chosen = { benchmarks: [], skipped: [] };
  for (const source of sourcesOf(names, known)) {
    const absent =
      names === 'all' ? source.files.filter(({ path }) => !exists(join(options.data, path))) : [];
    if (absent.length === 0) {
      chosen.benchmarks.push(planBenchmark(source, await load(source, options.data), options));
    } else {
      const paths = absent.map(({ path }) => join(options.data, path));
      chosen.skipped.push({ name: source.name, reason: `there is no ${paths.join(', ')}` });
    }
  }
  if (chosen.benchmarks.length > 0) return chosen;
  throw new ConfigError(`${options.data} has the files of no benchmark`, {
    hint: '`purpcode data get` downloads them; --data names the folder of local copies',
  });
}

function sourcesOf(names: string, known: readonly string[]): BenchmarkSource[] {
  if (names === 'all') return [...BENCHMARKS];
  const wanted = [...new Set(names.split(',').map((name) => name.trim()))].filter((name) => name !== '');
  return wanted.map((name) => {
    if (name.startsWith(FILE_PREFIX)) return jsonlBenchmark(name.slice(FILE_PREFIX.length));
    const source = BENCHMARKS.find((benchmark) => benchmark.name === name);
    if (source !== undefined) return source;
    throw new ConfigError(`there is no benchmark ${name}`, {
      hint: `known are all, jsonl:FILE, ${known.join(', ')}`,
    });
  });
}

/** An error of a loader says which benchmark it belongs to, and how to get the file. */
async function load(source: BenchmarkSource, data: string): Promise<LoadedBenchmark> {
  try {
    return await source.load(data);
  } catch (error) {
    if (!(error instanceof PurpcodeError)) throw error;
    throw new ConfigError(`benchmark ${source.name}: ${error.message}`, {
      cause: error,
      hint: error.hint ?? `\`purpcode data get ${source.name}\` downloads its files`,
    });
  }
}
