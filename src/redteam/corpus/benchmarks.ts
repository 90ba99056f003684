/**
 * Sources that models are also measured by. Training on prompts made from their code would be training on the test
 * in another wording, which no comparison of texts finds: a benchmark is either a source or held apart.
 */

/** source: the names of the evaluations that its rows are in (src/evals/benchmarks, src/datasets/registry.ts). */
const BENCHMARKS: Readonly<Record<string, readonly string[]>> = {
  sallm: ['sallm'],
  cyberseceval: ['cyberseceval-instruct', 'cyberseceval-autocomplete'],
  codelmsec: ['codelmsec'],
  // No evaluation of ours, but the half that its authors hold out.
  'safecoder-validation': ['safecoder-validation'],
};

/** Sources whose code becomes seeds only when a user names them (`benchmarks` in corpusSchema). */
export const BENCHMARK_SOURCES = ['safecoder-validation', 'sallm', 'cyberseceval', 'codelmsec'] as const;
export type BenchmarkSource = (typeof BENCHMARK_SOURCES)[number];

/** The evaluations that a source belongs to, none for a source that is there for training. */
export function benchmarksOf(source: string): readonly string[] {
  return Object.hasOwn(BENCHMARKS, source) ? BENCHMARKS[source]! : [];
}
