/** Harmless prompts: look-alikes that only sound dangerous, security questions, coding problems. */
import type { PlannedCall } from '../../models/estimate.ts';
import type { Task } from '../../oracles/task.ts';
import { Random } from '../../random.ts';
import { codingTasks } from '../../redteam/benign/coding-tasks.ts';
import type { LoadedTasks } from '../../redteam/benign/loaded-tasks.ts';
import {
  type OverrefusalOptions,
  type OverrefusalTasks,
  overrefusalCalls,
  overrefusalTasks,
  usableWeaknesses,
} from '../../redteam/benign/overrefusal-tasks.ts';
import { promptFileTasks } from '../../redteam/benign/prompt-file.ts';
import { securityQuestions } from '../../redteam/benign/security-questions.ts';
import type { GenerationCounts } from '../../redteam/generation.ts';
import type { RedTeamContext } from './context.ts';
import type { Problem } from './sources.ts';

export interface BenignPrompts {
  readonly tasks: readonly Task[];
  /** For benign.json. */
  readonly counts: Readonly<Record<string, unknown>>;
  readonly leftOut: OverrefusalTasks['leftOut'];
  readonly generations: Readonly<Record<string, GenerationCounts>>;
  readonly problems: readonly Problem[];
}

export async function collectBenign(context: RedTeamContext): Promise<BenignPrompts> {
  const files = readFiles(context);
  const { weaknesses } = context.settings.benign.overrefusal;
  const written = weaknesses === 0 ? undefined : await writeLookAlikes(context);
  const { synthesizer, classifier } = written?.counts ?? {};
  return {
    tasks: [...(written?.tasks ?? []), ...files.flatMap((file) => file.tasks)],
    counts: {
      overrefusal: written?.counts ?? null,
      files: files.map(({ source, rows, usable, tasks }) => ({ source, rows, usable, kept: tasks.length })),
    },
    leftOut: written?.leftOut ?? [],
    generations: {
      ...(synthesizer && { 'look-alikes': synthesizer }),
      ...(classifier && { 'filter of look-alikes': classifier }),
    },
    problems: files.flatMap((file) => file.problems),
  };
}

async function writeLookAlikes(context: RedTeamContext): Promise<OverrefusalTasks> {
  const { models, progress, concurrency, settings } = context;
  const job = progress.start('harmless look-alikes', settings.benign.overrefusal.weaknesses);
  const written = await overrefusalTasks({
    ...overrefusalOptions(context),
    synthesizer: models.model('synthesizer'),
    classifier: models.model('classifier'),
    concurrency: concurrency('synthesizer'),
    onProgress: (done) => job.update(done),
  });
  job.end(`${written.counts.kept} of ${written.counts.written} prompts kept`);
  return written;
}

interface BenignFile {
  readonly source: string;
  readonly rows: number;
  readonly usable: number;
  readonly tasks: readonly Task[];
  readonly problems: readonly Problem[];
}

function readFiles({ settings }: RedTeamContext): BenignFile[] {
  const { questions, coding, files, limit } = settings.benign;
  const loaded: readonly (readonly [source: string, LoadedTasks])[] = [
    ...questions.map(({ path, form }) => [path, securityQuestions(path, form)] as const),
    ...coding.map(({ format, path }) => [path, codingTasks(format, path)] as const),
    ...files.map((path) => [path, promptFileTasks(path)] as const),
  ];
  return loaded.map(([source, { tasks, rows, problems }]) => ({
    source,
    rows,
    usable: tasks.length,
    tasks: limit === undefined ? tasks : drawn(tasks, limit, new Random(settings.seed, 'benign', source)),
    problems: problems.map((row) => ({ source, ...row })),
  }));
}

/** At most `limit` of them, in their order. */
function drawn(tasks: readonly Task[], limit: number, random: Random): Task[] {
  const chosen = new Set(random.shuffle(tasks).slice(0, limit));
  return tasks.filter((task) => chosen.has(task));
}

/** What the look-alikes will ask, for estimates. */
export function benignCalls(context: RedTeamContext): PlannedCall<'synthesizer' | 'classifier'>[] {
  return context.settings.benign.overrefusal.weaknesses === 0
    ? []
    : overrefusalCalls(overrefusalOptions(context));
}

/** The weaknesses that have a rule of an analyser come first: their words are those of everyday code. */
function overrefusalOptions(context: RedTeamContext): OverrefusalOptions {
  const { settings, cwes, library, secret } = context;
  const { weaknesses, ...own } = settings.benign.overrefusal;
  const detected = new Set(library.rules.filter(({ id }) => id.includes('/')).map(({ cwe }) => cwe));
  const random = new Random(settings.seed, 'look-alike weaknesses');
  const usable = random.shuffle(usableWeaknesses({ cwes }).map(({ id }) => id));
  const inOrder = [
    ...usable.filter((cwe) => detected.has(cwe)),
    ...usable.filter((cwe) => !detected.has(cwe)),
  ];
  return { cwes, only: inOrder.slice(0, weaknesses), settings: own, seed: settings.seed, secret };
}
