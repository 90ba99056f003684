/** Entry point of an analysis thread: one snippet at a time, so that the pool knows which one it hangs on. */
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../errors.ts';
import type { Analyser, AnalysisResult, Snippet } from './analyser.ts';
import type { AnalysisReply, AnalysisRequest, AnalysisThreadData } from './analysis-pool.ts';

if (parentPort) serve(parentPort, workerData as AnalysisThreadData);

function serve(port: NonNullable<typeof parentPort>, { modules, current }: AnalysisThreadData): void {
  const place = new Int32Array(current);
  const analysers = new Map<number, Promise<Analyser>>();
  const load = (index: number): Promise<Analyser> => {
    const known = analysers.get(index) ?? create(modules[index]!);
    analysers.set(index, known);
    return known;
  };
  let last: Promise<void> = Promise.resolve();
  port.on('message', (request: AnalysisRequest) => {
    last = last.then(() => answer(request));
  });

  async function answer({ analyser, snippets }: AnalysisRequest): Promise<void> {
    const results: AnalysisResult[] = [];
    for (const [index, snippet] of snippets.entries()) {
      Atomics.store(place, 0, index);
      Atomics.add(place, 1, 1);
      results.push(await analyseOne(() => load(analyser), snippet));
    }
    port.postMessage({ results } satisfies AnalysisReply);
  }
}

async function create({
  module,
  factory,
  options,
}: AnalysisThreadData['modules'][number]): Promise<Analyser> {
  const loaded = (await import(module)) as Record<string, (options: unknown) => Analyser>;
  return loaded[factory]!(options);
}

async function analyseOne(load: () => Promise<Analyser>, snippet: Snippet): Promise<AnalysisResult> {
  try {
    const [result] = await (await load()).analyse([snippet]);
    return result ?? { kind: 'failed', cause: 'the analyser gave no result' };
  } catch (error) {
    return { kind: 'failed', cause: messageOf(error) };
  }
}
