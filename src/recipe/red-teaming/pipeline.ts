/**
 * Red-teaming with language models from end to end (SPEC "Stage 0"): public code and rules to certified seeds, seeds
 * to prompts, malicious requests, harmless look-alikes, jailbreaks of all, hygiene, splits, coverage. What a model
 * answered is in the journal: a run that was killed goes through the same steps again, pays for nothing twice and ends
 * in the same files.
 */
import type { Role } from '../../models/config.ts';
import type { Task } from '../../oracles/task.ts';
import { coverageOf, tally } from '../../redteam/coverage.ts';
import { certificationRates, diversityOf } from '../../redteam/diversity.ts';
import { cleanTasks, userTurnsOf } from '../../redteam/hygiene/clean.ts';
import { otherCorpora } from '../../redteam/hygiene/other-corpora.ts';
import { corpusOverlap } from '../../redteam/hygiene/overlap.ts';
import { SIDES, stratifiedSplit } from '../../redteam/hygiene/split.ts';
import { renderRedTeamPage } from '../../report/red-teaming/page.ts';
import type { RedTeamSummary } from '../../report/red-teaming/summary.ts';
import { writeFileAtomic, writeJson, writeJsonl } from '../../runs/files.ts';
import { type Attacks, attack } from './attacks.ts';
import { type BenignPrompts, collectBenign } from './benign.ts';
import type { RedTeamContext } from './context.ts';
import { type SecurityPrompts, writeSecurityPrompts } from './prompts.ts';
import { screeningRole } from './screening.ts';
import { type CollectedCode, type CollectedRequests, collectCode, collectRequests } from './sources.ts';

interface Collected {
  readonly code: CollectedCode;
  readonly requests: CollectedRequests;
  readonly security: SecurityPrompts;
  readonly benign: BenignPrompts;
}

/** Writes `redteam/` and `report/` of the run. @throws PurpcodeError; the same command again goes on from there. */
export async function runRedTeaming(context: RedTeamContext): Promise<RedTeamSummary> {
  const started = Date.now();
  const { run, evaluation, similarity, progress } = context;
  for (const { name, path } of evaluation.missing)
    progress.say(`not checked for overlap: ${name} (no ${path})`);
  const code = await collectCode(context);
  writeJsonl(run.file('rules', 'rules.jsonl'), context.library.rules);
  const requests = await collectRequests(context);
  const security = await writeSecurityPrompts(context, code.corpus.seeds);
  const benign = await collectBenign(context);
  const collected = { code, requests, security, benign };

  const prompts = cleanTasks(
    [...security.tasks, ...requests.tasks, ...benign.tasks],
    evaluation.sets,
    similarity,
  );
  const attacks = await attack(context, prompts.kept);
  // A long prompt in a short frame is a near-duplicate of itself: jailbreaks are compared with each other only.
  const jailbreaks = cleanTasks(attacks.tasks, evaluation.sets, similarity);
  const tasks = [...prompts.kept, ...jailbreaks.kept];
  writeCollected(context, collected);
  writeJsonl(run.file('redteam', 'attacks.jsonl'), attacks.records);
  writeJsonl(run.file('redteam', 'screened-out.jsonl'), [
    ...security.screened.leftOut,
    ...attacks.screened.leftOut,
  ]);
  writeJsonl(run.file('redteam', 'drops.jsonl'), [...prompts.drops, ...jailbreaks.drops]);
  const split = writeSplit(context, tasks);

  const coverage = coverageOf({
    tasks,
    drops: [...prompts.drops, ...jailbreaks.drops],
    ruleToCode: security.code.counts,
    vulnerabilityToPrompt: security.prompts.counts,
  });
  writeJson(run.file('redteam', 'coverage.json'), coverage);
  const summary: RedTeamSummary = {
    ...summaryOf(context, collected, attacks),
    coverage,
    split,
    diversity: diversityByKind(context, tasks),
    hygiene: { prompts: prompts.figures, jailbreaks: jailbreaks.figures },
    overlap: overlaps(context, tasks),
    cost: context.models.cost(),
    seconds: (Date.now() - started) / 1000,
  };
  writeJson(run.file('cost.json'), summary.cost);
  writeJson(run.file('report', 'summary.json'), summary);
  writeFileAtomic(run.file('report', 'index.html'), renderRedTeamPage(summary));
  return summary;
}

