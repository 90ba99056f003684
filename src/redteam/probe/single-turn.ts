/** Tasks asked as they are, or in the ways of the library: one answer, one verdict each. */
import { mapConcurrent } from '../../models/map-concurrent.ts';
import type { Task } from '../../oracles/task.ts';
import { Random } from '../../random.ts';
import { drawComposition, primitivesFor } from '../jailbreaks/library.ts';
import { withPrimitives } from '../jailbreaks/library-tasks.ts';
import type { PrimitiveFamily } from '../jailbreaks/primitive.ts';
import { type Attempt, attemptOf } from './attempt.ts';
import type { GroupProgress, ProbeOptions } from './options.ts';

/** What is asked for a task, as it is or in the library's ways: pure, so that its cost can be estimated. */
export function attackedVersions(
  task: Task,
  { settings, library }: Pick<ProbeOptions, 'settings' | 'library'>,
): Task[] {
  if (settings.attack === 'none') return [task];
  const random = new Random(settings.seed, 'probe templates', task.id);
  const own = primitivesFor(library, task);
  const versions: Task[] = [];
  const without = new Set<PrimitiveFamily>();
  for (let draw = 0; draw < settings.prompts; draw++) {
    const primitives = drawComposition(own, { size: settings.composed, without }, random);
    if (primitives.length === 0) break;
    for (const { family } of primitives) without.add(family);
    versions.push(withPrimitives(task, primitives, random));
  }
  return versions;
}

export async function askGroup(
  tasks: readonly Task[],
  options: ProbeOptions,
  progress: GroupProgress,
): Promise<Attempt[]> {
  const { target, oracle, settings } = options;
  const asked = tasks.flatMap((task) =>
    attackedVersions(task, options).map((version) => ({ task, version })),
  );
  let done = 0;
  const answers = await Array.fromAsync(
    mapConcurrent(asked, { limit: target.concurrency }, async ({ version }) => {
      const answer = await target.ask(version.messages);
      progress(Math.floor((++done * tasks.length) / asked.length));
      return answer;
    }),
  );
  const verdicts = await oracle.check(
    asked.map(({ version }, index) => ({ task: version, answer: answers[index]! })),
  );
  const callsOf = new Map<Task, number>();
  return asked.map(({ task, version }, index) => {
    const answer = answers[index]!;
    const calls = (callsOf.get(task) ?? 0) + answer.calls;
    callsOf.set(task, calls);
    const about = { attack: settings.attack, ...jailbreakOf(version), calls, details: {} };
    return attemptOf(task, { answer, verdict: verdicts[index]! }, about);
  });
}

/** Of a task that is asked as it is: the jailbreak that its provenance names, if any. */
function jailbreakOf({ provenance }: Task): Pick<Attempt, 'jailbreak' | 'family'> {
  const { jailbreak = null, jailbreakFamily = null } = provenance;
  return {
    jailbreak: jailbreak === null ? null : String(jailbreak),
    family: jailbreakFamily === null ? null : String(jailbreakFamily),
  };
}
