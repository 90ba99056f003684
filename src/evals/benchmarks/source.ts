/** A public benchmark: what it measures, where its files come from and how they are read. One file each beside this. */
import type { DataFile } from '../../datasets/data-file.ts';
import type { RowProblem } from '../../datasets/rows.ts';
import type { Axis, Benchmark } from '../benchmark.ts';

export interface LoadedBenchmark extends Benchmark {
  /** Rows of the files, read or not: scores say out of how many. */
  readonly rows: number;
  readonly problems: readonly RowProblem[];
}

export interface BenchmarkSource {
  /** As the command line names it: `cyberseceval-instruct`. */
  readonly name: string;
  /** As the paper's tables name it. */
  readonly title: string;
  readonly axis: Axis;
  /** What the score is the percentage of, in words: `secure`, `safe`, `answered`, `pass@1`. */
  readonly metric: string;
  readonly files: readonly DataFile[];
  /**
   * Reads the benchmark from the data folder. Rows that are wrong become problems.
   * @throws ConfigError when a file is missing or is not this benchmark's: what was expected and what was found.
   */
  load(dataFolder: string): Promise<LoadedBenchmark>;
}
