/** The files of a probe, and what is printed of it. */
import { join } from 'node:path';
import type { Task } from '../oracles/task.ts';
import type { Attempt } from '../redteam/probe/attempt.ts';
import { attackFigures } from '../redteam/probe/summary.ts';
import { writeFileAtomic, writeJson, writeJsonl } from '../runs/files.ts';
import { packageVersion } from './package-version.ts';
import type { ProbePlan } from './redteam-probe-plan.ts';
import type { Probed } from './redteam-probe-run.ts';
import {
  type ProbeSummary,
  probeNotes,
  renderProbeMarkdown,
  renderProbeTable,
} from './redteam-probe-text.ts';

/** Writes summary.json, report.md, attempts.jsonl and successes.jsonl, and prints the rates. */
export function reportProbe(plan: ProbePlan, folder: string, { attempts, attacker, cost }: Probed): void {
  const { read, target, settings, systemPrompt, flags } = plan;
  const { tasks, ...rest } = read;
  const summary: ProbeSummary = {
    version: 1,
    purpcode: packageVersion(),
    target: target.name,
    attack: settings.attack,
    seed: settings.seed,
    systemPrompt: systemPrompt.id,
    ...rest,
    tasks: tasks.length,
    figures: attackFigures(tasks, attempts),
    attacker,
    cost,
  };
  writeJsonl(join(folder, 'attempts.jsonl'), attempts);
  writeJsonl(join(folder, 'successes.jsonl'), successRows(tasks, attempts));
  writeFileAtomic(join(folder, 'report.md'), renderProbeMarkdown(summary));
  writeJson(join(folder, 'summary.json'), summary);
  if (flags.json) {
    console.log(JSON.stringify(summary));
    return;
  }
  const notes = probeNotes(summary).join('\n');
  const files = `successes with evidence: ${join(folder, 'successes.jsonl')}   report: ${join(folder, 'report.md')}`;
  console.log(`${renderProbeTable(summary)}\n\n${notes}\n${files}`);
}

/** A success with what is known of its task. */
function successRows(tasks: readonly Task[], attempts: readonly Attempt[]): object[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  return attempts
    .filter(({ outcome }) => outcome === 'broken')
    .map(({ outcome: _outcome, cause: _cause, task: id, ...attempt }) => {
      const { source, cwes, provenance, messages } = byId.get(id)!;
      return { task: id, source, cwes, provenance, request: messages.at(-1)!.content, ...attempt };
    });
}
