import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError } from '../../src/errors.ts';
import {
  drawPrompts,
  initialState,
  type RlSettings,
  type RlTrainer,
  trainStep,
} from '../../src/rl/trainer.ts';
import { characters, ScriptedSampler, ScriptedTraining } from '../engines/scripted.ts';
import { embeddedRewardModel, fenced, makeTask, respond } from '../oracles/fixtures.ts';

const SECURE = respond(fenced('def load_user(path):\n    return path.strip()'));
const VULNERABLE = respond(fenced('def load_user(path):\n    return eval(path)'));

/** Prompts of even number give mixed groups, the others only vulnerable code. */
const script = (prompt: string, index: number): string =>
  Number(/number (\d+)/.exec(prompt)![1]) % 2 === 0 && index % 2 === 0 ? SECURE : VULNERABLE;

const pool = Array.from({ length: 40 }, (_, i) =>
  makeTask({ id: `task-${i}`, messages: [{ role: 'user', content: `Write load_user(path), number ${i}.` }] }),
);

function trainer(changes: Partial<RlSettings> = {}, tasks = pool, answers = script) {
  const training = new ScriptedTraining(answers);
  const made: RlTrainer & { training: ScriptedTraining } = {
    settings: {
      ...{ sampler: 'single-step', groups: 4, cap: 4, steps: 10, rollouts: 4, maxTokens: 50, temperature: 1 },
      ...{ learningRate: 1e-3, warmupSteps: 2, clip: { low: 0.8, high: 1.2 }, klCoefficient: 0.001 },
      adam: { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 1 },
      mix: { 'code-security': 1 },
      seed: 1,
      chunk: 3,
      advantages: 'joint',
      ...changes,
    },
    training,
    reference: new ScriptedSampler(() => ''),
    pool: tasks,
    rollout: { tokenizer: characters, rewardModel: embeddedRewardModel(), systemPrompt: 'Be safe.' },
  };
  return made;
}

describe('trainStep', () => {
  it('samples n / l prompts, trains on every learnable group and measures l for the next step', async () => {
    const rl = trainer();
    const { state, report, groups } = await trainStep(rl, {
      ...initialState(0.5, 4),
      learnableFraction: 0.5,
    });
    assert.equal(groups.length, 8);
    const learnable = groups.filter(({ advantages }) => advantages !== undefined).length;
    assert.ok(learnable > 0 && learnable < 8);
    assert.equal(report.trainedGroups, learnable);
    assert.equal(report.droppedLearnableGroups, 0);
    assert.equal(report.subSteps, 1);
    assert.equal(state.learnableFraction, learnable / 8);
    assert.equal(state.step, 1);
    assert.deepEqual(state.cursors, { 'code-security': 8 });
    const [{ batch, loss }] = rl.training.batches as [ScriptedTraining['batches'][number]];
    assert.equal(batch.length, 4 * learnable);
    assert.deepEqual(loss, { kind: 'ppo', clip: { low: 0.8, high: 1.2 }, klCoefficient: 0.001 });
    assert.equal(rl.training.updates[0]!.learningRate, 0.5e-3);
    assert.equal(report.reward, (2 * learnable) / 32);
  });

  it('is continued by its state alone', async () => {
    const first = await trainStep(trainer(), initialState(0.5, 4));
    const saved = JSON.parse(JSON.stringify(first.state)) as typeof first.state;
    const idsOf = async (state: typeof saved) =>
      (await trainStep(trainer(), state)).groups.map(({ task }) => task.id);
    assert.deepEqual(await idsOf(saved), await idsOf(first.state));
  });

  it('resamples as DAPO does, and drops and counts the surplus', async () => {
    const rl = trainer({ sampler: 'dapo', groups: 3 });
    const { report } = await trainStep(rl, initialState(0.5, 4));
    assert.ok(report.subSteps > 1);
    assert.equal(report.promptsSampled, 3 * report.subSteps);
    assert.equal(report.trainedGroups, 3);
    assert.equal(report.droppedLearnableGroups, report.learnableGroups - 3);
    assert.equal(rl.training.batches[0]!.batch.length, 12);
  });

  it('updates nothing when no group is learnable, and samples the most it may next time', async () => {
    const rl = trainer({}, pool, () => VULNERABLE);
    const first = await trainStep(rl, initialState(0.5, 4));
    assert.equal(rl.training.updates.length, 0);
    assert.equal(first.state.learnableFraction, 0);
    const second = await trainStep(rl, first.state);
    assert.equal(second.report.promptsSampled, 16);
  });
});

describe('drawPrompts', () => {
  it('says so when no prompt is left', () => {
    const draw = (mix: RlSettings['mix']) => () => drawPrompts(pool, { count: 1, cursors: {}, mix, seed: 1 });
    for (const mix of [{}, { 'code-security': 0 }, { 'security-qa': 1 }]) {
      assert.throws(
        draw(mix),
        (error: ConfigError) => error instanceof ConfigError && /mix/.test(error.hint!),
      );
    }
  });
});
