/**
 * Stage 2: GRPO with single-step dynamic sampling under verifiable rewards (paper section 4).
 *
 * Deviations from the paper: token-mean instead of sequence-mean loss; one update a step, so the clip only acts on
 * the difference between sampling and training numerics; at nano scale 16 learnable groups a step instead of 384
 * prompts.
 */
import type { AdamParams, SamplingClient, TrainingClient } from '../engines/engine.ts';
import { learningRate } from '../engines/learning-rate.ts';
import { ConfigError } from '../errors.ts';
import type { Task } from '../oracles/task.ts';
import { Random } from '../random.ts';
import type { AdvantageKind } from './advantages.ts';
import { needsMore, promptsToSample, type SamplingPlan, selectGroups } from './dynamic-sampling.ts';
import { buildBatch } from './objective.ts';
import { type Group, type RolloutOptions, sampleGroups } from './rollouts.ts';
import { type Watch, watchRollouts } from './watch.ts';

export interface RlSettings extends SamplingPlan {
  readonly steps: number;
  readonly rollouts: number;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly adam: Omit<AdamParams, 'learningRate'>;
  /** Ratios outside [low, high] have no gradient. */
  readonly clip: { readonly low: number; readonly high: number };
  readonly klCoefficient: number;
  /** Share of each source among the prompts of a step. */
  readonly mix: Readonly<Partial<Record<Task['source'], number>>>;
  readonly seed: number;
  readonly chunk: number;
  /** What a rollout's advantage is computed from. */
  readonly advantages: AdvantageKind;
}

/** What the next step needs to know; plain JSON, journalled with the weights of the step. */
export interface RlState {
  /** Steps done. */
  readonly step: number;
  readonly learnableFraction: number;
  /** Prompts taken from each source's pool so far. */
  readonly cursors: Readonly<Record<string, number>>;
  readonly promptsSampled: number;
  readonly learnableGroups: number;
  readonly trainedGroups: number;
  readonly droppedLearnableGroups: number;
}

/** @param passRate pass rate of rule learning's samples: the first guess of the learnable fraction follows from it. */
export function initialState(passRate: number | undefined, rollouts: number): RlState {
  // If every rollout of a prompt passed with probability p, 1 - p^G - (1-p)^G of the groups would be mixed.
  const p = passRate ?? 0.5;
  const mixed = 1 - p ** rollouts - (1 - p) ** rollouts;
  return {
    step: 0,
    learnableFraction: Math.min(1, Math.max(0.25, mixed)),
    cursors: {},
    promptsSampled: 0,
    learnableGroups: 0,
    trainedGroups: 0,
    droppedLearnableGroups: 0,
  };
}

export interface StepReport extends Watch {
  readonly promptsSampled: number;
  readonly learnableGroups: number;
  readonly trainedGroups: number;
  readonly droppedLearnableGroups: number;
  readonly learnableFraction: number;
  readonly subSteps: number;
  readonly loss: number;
  readonly kl: number;
  readonly clipFraction: number;
  readonly gradNorm: number;
  readonly learningRate: number;
  readonly trainedTokens: number;
  readonly seconds: { readonly sampling: number; readonly rewards: number; readonly training: number };
}

export interface RlTrainer {
  readonly settings: RlSettings;
  readonly training: TrainingClient;
  /** The frozen policy that RL starts from. */
  readonly reference: SamplingClient;
  readonly pool: readonly Task[];
  readonly rollout: Pick<RolloutOptions, 'tokenizer' | 'rewardModel' | 'systemPrompt'>;
}

/** One step: sample, reward, select, update. */
export async function trainStep(
  trainer: RlTrainer,
  state: RlState,
): Promise<{ state: RlState; report: StepReport; groups: Group[] }> {
  const { settings, training } = trainer;
  const policy = await training.saveForSampling();
  const collected = await collectGroups(trainer, state, policy);
  await policy.close();
  const { groups, cursors, subSteps } = collected;
  const learnable = groups.filter((group) => group.advantages !== undefined);
  const { trained, dropped } = selectGroups(settings, learnable);
  const started = performance.now();
  const lr = learningRate(state.step, {
    peak: settings.learningRate,
    warmupSteps: settings.warmupSteps,
    totalSteps: settings.steps,
    decay: 'constant',
  });
  const update = trained.length > 0 ? await updatePolicy(trainer, trained, lr) : NO_UPDATE;
  const learnableFraction = learnable.length / groups.length;
  const seconds = { ...collected.seconds, training: (performance.now() - started) / 1000 };
  return {
    groups,
    state: {
      step: state.step + 1,
      learnableFraction,
      cursors,
      promptsSampled: state.promptsSampled + groups.length,
      learnableGroups: state.learnableGroups + learnable.length,
      trainedGroups: state.trainedGroups + trained.length,
      droppedLearnableGroups: state.droppedLearnableGroups + dropped,
    },
    report: {
      ...watchRollouts(groups),
      promptsSampled: groups.length,
      learnableGroups: learnable.length,
      trainedGroups: trained.length,
      droppedLearnableGroups: dropped,
      learnableFraction,
      subSteps,
      ...update,
      learningRate: lr,
      seconds,
    },
  };
}

