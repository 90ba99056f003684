/** From a plan of `purpcode redteam probe` to its attempts. */
import { randomBytes } from 'node:crypto';
import type { CompletionJournal } from '../models/completion-journal.ts';
import { checkChatModel, createChatModel } from '../models/create-chat-model.ts';
import { type CostReport, Ledger } from '../models/ledger.ts';
import { ReplyCache } from '../models/reply-cache.ts';
import { judgeWatch } from '../oracles/judges/judge-watch.ts';
import { openOracles } from '../oracles/oracles.ts';
import { createRewardModel } from '../oracles/reward.ts';
import type { GenerationCounts } from '../redteam/generation.ts';
import { createAttackOracle } from '../redteam/jailbreaks/attack-oracle.ts';
import { type Attacker, createAttacker } from '../redteam/jailbreaks/attacker.ts';
import { ruleExamples } from '../redteam/jailbreaks/rule-examples.ts';
import { createTarget } from '../redteam/jailbreaks/target.ts';
import type { Attempt } from '../redteam/probe/attempt.ts';
import { probe } from '../redteam/probe/probe.ts';
import { analyserRules } from '../redteam/rule-library/analyser-rules.ts';
import { loadCweTable } from '../rules/cwe.ts';
import type { RunDirectory } from '../runs/run-directory.ts';
import { checkEndpoints, openModel } from './eval-model.ts';
import { type ProbePlan, writeProbeIdentity } from './redteam-probe-plan.ts';

export interface Probed {
  readonly attempts: readonly Attempt[];
  /** What became of the attacker's questions; null without an attacker. */
  readonly attacker: GenerationCounts | null;
  readonly cost: CostReport;
}

/** @throws PurpcodeError; the same plan again goes on from there. */
export async function runProbe(
  plan: ProbePlan,
  { run, journal }: { readonly run: RunDirectory; readonly journal: CompletionJournal },
): Promise<Probed> {
  await checkRoles(plan);
  writeProbeIdentity(run.path, plan);
  const ledger = new Ledger({ budget: plan.models.budget, journal });
  const cache = new ReplyCache(journal);
  // Kept with the run: equal data make equal requests to judge and attacker, also after a kill.
  const secret = await run.journal.unit('judge', 'secret', async () => randomBytes(32).toString('hex'));
  const { decoding, target: choice, settings, library, read, progress } = plan;
  const attacker = openAttacker(plan, { ledger, cache });
  try {
    const oracles = await openOracles(plan.oracles, { ledger, cache, secret });
    try {
      const opened = await openModel(choice, { decoding, samples: 1 }, { ledger, cache, role: 'target' });
      try {
        const job = progress.start('probe', read.tasks.length);
        const attempts = await probe(read.tasks, {
          target: createTarget(opened.model, { ...decoding, concurrency: opened.concurrency }),
          oracle: createAttackOracle(
            createRewardModel({ oracles: oracles.oracles }),
            judgeWatch(ledger, { answers: 'answers', settings: '--models or --oracles' }),
          ),
          ...(attacker === undefined ? {} : { attacker: attacker.role }),
          library,
          knowledge: knowledgeOf(plan),
          settings,
          secret,
          onProgress: (done, broken) => job.update(done, `${broken} broken`),
        });
        job.end();
        return { attempts, attacker: attacker?.role.counts ?? null, cost: ledger.report() };
      } finally {
        await opened.close();
      }
    } finally {
      await oracles.close();
    }
  } finally {
    attacker?.close();
  }
}

/** What attackers are told of weaknesses. */
export function knowledgeOf({ oracles }: Pick<ProbePlan, 'oracles'>) {
  return { cwes: loadCweTable(), examples: ruleExamples(analyserRules(oracles.rules)) };
}

/** Whether the attack asks the attacker at all. */
export function usesAttacker({ settings, models }: Pick<ProbePlan, 'settings' | 'models'>): boolean {
  return models.attacker !== undefined && ['search', 'multi-turn'].includes(settings.attack);
}

/** Before anything is paid. @throws ModelError */
async function checkRoles(plan: ProbePlan): Promise<void> {
  const { target, oracles, models } = plan;
  await checkEndpoints(target, typeof oracles.judge === 'string' ? [] : oracles.judge.models);
  if (usesAttacker(plan)) await checkChatModel(models.attacker!, 'attacker');
}

function openAttacker(
  plan: ProbePlan,
  shared: { readonly ledger: Ledger; readonly cache: ReplyCache },
): { readonly role: Attacker; close(): void } | undefined {
  const { attacker: config } = plan.models;
  if (config === undefined || !usesAttacker(plan)) return undefined;
  const model = createChatModel(config, { ...shared, role: 'attacker' });
  const role = createAttacker(model, { concurrency: config.concurrency });
  return { role, close: () => void model.close() };
}
