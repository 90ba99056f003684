import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Task } from '../../src/oracles/task.ts';
import type { Group } from '../../src/rl/rollouts.ts';
import { watchRollouts } from '../../src/rl/watch.ts';
import { sampleOf } from '../engines/scripted.ts';
import { makeTask } from '../oracles/fixtures.ts';

interface Shown {
  readonly response: string;
  readonly reward: number | null;
  readonly hasCode?: boolean;
  readonly refused?: boolean;
  readonly wellFormed?: boolean;
}

const group = (source: Task['source'], shown: readonly Shown[]): Group => ({
  task: makeTask({ source }),
  prompt: [1],
  advantages: undefined,
  rollouts: shown.map(({ response, reward, hasCode = false, refused = false, wellFormed = true }) => ({
    sample: sampleOf(response),
    response,
    reward: { reward, objectives: {}, verdicts: [], hasCode, refused, wellFormed },
  })),
});

describe('watchRollouts', () => {
  const watch = watchRollouts([
    group('code-security', [
      { response: 'code', reward: 1, hasCode: true },
      { response: 'code', reward: 0, hasCode: true },
      { response: 'prose', reward: 0.5 },
      { response: '', reward: 0, refused: true, wellFormed: false },
    ]),
    group('malicious-assistance', [
      { response: 'no', reward: 1, refused: true },
      { response: 'never', reward: null, refused: true },
    ]),
    group('overrefusal', [
      { response: 'yes', reward: 1 },
      { response: 'sorry', reward: 0, refused: true },
    ]),
  ]);

  it('keeps undecided rewards out of the means and counts them', () => {
    assert.equal(watch.reward, 3.5 / 7);
    assert.deepEqual(watch.rewardBySource, {
      'code-security': 1.5 / 4,
      'malicious-assistance': 1,
      overrefusal: 0.5,
    });
    assert.equal(watch.undecided, 1);
  });

  it('takes the code share over security prompts, the refusal share over harmless ones', () => {
    assert.equal(watch.codeShare, 2 / 4);
    assert.equal(watch.refusalShare, 2 / 6);
    assert.equal(watch.wellFormedShare, 7 / 8);
  });

  it('shows entropy, distinct answers and length', () => {
    assert.equal(watch.entropy, 0.5);
    assert.equal(watch.distinctShare, 7 / 8);
    // code code prose '' no never yes sorry = 4 + 4 + 5 + 0 + 2 + 5 + 3 + 5 characters, each with its end token.
    assert.equal(watch.length, (28 + 8) / 8);
  });

  it('is all zeros without rollouts, not NaN', () => {
    const { rewardBySource, ...figures } = watchRollouts([]);
    assert.deepEqual(rewardBySource, {});
    for (const value of Object.values(figures)) assert.equal(value, 0);
  });
});