function writeCollected(
  { run, evaluation }: RedTeamContext,
  { code, requests, security, benign }: Collected,
): void {
  const { corpus, sources } = code;
  writeJsonl(run.file('redteam', 'seeds.jsonl'), security.seeds);
  writeJson(run.file('redteam', 'corpus.json'), {
    statistics: corpus.statistics,
    otherLanguages: corpus.otherLanguages.statistics,
    sources: sources.map(({ source, counts }) => ({ source, ...counts })),
    undecided: corpus.undecided.map(({ snippet: { origin }, ...rest }) => ({ origin, ...rest })),
    withoutRule: corpus.withoutRule.length,
    untranslated: corpus.untranslated.map(({ snippet: { origin }, ...rest }) => ({ origin, ...rest })),
  });
  writeJson(run.file('redteam', 'malicious.json'), requests.malicious.counts);
  writeJsonl(run.file('redteam', 'malicious-left-out.jsonl'), requests.malicious.leftOut);
  writeJson(run.file('redteam', 'benign.json'), benign.counts);
  writeJsonl(run.file('redteam', 'benign-left-out.jsonl'), benign.leftOut);
  writeJsonl(run.file('redteam', 'rule-to-code.jsonl'), security.code.turns);
  writeJsonl(run.file('redteam', 'problems.jsonl'), [
    ...code.problems,
    ...requests.problems,
    ...benign.problems,
    ...evaluation.problems.map(({ set, ...row }) => ({ source: `evaluation set ${set}`, ...row })),
  ]);
}

/** tasks.jsonl is what is trained on; the other sides have files of their own. */
function writeSplit(
  { run, settings, similarity }: RedTeamContext,
  tasks: readonly Task[],
): RedTeamSummary['split'] {
  const { sides, groups, tasksByLabel } = stratifiedSplit(tasks, {
    shares: settings.split,
    seed: settings.seed,
    similarity,
  });
  writeJsonl(run.file('redteam', 'tasks.jsonl'), sides.train);
  writeJsonl(run.file('redteam', 'development.jsonl'), sides.development);
  writeJsonl(run.file('redteam', 'test.jsonl'), sides.test);
  writeJson(run.file('redteam', 'split.json'), { groups, tasksByLabel });
  return Object.fromEntries(SIDES.map((side) => [side, sides[side].length])) as RedTeamSummary['split'];
}

function summaryOf(
  { settings, evaluation, models }: RedTeamContext,
  { code, requests, security, benign }: Collected,
  { records, generations, screened }: Attacks,
): Omit<RedTeamSummary, 'coverage' | 'split' | 'diversity' | 'hygiene' | 'overlap' | 'cost' | 'seconds'> {
  const { corpus, sources } = code;
  const { translation } = corpus;
  const { overall, byTurn } = certificationRates(security.code.turns);
  const { kept, other, undecided, repeated, requests: read } = requests.malicious.counts;
  const byAttack = Map.groupBy(records, (record) => record.attack);
  const roles = ['synthesizer', 'classifier', 'attacker', 'target', 'judge'] satisfies Role[];
  return {
    name: settings.name,
    seed: settings.seed,
    models: Object.fromEntries(
      roles.flatMap((role) =>
        settings.models[role] === undefined ? [] : [[role, models.model(role).name] as const],
      ),
    ),
    corpus: {
      python: corpus.statistics,
      otherLanguages: corpus.otherLanguages.statistics,
      sources: Object.fromEntries(
        sources.map(({ source, counts: { rows, snippets }, problems }) => [
          source,
          { rows, snippets, problems: problems.length },
        ]),
      ),
    },
    certification: { overall, byTurn },
    generations: {
      ...(translation !== undefined && { translations: translation }),
      ...(requests.classified.asked > 0 && { 'sorting of requests': requests.classified }),
      ...security.generations,
      ...benign.generations,
      ...generations,
    },
    notChecked: evaluation.missing.map(({ name }) => name),
    malicious: { requests: read, kept, other, undecided, repeated },
    attacks: Object.fromEntries(
      [...byAttack].map(([name, own]) => [name, tally(own.map(({ outcome }) => outcome))]),
    ),
    screening: {
      by: screeningRole(settings) ?? null,
      code: security.screened.counts,
      conversations: screened.counts,
    },
    problems:
      code.problems.length + requests.problems.length + benign.problems.length + evaluation.problems.length,
  };
}

function diversityByKind({ settings }: RedTeamContext, tasks: readonly Task[]): RedTeamSummary['diversity'] {
  const kinds = Map.groupBy(tasks, ({ source, provenance }) => {
    if (provenance.jailbreak !== undefined) return 'jailbreaks';
    return source === 'code-security' ? `code security, ${provenance.strategy}` : source.replace('-', ' ');
  });
  return Object.fromEntries(
    [...kinds].map(([kind, own]) => [kind, diversityOf(own.map(userTurnsOf), settings.seed)]),
  );
}

function overlaps(
  { settings, similarity }: RedTeamContext,
  tasks: readonly Task[],
): RedTeamSummary['overlap'] {
  const prompts = tasks
    .filter(({ source }) => source === 'code-security')
    .map((task) => ({ text: userTurnsOf(task), cwes: task.cwes }));
  return otherCorpora(settings.data).map((corpus) =>
    corpusOverlap({ name: settings.name, prompts }, corpus, similarity),
  );
}
