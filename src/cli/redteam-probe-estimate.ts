/** `purpcode redteam probe --estimate`: what it would cost; nothing is asked and no folder is made. */
import { CompletionJournal } from '../models/completion-journal.ts';
import type { Prices } from '../models/config.ts';
import { type Estimate, estimateCost } from '../models/estimate.ts';
import { Ledger } from '../models/ledger.ts';
import { ReplyCache } from '../models/reply-cache.ts';
import { plannedCalls, USUAL_TOKENS } from '../redteam/probe/estimate.ts';
import { withEstimateFolder } from './estimate-folder.ts';
import { estimateLines } from './estimate-lines.ts';
import { openModel, unasked } from './eval-model.ts';
import type { ProbePlan } from './redteam-probe-plan.ts';
import { knowledgeOf, usesAttacker } from './redteam-probe-run.ts';

/** @param folder of the probe: replies that are there are free. */
export async function estimateProbe(plan: ProbePlan, folder: string): Promise<void> {
  await withEstimateFolder(folder, async (run) => {
    const journal = new CompletionJournal(run.file('journal.sqlite'));
    try {
      print(plan, await figures(plan, journal));
    } finally {
      journal.close();
    }
  });
}

interface Figures {
  /** Usual lengths. */
  readonly usual: Estimate;
  /** Answers as long as they may be, every back-off used. */
  readonly most: Estimate;
}

async function figures(plan: ProbePlan, journal: CompletionJournal): Promise<Figures> {
  const { decoding, models, oracles, read, settings, library } = plan;
  const ledger = new Ledger({ journal });
  const shared = { ledger, cache: new ReplyCache(journal), role: 'target' };
  const target = await openModel(unasked(plan.target), { decoding, samples: 1 }, shared);
  const judge = typeof oracles.judge === 'string' ? undefined : oracles.judge;
  const prices: Record<'target' | 'attacker' | 'judge', Prices | undefined> = {
    target: target.prices,
    attacker: models.attacker?.prices,
    judge: judge?.models[0]?.prices,
  };
  const calls = {
    tasks: read.tasks,
    settings,
    library,
    knowledge: knowledgeOf(plan),
    target: decoding,
    hasAttacker: usesAttacker(plan),
    ...(judge === undefined ? {} : { judge }),
  };
  const sum = (usual: boolean): Estimate =>
    estimateCost(plannedCalls(calls, usual), {
      prices: (role) => prices[role],
      isKnown: ({ role, request }) => role === 'target' && target.isKnown(request),
      budget: models.budget,
    });
  try {
    return { usual: sum(true), most: sum(false) };
  } finally {
    await target.close();
  }
}

function print({ flags }: ProbePlan, figures: Figures): void {
  if (flags.json) return void process.stdout.write(`${JSON.stringify(figures)}\n`);
  const { answer, attack, judgement } = USUAL_TOKENS;
  const usual = `as if nothing broke, with usual answers (${answer} tokens, attacks ${attack}, judgements ${judgement})`;
  process.stdout.write(`${estimateLines(figures, { usual }).join('\n')}\n`);
}