interface Update {
  readonly loss: number;
  readonly kl: number;
  readonly clipFraction: number;
  readonly gradNorm: number;
  readonly trainedTokens: number;
}

const NO_UPDATE: Update = { loss: 0, kl: 0, clipFraction: 0, gradNorm: 0, trainedTokens: 0 };

async function updatePolicy(
  { settings, training, reference }: RlTrainer,
  groups: readonly Group[],
  rate: number,
): Promise<Update> {
  const batch = await buildBatch(groups, reference);
  const { clip, klCoefficient, adam } = settings;
  // Submitted together: an engine behind a network runs them back to back.
  const [forward, optim] = await Promise.all([
    training.forwardBackward(batch, { kind: 'ppo', clip, klCoefficient }),
    training.optimStep({ ...adam, learningRate: rate }),
  ]);
  return {
    loss: forward.metrics.loss ?? 0,
    kl: forward.metrics.kl ?? 0,
    clipFraction: forward.metrics.clipFraction ?? 0,
    gradNorm: optim.gradNorm,
    trainedTokens: batch.reduce((sum, datum) => sum + datum.weights.filter((weight) => weight > 0).length, 0),
  };
}

async function collectGroups(trainer: RlTrainer, state: RlState, policy: SamplingClient) {
  const { settings, rollout, pool } = trainer;
  const groups: Group[] = [];
  const seconds = { sampling: 0, rewards: 0 };
  let cursors = state.cursors;
  let subSteps = 0;
  let learnable = 0;
  do {
    const count = promptsToSample(settings, state.learnableFraction);
    const drawn = drawPrompts(pool, { count, cursors, mix: settings.mix, seed: settings.seed });
    cursors = drawn.cursors;
    const part = await sampleGroups(drawn.tasks, {
      ...rollout,
      policy,
      rollouts: settings.rollouts,
      maxTokens: settings.maxTokens,
      temperature: settings.temperature,
      seed: `${settings.seed}/rl/${state.step}/${subSteps}`,
      chunk: settings.chunk,
      advantages: settings.advantages,
    });
    groups.push(...part.groups);
    seconds.sampling += part.seconds.sampling;
    seconds.rewards += part.seconds.rewards;
    learnable = groups.filter((group) => group.advantages !== undefined).length;
    subSteps++;
  } while (needsMore(settings, { learnable, sampled: groups.length }));
  return { groups, seconds, cursors, subSteps };
}

/**
 * Draws prompts by source in the shares of `mix`, each source walked through in a shuffled order, epoch after epoch:
 * what is drawn depends on the seed and the cursors alone.
 * @throws ConfigError when the pool has no task of a source with a share.
 */
export function drawPrompts(
  pool: readonly Task[],
  options: {
    count: number;
    cursors: Readonly<Record<string, number>>;
    mix: RlSettings['mix'];
    seed: number | string;
  },
): { tasks: Task[]; cursors: Record<string, number> } {
  const cursors = { ...options.cursors };
  const sources = Object.entries(options.mix).flatMap(([source, weight]) => {
    const tasks = pool.filter((task) => task.source === source);
    return weight > 0 && tasks.length > 0 ? [{ source, weight, tasks }] : [];
  });
  if (sources.length === 0) {
    throw new ConfigError(
      'no prompt is left to draw: every share of the mix is 0, or its sources are empty',
      {
        hint: 'give a source of the pool a share in rl.mix or ruleLearning.mix, enlarge pool.*, or set rl.skipEasy=false',
      },
    );
  }
  const total = sources.reduce((sum, { weight }) => sum + weight, 0);
  const drawn = Object.values(cursors).reduce((sum, cursor) => sum + cursor, 0);
  const tasks: Task[] = [];
  for (let i = 0; i < options.count; i++) {
    // The source that lags most behind its share of all prompts drawn so far comes next.
    const due = sources
      .map((entry) => ({
        ...entry,
        lag: (entry.weight / total) * (drawn + i + 1) - (cursors[entry.source] ?? 0),
      }))
      .reduce((best, entry) => (entry.lag > best.lag ? entry : best));
    const cursor = cursors[due.source] ?? 0;
    const epoch = Math.floor(cursor / due.tasks.length);
    const order = new Random(options.seed, 'task-pool', due.source, epoch).shuffle(due.tasks);
    tasks.push(order[cursor % due.tasks.length]!);
    cursors[due.source] = cursor + 1;
  }
  return { tasks, cursors };
}
