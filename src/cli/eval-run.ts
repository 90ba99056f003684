/** From a plan of `purpcode eval` to the results in its folder. */
import { randomBytes } from 'node:crypto';
import { evaluateModel } from '../evals/model-evaluation/evaluate-model.ts';
import { givenResponses } from '../evals/model-evaluation/given-responses.ts';
import type { PlannedBenchmark } from '../evals/model-evaluation/plan.ts';
import type { Responder } from '../evals/model-evaluation/responder.ts';
import { Verifier } from '../evals/model-evaluation/verifier.ts';
import type { Evaluation } from '../evals/results.ts';
import type { CompletionJournal } from '../models/completion-journal.ts';
import { Ledger } from '../models/ledger.ts';
import { ReplyCache } from '../models/reply-cache.ts';
import { openOracles } from '../oracles/oracles.ts';
import { createRewardModel } from '../oracles/reward.ts';
import { readText } from '../runs/files.ts';
import type { RunDirectory } from '../runs/run-directory.ts';
import { aboutModel, checkEndpoints, openModel } from './eval-model.ts';
import { decodingOf, generationOf, type Plan } from './eval-plan.ts';
import { givenText } from './eval-text.ts';
import { packageVersion } from './package-version.ts';

interface Place {
  readonly run: RunDirectory;
  readonly journal: CompletionJournal;
}

/** @throws PurpcodeError; the same plan again goes on from there. */
export async function evaluate(plan: Plan, { run, journal }: Place): Promise<void> {
  const { models, options, progress } = plan;
  const judges = typeof plan.oracles.judge === 'string' ? [] : plan.oracles.judge.models;
  await checkEndpoints(models.policy, judges);
  const ledger = new Ledger({ budget: models.budget, journal });
  const cache = new ReplyCache(journal);
  // Kept with the run: equal transcripts make equal requests to the judge, also after a kill.
  const secret = await run.journal.unit('judge', 'secret', async () => randomBytes(32).toString('hex'));
  const oracles = await openOracles(plan.oracles, {
    ledger,
    cache,
    secret,
    retryMalformed: options.reverify === true,
  });
  try {
    const asked = await openResponder(plan, { ledger, cache });
    try {
      for (const line of asked.notes) progress.say(line);
      await evaluateModel({
        folder: run.path,
        journal,
        ledger,
        progress,
        benchmarks: asked.benchmarks,
        responder: asked.responder,
        verifier: new Verifier({
          rewardModel: createRewardModel({ oracles: oracles.oracles }),
          format: options.format,
          journal,
          settings: plan.oracles,
          version: packageVersion(),
          anew: options.reverify === true,
        }),
        about: asked.about,
      });
    } finally {
      await asked.close();
    }
  } finally {
    await oracles.close();
  }
}

interface Asked {
  readonly responder: Responder;
  readonly benchmarks: readonly PlannedBenchmark[];
  readonly about: Pick<Evaluation, 'model' | 'parameters' | 'given' | 'skipped'>;
  /** Lines for the user. */
  readonly notes: readonly string[];
  close(): Promise<void>;
}

async function openResponder(
  plan: Plan,
  shared: { readonly ledger: Ledger; readonly cache: ReplyCache },
): Promise<Asked> {
  const { policy } = plan.models;
  if (policy.kind === 'responses') return openGiven(plan, policy.file);
  const { samples } = plan.options;
  const { responder, close } = await openModel(policy, { decoding: decodingOf(plan), samples }, shared);
  const { benchmarks } = plan;
  return { responder, benchmarks, close, notes: [], about: aboutEvaluation(plan, { samples, given: null }) };
}

function openGiven(plan: Plan, file: string): Asked {
  const tasks = plan.benchmarks.map(({ about, all }) => ({ name: about.name, tasks: all }));
  const asked = plan.benchmarks.map(({ about, tasks: part }) => ({ name: about.name, tasks: part }));
  const given = givenResponses(readText(file), file, { all: tasks, asked });
  const benchmarks = plan.benchmarks.map((benchmark) => {
    const answered = benchmark.tasks.filter((task) => given.samplesOf(benchmark.about.name, task) > 0);
    return { ...benchmark, tasks: answered, about: { ...benchmark.about, tasks: answered.length } };
  });
  const { match, samples } = given;
  return {
    responder: given,
    benchmarks,
    notes: givenText(match, file),
    about: aboutEvaluation(plan, { samples, given: match }),
    close: async () => undefined,
  };
}

function aboutEvaluation(
  plan: Plan,
  { samples, given }: { readonly samples: number; readonly given: Evaluation['given'] },
): Asked['about'] {
  const { models, options, oracles, skipped } = plan;
  const { format, limit = null } = options;
  return {
    model: aboutModel(models.policy),
    parameters: {
      ...generationOf(plan),
      samples,
      format,
      limit,
      oracles: JSON.parse(JSON.stringify(oracles)) as Evaluation['parameters']['oracles'],
    },
    given,
    ...(skipped.length === 0 ? {} : { skipped: [...skipped] }),
  };
}
