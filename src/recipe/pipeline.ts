/**
 * The whole recipe: rules -> redteam -> rule-learning -> rl -> evals -> report. Each stage runs unless it is finished
 * for the same part of the recipe and the same stages beneath it, so a killed run goes on, and a run started from
 * another run's folder redoes only what differs.
 */
import { contentKey } from '../content-key.ts';
import { worldDigest, worldRules } from '../nano/world.ts';
import type { Checkpoint, Summary } from '../report/summary.ts';
import { remove, writeJson } from '../runs/files.ts';
import type { Progress } from '../runs/progress.ts';
import type { RunDirectory } from '../runs/run-directory.ts';
import { baseDigest, openContext, type RunContext } from './context.ts';
import type { Recipe } from './schema.ts';
import { STAGE_NAMES, type StageName } from './stage-names.ts';
import { type CheckpointName, placeBase } from './stages/checkpoints.ts';
import { runEvals } from './stages/evals.ts';
import { runRedteam } from './stages/redteam.ts';
import { runReport } from './stages/report.ts';
import { runRl } from './stages/rl.ts';
import { runRuleLearning } from './stages/rule-learning.ts';

/** Runs the stages of a recipe up to `until` (all of them if not given). */
export async function runRecipe(options: {
  readonly recipe: Recipe;
  readonly run: RunDirectory;
  readonly progress: Progress;
  readonly until?: StageName;
}): Promise<Summary | undefined> {
  const context = await openContext(options);
  try {
    return await runStages(context, options.until ?? 'report');
  } finally {
    await context.close();
  }
}

async function runStages(context: RunContext, until: StageName): Promise<Summary | undefined> {
  const { recipe, run, progress } = context;
  const keys = fingerprints(context);
  const last = STAGE_NAMES.indexOf(until);
  const stage = async (name: StageName, work: () => Promise<void>): Promise<void> => {
    if (STAGE_NAMES.indexOf(name) > last) return;
    const { skipped } = await run.stage(name, keys[name], work);
    if (skipped) progress.say(`${name}: done before`);
  };

  await stage('rules', async () => {
    writeJson(run.file('rules', 'rules.json'), worldRules(context.world));
    await placeBase(context);
  });
  await stage('redteam', () => runRedteam(context));
  if (recipe.ruleLearning.enabled) {
    await stage('rule-learning', () => runRuleLearning(context, keys['rule-learning']));
  } else discard(run, 'rule-learning');
  if (recipe.rl.enabled) await stage('rl', () => runRl(context, keys.rl));
  else discard(run, 'rl');
  await stage('evals', () => runEvals(context, checkpointsOf(recipe, keys)));
  if (last < STAGE_NAMES.indexOf('report')) return undefined;
  // Always made anew: it only reads the run.
  let summary: Summary | undefined;
  await run.stage('report', contentKey({ keys, at: Date.now() }), async () => {
    summary = await runReport(context);
  });
  return summary;
}

/** What a run that this one was started from had, and this recipe leaves out. */
function discard(run: RunDirectory, stage: 'rule-learning' | 'rl'): void {
  remove(run.file(stage));
  remove(run.file('checkpoints', stage));
  run.rewindMetrics(stage, 0);
}

type Fingerprints = Readonly<Record<StageName, string>>;

/** What each stage's result depends on: its part of the recipe and the stages beneath it. */
function fingerprints({ recipe, world }: RunContext): Fingerprints {
  const { seed, model, oracles, redteam, pool, ruleLearning, rl, evals } = recipe;
  // Threads and workers change speed, not results.
  const { threads: _threads, ...weights } = model;
  const { threads: _analysers, sandbox, ...judges } = oracles;
  const { workers: _workers, ...execution } = sandbox;
  const rules = contentKey({
    weights,
    base: baseDigest(recipe),
    world: worldDigest(world),
    judges,
    execution,
  });
  const redteamKey = contentKey({ rules, seed, redteam, pool });
  const learned = contentKey({ redteam: redteamKey, ruleLearning });
  const rlKey = contentKey({ start: ruleLearning.enabled ? learned : redteamKey, rl });
  return {
    rules,
    redteam: redteamKey,
    'rule-learning': learned,
    rl: rlKey,
    evals: contentKey({ learned, rl: rlKey, evals }),
    report: '',
  };
}

function checkpointsOf(recipe: Recipe, keys: Fingerprints) {
  const list: { name: Checkpoint; weights: CheckpointName; fingerprint: string }[] = [
    { name: 'base', weights: 'base', fingerprint: keys.rules },
  ];
  if (recipe.evals.baseWithRules) list.push({ name: 'base+rules', weights: 'base', fingerprint: keys.rules });
  if (recipe.ruleLearning.enabled) {
    list.push({ name: 'rule-learning', weights: 'rule-learning', fingerprint: keys['rule-learning'] });
  }
  if (recipe.rl.enabled) list.push({ name: 'rl', weights: 'rl', fingerprint: keys.rl });
  return list;
}
