/** What `purpcode redteam probe` is told to do, read and checked before anything is opened or asked. */
import { basename, join } from 'node:path';
import { z } from 'zod';
import { contentKey } from '../content-key.ts';
import { ConfigError } from '../errors.ts';
import { withoutJudge } from '../evals/model-evaluation/plan.ts';
import type { OraclesConfig } from '../oracles/config.ts';
import type { Task } from '../oracles/task.ts';
import { Random } from '../random.ts';
import { JAILBREAK_LIBRARY, SHORT_LIBRARY } from '../redteam/jailbreaks/library.ts';
import type { Primitive } from '../redteam/jailbreaks/primitive.ts';
import { stratifiedSample, withoutLongest } from '../redteam/jailbreaks/sampling.ts';
import type { TargetSettings } from '../redteam/jailbreaks/target.ts';
import { type AttackKind, attackable } from '../redteam/probe/attempt.ts';
import { DEFAULT_PROBE, type ProbeSettings } from '../redteam/probe/options.ts';
import { exists, readJson, writeJson } from '../runs/files.ts';
import type { Progress } from '../runs/progress.ts';
import { commandProgress } from './command-progress.ts';
import { chooseBenchmarks } from './eval-benchmarks.ts';
import { type ChosenModels, chooseModels, type ModelChoice, type ModelOptions } from './eval-model.ts';
import { withJudge } from './eval-plan.ts';
import { readOracleSettings } from './oracle-settings.ts';
import { readSystemPrompt } from './system-prompt.ts';

export interface ProbeFlags extends Omit<ModelOptions, 'responses'> {
  readonly tasks: string;
  readonly data: string;
  readonly attack: AttackKind;
  readonly library: 'full' | 'short';
  readonly prompts?: number;
  readonly composed: number;
  readonly width: number;
  readonly steps: number;
  readonly backOffs: number;
  readonly limit?: number;
  readonly out?: string;
  readonly temperature: number;
  readonly maxTokens: number;
  readonly seed: number;
  readonly systemPrompt: string;
  readonly oracles?: string;
  readonly estimate?: boolean;
  readonly json?: boolean;
}

/** What became of the rows of `--tasks`, before anything was asked. */
export interface ProbeTasks {
  /** Those that are attacked. */
  readonly tasks: readonly Task[];
  /** Readable ones of all files. */
  readonly available: number;
  /** Rows that cannot be used, and the first few of them. */
  readonly unusable: number;
  readonly problems: readonly { readonly place: string; readonly reason: string }[];
  /** Left out before sampling, and why. */
  readonly notScored: readonly { readonly reason: string; readonly count: number }[];
}

export interface ProbePlan {
  readonly flags: ProbeFlags;
  readonly target: Exclude<ModelChoice, { kind: 'responses' }>;
  readonly models: ChosenModels;
  readonly oracles: OraclesConfig;
  readonly read: ProbeTasks;
  readonly settings: ProbeSettings;
  readonly library: readonly Primitive[];
  readonly decoding: TargetSettings;
  readonly systemPrompt: { readonly id: string; readonly text: string };
  readonly progress: Progress;
}

/** @throws PurpcodeError for options that cannot be, files that are not there, names that are not known. */
export async function readProbePlan(flags: ProbeFlags): Promise<ProbePlan> {
  const models = await chooseModels(flags, 'target');
  const target = models.policy;
  if (target.kind === 'responses') throw new ConfigError('a probe needs a model that can be asked');
  if (flags.attack === 'multi-turn' && models.attacker === undefined) {
    throw new ConfigError('multi-turn attacks need a model in the role attacker', {
      hint: 'name one in --models; --attack search goes without, by composing primitives',
    });
  }
  const oracles = withJudge(readOracleSettings(flags.oracles), models);
  const systemPrompt = readSystemPrompt(flags.systemPrompt);
  const { temperature, maxTokens, seed } = flags;
  return {
    flags,
    target,
    models,
    oracles,
    read: await readTasks(flags, oracles),
    settings: settingsOf(flags),
    library: flags.library === 'short' ? SHORT_LIBRARY : JAILBREAK_LIBRARY,
    systemPrompt,
    decoding: {
      temperature,
      maxTokens,
      seed,
      ...(systemPrompt.text === '' ? {} : { systemPrompt: systemPrompt.text }),
    },
    progress: commandProgress(flags),
  };
}

