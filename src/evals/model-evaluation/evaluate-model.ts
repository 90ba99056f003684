/**
 * Runs benchmarks on a model: answers are generated with as many calls in flight as the model takes, and verified in
 * batches meanwhile. Replies and decided verdicts are journalled by content: the same evaluation again, after a kill
 * or with more benchmarks, repeats none of them.
 */
import { z } from 'zod';
import { type KeyedJournal, keptRow } from '../../models/completion-journal.ts';
import type { CostReport, Ledger } from '../../models/ledger.ts';
import { mapConcurrent } from '../../models/map-concurrent.ts';
import { judgeWatch, type Watched } from '../../oracles/judges/judge-watch.ts';
import { JUDGED } from '../../oracles/judges/judgement.ts';
import type { Progress } from '../../runs/progress.ts';
import {
  type Evaluation,
  type EvaluationResults,
  type PromptRow,
  RESULTS_VERSION,
  type ResponseRow,
  writeEvaluation,
  writeEvaluationResults,
} from '../results.ts';
import { Batches } from './batches.ts';
import type { PlannedBenchmark } from './plan.ts';
import type { Responder, Sample } from './responder.ts';
import type { Answered, Verifier } from './verifier.ts';

export interface ModelEvaluationOptions {
  /** Where the results are written; nobody else writes there meanwhile. */
  readonly folder: string;
  readonly journal: KeyedJournal;
  readonly benchmarks: readonly PlannedBenchmark[];
  readonly responder: Responder;
  readonly verifier: Verifier;
  /** Of the model and of judges: the evaluation stops when its budget is reached. */
  readonly ledger: Ledger;
  /** What the results say of the model and of how it was evaluated. */
  readonly about: Pick<Evaluation, 'model' | 'parameters' | 'given' | 'skipped'>;
  readonly progress: Progress;
  readonly clock?: () => number;
}

/** Batches that are verified at once, and the most responses of one. */
const BATCHES = { active: 3, size: 256 };

const STAGE = 'evaluation';

/**
 * @throws ModelError when the budget is reached or the endpoint is down; the same evaluation again goes on from there.
 */
export async function evaluateModel(options: ModelEvaluationOptions): Promise<EvaluationResults> {
  const { folder, journal, benchmarks, progress } = options;
  const watch = new Stopwatch(journal, options.clock ?? Date.now);
  const evaluation = (finished: string | null): Evaluation => ({
    version: RESULTS_VERSION,
    started: watch.started,
    finished,
    ...options.about,
    benchmarks: benchmarks.map(({ about }) => about),
    cost: costOf(options.ledger.report()),
    seconds: watch.seconds(),
  });
  writeEvaluation(folder, evaluation(null));
  const samples = benchmarks.flatMap((benchmark) => samplesOf(benchmark, options.responder));
  const job = progress.start('evaluation', samples.length);
  const rows: ResponseRow[] = [];
  let [done, undecided] = [0, 0];
  const watchJudge = judgeWatch(options.ledger, {
    answers: 'responses',
    settings: '--models or --oracles',
  });
  const batches = new Batches<Indexed>(async (batch) => {
    const verified = await options.verifier.verify(batch);
    watchJudge(verified.map(watched));
    for (const [at, row] of verified.entries()) rows[batch[at]!.index] = row;
    undecided += verified.filter(({ outcome }) => outcome === 'undecided').length;
    done += verified.length;
    job.update(done, undecided === 0 ? undefined : `${undecided} undecided`);
    watch.save();
  }, BATCHES);
  try {
    for await (const answered of answers(samples, options.responder)) await batches.add(answered);
    await batches.end();
  } finally {
    await batches.settle();
    watch.save();
  }
  job.end(`${undecided} undecided`);
  const results = {
    evaluation: evaluation(new Date((options.clock ?? Date.now)()).toISOString()),
    prompts: benchmarks.flatMap(promptRows),
    responses: rows,
  };
  writeEvaluationResults(folder, results);
  return results;
}

function watched({ verdicts, cause }: ResponseRow): Watched {
  const own = JUDGED.flatMap((name) => verdicts[name] ?? []);
  // Where another oracle has failed the response, nobody says why the judge did not decide.
  return { judged: own.length > 0 && (cause !== null || !own.includes('undecided')), cause };
}

interface Indexed extends Answered {
  readonly index: number;
}

function answers(samples: readonly Sample[], responder: Responder): AsyncGenerator<Indexed> {
  return mapConcurrent(samples, { limit: responder.concurrency }, async (sample, index, signal) => ({
    ...sample,
    index,
    answer: await responder.answer(sample, signal),
  }));
}

function samplesOf({ about, tasks }: PlannedBenchmark, responder: Responder): Sample[] {
  return tasks.flatMap((task) =>
    Array.from({ length: responder.samplesOf(about.name, task) }, (_, sample) => ({
      benchmark: about.name,
      task,
      sample,
    })),
  );
}

function promptRows({ about, tasks }: PlannedBenchmark): PromptRow[] {
  return tasks.map(({ id, source, messages, oracles, family, cwes, provenance }) => ({
    benchmark: about.name,
    id,
    source,
    messages: [...messages],
    oracles: [...oracles],
    family,
    cwes: [...cwes],
    provenance: { ...provenance },
  }));
}

function costOf({ usd, calls, tokens, roles }: CostReport): Evaluation['cost'] {
  return {
    usd,
    calls,
    tokens,
    roles: Object.fromEntries(
      Object.entries(roles).map(([role, cost]) => [
        role,
        {
          calls: cost.calls,
          cacheHits: cost.cacheHits,
          retries: cost.retries,
          tokens: { input: cost.inputTokens, output: cost.outputTokens },
          usd: cost.usd,
        },
      ]),
    ),
  };
}

const timeRow = z.object({ started: z.string(), seconds: z.number() });

/** Wall time of all attempts; what was killed counts up to its last batch. */
class Stopwatch {
  readonly started: string;
  readonly #journal: KeyedJournal;
  readonly #clock: () => number;
  readonly #begun: number;
  readonly #before: number;

  constructor(journal: KeyedJournal, clock: () => number) {
    this.#journal = journal;
    this.#clock = clock;
    this.#begun = clock();
    const kept = keptRow(journal, { stage: STAGE, key: 'time' }, timeRow);
    this.started = kept?.started ?? new Date(this.#begun).toISOString();
    this.#before = kept?.seconds ?? 0;
  }

  seconds(): number {
    return this.#before + (this.#clock() - this.#begun) / 1000;
  }

  save(): void {
    // A disk that is full fails the next reply or verdict that is kept, which is waited for.
    void Promise.resolve(
      this.#journal.put(STAGE, 'time', { started: this.started, seconds: this.seconds() }),
    ).catch(() => {});
  }
}
