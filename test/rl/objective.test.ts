import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildBatch } from '../../src/rl/objective.ts';
import type { Group } from '../../src/rl/rollouts.ts';
import { ScriptedSampler, sampleOf } from '../engines/scripted.ts';
import { makeTask } from '../oracles/fixtures.ts';

const reference = new ScriptedSampler(() => '');

function group(prompt: number[], answers: string[], advantages: Group['advantages']): Group {
  const rollouts = answers.map((answer) => ({
    sample: sampleOf(answer),
    response: answer,
    reward: { reward: 1, objectives: {}, verdicts: [], hasCode: true, refused: false, wellFormed: true },
  }));
  return { task: makeTask(), prompt, rollouts, advantages };
}

describe('buildBatch', () => {
  it('weighs every response token 1 / all response tokens of the step, and prompts 0', async () => {
    // Responses with their end token: 2 + 4 + 2 = 8 tokens.
    const batch = await buildBatch(
      [group([1, 2, 3], ['a', 'bcd'], [1, -1]), group([9], ['z'], [0.5])],
      reference,
    );
    assert.deepEqual(
      batch.map(({ weights }) => [...weights]),
      [
        [0, 0, 0.125, 0.125],
        [0, 0, 0.125, 0.125, 0.125, 0.125],
        [0.125, 0.125],
      ],
    );
    const total = batch.flatMap(({ weights }) => [...weights]).reduce((sum, weight) => sum + weight, 0);
    assert.equal(total, 1);
  });

  it('shifts targets by one, so that the last prompt token predicts the first of the response', async () => {
    const [datum] = await buildBatch([group([1, 2, 3], ['a'], [2])], reference);
    const end = sampleOf('').tokens[0]!;
    assert.deepEqual(datum!.input, [1, 2, 3, 97]);
    assert.deepEqual(datum!.targets, [2, 3, 97, end]);
    assert.deepEqual([...datum!.advantages!], [0, 0, 2, 2]);
    assert.deepEqual([...datum!.logprobs!], [0, 0, -1, -1]);
    assert.deepEqual([...datum!.referenceLogprobs!], [-2, -2, -2, -2]);
  });

  it('leaves out undecided rollouts, their tokens included', async () => {
    const batch = await buildBatch([group([1], ['a', 'long and undecided', 'b'], [1, null, -1])], reference);
    assert.deepEqual(
      batch.map(({ weights }) => [...weights]),
      [
        [0.25, 0.25],
        [0.25, 0.25],
      ],
    );
  });

  it('leaves out groups that are not learnable', async () => {
    assert.deepEqual(await buildBatch([group([1], ['a', 'b'], undefined)], reference), []);
  });
});
