import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type RolloutOptions, sampleGroups } from '../../src/rl/rollouts.ts';
import { characters, ScriptedSampler, spell } from '../engines/scripted.ts';
import { embeddedRewardModel, fenced, makeTask, respond } from '../oracles/fixtures.ts';

const SECURE = respond(
  fenced('import secrets\n\ndef load_user(path):\n    return secrets.token_hex(len(path))'),
);
const VULNERABLE = respond(fenced('def load_user(path):\n    return eval(path)'));
const MALFORMED = 'Here you are.';

const options = (policy: ScriptedSampler, changes: Partial<RolloutOptions> = {}): RolloutOptions => ({
  policy,
  tokenizer: characters,
  rewardModel: embeddedRewardModel(),
  systemPrompt: 'Be safe.',
  rollouts: 3,
  maxTokens: 50,
  temperature: 1,
  seed: '1/rl/0/0',
  chunk: 2,
  advantages: 'joint',
  ...changes,
});

describe('sampleGroups', () => {
  it('rewards each answer by itself and keeps the order of tasks and rollouts over chunks', async () => {
    const answers = [SECURE, VULNERABLE, MALFORMED];
    const policy = new ScriptedSampler(
      (prompt, index) => answers[(index + Number(/\d/.exec(prompt)![0])) % 3]!,
    );
    const tasks = Array.from({ length: 5 }, (_, i) =>
      makeTask({
        id: `task-${i}`,
        messages: [{ role: 'user', content: `Write load_user(path), number ${i}.` }],
      }),
    );
    const { groups } = await sampleGroups(tasks, options(policy));
    assert.deepEqual(
      groups.map(({ task }) => task.id),
      ['task-0', 'task-1', 'task-2', 'task-3', 'task-4'],
    );
    assert.deepEqual(
      groups.map(({ rollouts }) => rollouts.map(({ reward }) => reward.reward)),
      [
        [1, 0, 0],
        [0, 0, 1],
        [0, 1, 0],
        [1, 0, 0],
        [0, 0, 1],
      ],
    );
    for (const { rollouts, advantages } of groups) {
      const best = rollouts.findIndex(({ reward }) => reward.reward === 1);
      assert.ok(Math.abs(advantages![best]! - Math.SQRT2) < 1e-12);
    }
  });

  it('has no advantages where all rewards are equal', async () => {
    const { groups } = await sampleGroups([makeTask()], options(new ScriptedSampler(() => VULNERABLE)));
    assert.equal(groups[0]!.advantages, undefined);
  });

  it('never rewards what an oracle could not decide', async () => {
    const rewardModel = embeddedRewardModel({ oracles: {} });
    const { groups } = await sampleGroups(
      [makeTask()],
      options(new ScriptedSampler(() => SECURE), { rewardModel }),
    );
    assert.deepEqual(
      groups[0]!.rollouts.map(({ reward }) => reward.reward),
      [null, null, null],
    );
  });

  it('names the random stream by seed and task, and cuts the analyses of earlier turns', async () => {
    const policy = new ScriptedSampler(() => SECURE);
    const messages = [
      { role: 'user', content: 'Write one.' },
      {
        role: 'assistant',
        content: '## Analysis\nIntent: benign, it is secret.\n## Answer\nDone, here it is.',
      },
      { role: 'user', content: 'Another.' },
    ] as const;
    await sampleGroups([makeTask({ id: 't', messages })], options(policy));
    const [request] = policy.requests;
    assert.equal(request!.seed, '1/rl/0/0/t');
    assert.equal(
      spell(request!.prompt),
      '<|system|>Be safe.<|end|><|user|>Write one.<|end|><|assistant|>Done, here it is.<|end|><|user|>Another.<|end|><|assistant|>',
    );
  });
});
