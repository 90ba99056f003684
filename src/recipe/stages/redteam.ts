/** Stage 0: internal red-teaming, and the one pool of tasks that rule learning and RL share. */

import { framingsOf, ruleIdOf } from '../../nano/ask.ts';
import { evaluationBenchmarks } from '../../nano/evaluation.ts';
import { trainingPool } from '../../nano/pool.ts';
import { createTemplateSynthesizer } from '../../nano/synthesizer.ts';
import { unionOf } from '../../oracles/code-security/union.ts';
import type { Task } from '../../oracles/task.ts';
import { runCampaign } from '../../redteam/campaign.ts';
import { cleanTasks, userTurnsOf } from '../../redteam/hygiene/clean.ts';
import { similarityFor } from '../../redteam/hygiene/minhash.ts';
import { JAILBREAK_TEMPLATES } from '../../redteam/jailbreaks/templates.ts';
import type { Rule } from '../../rules/rule.ts';
import { readJsonl, writeJson, writeJsonl } from '../../runs/files.ts';
import type { RunContext } from '../context.ts';

/** Both held-out splits at full size: no training prompt may repeat either, whichever of them a run reports. */
function evaluationSets({ recipe, world, known, fresh }: RunContext) {
  return (['development', 'test'] as const).flatMap((split) =>
    evaluationBenchmarks({
      split,
      jailbreaks: world.jailbreaks,
      seed: recipe.seed,
      known,
      fresh,
      scale: 1,
    }).map(({ name, tasks }) => ({ name: `${split}/${name}`, texts: tasks.map(userTurnsOf) })),
  );
}

export async function runRedteam(context: RunContext): Promise<void> {
  const { recipe, run, world, known, rules, oracles, progress } = context;
  const { redteam, pool: sizes, seed } = recipe;
  const sets = evaluationSets(context);
  const similarity = similarityFor(redteam);
  const pool = trainingPool(world, known, { ...sizes, malicious: redteam.maliciousPrompts }, seed);
  const trainingFrames = new Set(framingsOf(world.jailbreaks, 'train').map(({ id }) => id));
  const knownRules = known.security.map((family) => rules.get(ruleIdOf(family)) as Rule);
  const job = progress.start('red-teaming', knownRules.length * redteam.turns);
  const campaign = await runCampaign({
    rules: knownRules,
    synthesizer: createTemplateSynthesizer(known, seed),
    analyser: unionOf(oracles.analysers),
    maliciousPrompts: pool.malicious,
    jailbreaks: {
      templates: JAILBREAK_TEMPLATES.filter(({ id }) => trainingFrames.has(id)),
      codeSecurity: Math.round(0.5 * redteam.maliciousPrompts),
      malicious: redteam.maliciousPrompts,
    },
    evaluationSets: sets,
    seed,
    turns: { code: redteam.turns, prompts: 1 },
    similarity,
    onProgress: ({ stage, done }) => {
      if (stage === 'rule-to-code') job.update(done);
    },
  });
  const { kept: benign, figures } = cleanTasks(pool.benign, sets, similarity);
  writeJsonl(run.file('redteam', 'seeds.jsonl'), campaign.seeds);
  writeJsonl(run.file('redteam', 'drops.jsonl'), campaign.drops);
  writeJson(run.file('redteam', 'coverage.json'), campaign.coverage);
  writeJson(run.file('redteam', 'benign.json'), {
    kept: figures.kept,
    duplicates: figures.duplicates,
    contaminated: figures.contaminated,
  });
  writeJsonl(run.file('redteam', 'tasks.jsonl'), [...campaign.tasks, ...benign]);
  const { dropped } = campaign.coverage;
  job.end(
    `${campaign.tasks.length} prompts, ${campaign.coverage.cwes.length} CWEs; dropped ${dropped.duplicates} duplicates, ${dropped.contaminated} near evaluation`,
  );
}

/** The task pool of the run. */
export function readTasks({ run }: Pick<RunContext, 'run'>): Task[] {
  return readJsonl(run.file('redteam', 'tasks.jsonl')) as Task[];
}