function settingsOf({ attack, prompts, composed, width, steps, backOffs, seed }: ProbeFlags): ProbeSettings {
  const { search } = DEFAULT_PROBE;
  return {
    attack,
    prompts: prompts ?? DEFAULT_PROBE.prompts,
    composed,
    search: { ...search, prompts: prompts ?? search.prompts, width },
    escalation: { steps, backOffs },
    seed,
  };
}

const FIRST_PROBLEMS = 200;

/** @throws ConfigError when nothing is left to attack, saying why. */
async function readTasks(flags: ProbeFlags, oracles: OraclesConfig): Promise<ProbeTasks> {
  const { data, seed, limit, attack } = flags;
  const { benchmarks } = await chooseBenchmarks(flags.tasks, { data, limit: null, seed, sameNames: true });
  const all = benchmarks.flatMap(({ tasks }) => tasks);
  const distinct = [...new Map(all.map((task) => [task.id, task])).values()];
  const { tasks, notScored } = attackable(distinct, (task) => withoutJudge([task], oracles) === 0);
  // As SPEC has it: frames and encodings make the longest prompts longer still.
  const short = attack === 'none' ? tasks : withoutLongest(tasks);
  const longest = tasks.length - short.length;
  const read = {
    available: distinct.length,
    unusable: benchmarks.reduce((sum, { about }) => sum + about.unusable, 0),
    problems: benchmarks.flatMap(({ about }) => about.problems).slice(0, FIRST_PROBLEMS),
    notScored: [
      ...notScored,
      ...(longest === 0 ? [] : [{ reason: 'the longest tenth is not attacked', count: longest }]),
    ],
  };
  if (short.length === 0) {
    const reasons = read.notScored.map(({ reason, count }) => `${count}: ${reason}`).join('; ');
    throw new ConfigError(`${flags.tasks} has no task to attack (${reasons})`, {
      hint: 'a judge is named in --models (role judge) or --oracles',
    });
  }
  const sampled =
    limit === undefined ? short : stratifiedSample(short, limit, new Random(seed, 'probe tasks'));
  return { ...read, tasks: sampled };
}

/** What the attempts depend on: a folder holds those of one target, attacked in one way. */
function identityOf({ target, settings, flags, decoding, read, models }: ProbePlan) {
  const { attack, prompts, composed, search, escalation, seed } = settings;
  const own = { none: {}, templates: { prompts, composed }, search, 'multi-turn': escalation }[attack];
  return {
    target: target.name,
    attack,
    settings: { ...own, seed },
    library: attack === 'templates' || attack === 'search' ? flags.library : null,
    attacker: attack === 'search' || attack === 'multi-turn' ? (models.attacker ?? null) : null,
    decoding,
    tasks: contentKey(read.tasks.map(({ id }) => id)),
  };
}

export function probeFolder(plan: ProbePlan): string {
  if (plan.flags.out !== undefined) return plan.flags.out;
  const name = basename(plan.target.name).replace(/[^\w.@-]+/g, '-');
  return join('probes', `${name}-${plan.settings.attack}-${contentKey(identityOf(plan)).slice(0, 6)}`);
}

const IDENTITY = 'probe.json';
const identity = z.record(z.string(), z.unknown());

/** @throws ConfigError where the folder holds another probe. */
export function checkProbeFolder(folder: string, plan: ProbePlan): void {
  const path = join(folder, IDENTITY);
  if (!exists(path)) return;
  const known = identity.safeParse(readJson(path, `delete ${folder}, or name another folder with --out`));
  const different = Object.entries(identityOf(plan)).flatMap(([name, value]) =>
    contentKey(value ?? null) === contentKey(known.data?.[name] ?? null) ? [] : [name],
  );
  if (different.length === 0) return;
  throw new ConfigError(`${folder} holds a probe with another ${different.join(', ')}`, {
    hint: 'choose another folder with --out, or leave --out out',
  });
}

/** Written before anything is asked. */
export function writeProbeIdentity(folder: string, plan: ProbePlan): void {
  writeJson(join(folder, IDENTITY), identityOf(plan));
}
