/** Jailbroken versions of tasks: the same oracles and rules, the last user turn wrapped in templates. */
import { contentKey } from '../../content-key.ts';
import type { Task } from '../../oracles/task.ts';
import { Random } from '../../random.ts';
import { stratifiedOrder, withoutLongest } from './sampling.ts';
import { applyJailbreaks, type JailbreakTemplate } from './templates.ts';

export interface JailbreakOptions {
  readonly templates: readonly JailbreakTemplate[];
  /** How many jailbroken tasks to make. */
  readonly count: number;
  /** Share of them that get two templates of different families, in [0, 1]. */
  readonly composed: number;
  readonly seed: number | string;
}

/**
 * The longest tenth of the seeds is left out and the rest is sampled evenly over weaknesses (categories, for
 * malicious requests): SPEC "Jailbreak families". A seed comes again, with another draw of templates, only
 * when all seeds of its stratum are used.
 */
export function jailbreakTasks(seeds: readonly Task[], options: JailbreakOptions): Task[] {
  const { templates, count, seed } = options;
  if (seeds.length === 0 || templates.length === 0) return [];
  const tasks = new Map<string, Task>();
  // A stratum with few seeds and templates may run out of new pairs: bounded tries, fewer tasks then.
  const order = stratifiedOrder(withoutLongest(seeds), count * 4, new Random(seed, 'jailbreak seeds'));
  for (const [draw, original] of order.entries()) {
    if (tasks.size >= count) break;
    const task = jailbroken(original, drawTemplates(options, new Random(seed, 'jailbreak', draw)));
    if (!tasks.has(task.id)) tasks.set(task.id, task);
  }
  return [...tasks.values()];
}

/** The task with its last turn wrapped; provenance names the original task and the templates. */
export function jailbroken(original: Task, templates: readonly JailbreakTemplate[]): Task {
  const messages = original.messages.map((message, i) =>
    i === original.messages.length - 1
      ? { ...message, content: applyJailbreaks(templates, message.content) }
      : message,
  );
  return {
    ...original,
    id: contentKey({ messages, source: original.source }),
    messages,
    provenance: {
      ...original.provenance,
      task: original.id,
      jailbreak: templates.map((template) => template.id).join('+'),
      jailbreakFamily: templates.map((template) => template.family).join('+'),
    },
  };
}

/** Families are drawn before templates, so that a family with many templates is not drawn more often. */
function drawTemplates({ templates, composed }: JailbreakOptions, random: Random): JailbreakTemplate[] {
  const families = random.shuffle([...new Set(templates.map((template) => template.family))]);
  return families
    .slice(0, random.chance(composed) ? 2 : 1)
    .map((family) => random.pick(templates.filter((template) => template.family === family)));
}
