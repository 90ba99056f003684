import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type LearningRateSchedule, learningRate } from '../../src/engines/learning-rate.ts';

const rates = (schedule: LearningRateSchedule): number[] =>
  Array.from({ length: schedule.totalSteps + 1 }, (_, step) =>
    Number(learningRate(step, schedule).toFixed(6)),
  );

describe('learningRate', () => {
  it('rises linearly; the first step already moves', () => {
    assert.deepEqual(
      rates({ peak: 1, warmupSteps: 4, totalSteps: 6, decay: 'constant' }),
      [0.25, 0.5, 0.75, 1, 1, 1, 1],
    );
  });

  it('falls linearly to 0 after the last step', () => {
    assert.deepEqual(
      rates({ peak: 2, warmupSteps: 1, totalSteps: 5, decay: 'linear' }),
      [2, 2, 1.5, 1, 0.5, 0],
    );
  });

  it('falls as a cosine to a tenth of the peak', () => {
    assert.deepEqual(
      rates({ peak: 1, warmupSteps: 0, totalSteps: 4, decay: 'cosine' }),
      [1, 0.868198, 0.55, 0.231802, 0.1],
    );
  });

  it('holds the peak before it falls', () => {
    assert.deepEqual(
      rates({ peak: 1, warmupSteps: 2, totalSteps: 6, holdSteps: 2, decay: 'linear' }),
      [0.5, 1, 1, 1, 1, 0.5, 0],
    );
  });

  it('stays finite when warm-up is longer than the training', () => {
    assert.deepEqual(
      rates({ peak: 1, warmupSteps: 8, totalSteps: 2, decay: 'linear' }),
      [0.125, 0.25, 0.375],
    );
  });
});
