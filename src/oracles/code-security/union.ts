import { type Analyser, type AnalysisResult, languagesOf } from './analyser.ts';

/** Several analysers as one that finds what any of them finds. Where one fails, the snippet's result is its failure. */
export function unionOf(analysers: readonly Analyser[]): Analyser {
  const languages = languagesOf(analysers);
  return {
    name: analysers.map(({ name }) => name).join('+'),
    ...(languages === undefined ? {} : { languages }),
    async analyse(snippets) {
      const runs = await Promise.all(analysers.map((analyser) => analyser.analyse(snippets)));
      return snippets.map((_snippet, index) => unite(runs.map((results) => results[index]!)));
    },
  };
}

function unite(results: readonly AnalysisResult[]): AnalysisResult {
  const failure = results.find((result) => result.kind === 'failed');
  if (failure !== undefined) return failure;
  return {
    kind: 'analysed',
    findings: results.flatMap((result) => (result.kind === 'failed' ? [] : result.findings)),
  };
}
