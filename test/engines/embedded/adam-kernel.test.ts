import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAdamKernel } from '../../../src/engines/embedded/adam-kernel.ts';
import { Random } from '../../../src/random.ts';

const constants = {
  scale: 0.5,
  beta1: 0.9,
  beta2: 0.75,
  keep: 0.99,
  rate: 0.1,
  correction: 2,
  epsilon: 0.01,
};

test('one weight, by hand', () => {
  const gradient = Float32Array.of(2); // g = 1
  const mean = Float32Array.of(0.5); // 0.9 × 0.5 + 0.1 × 1 = 0.55
  const square = Float32Array.of(0.65); // 0.75 × 0.65 + 0.25 × 1 = 0.7375
  const weights = Float32Array.of(3); // 0.99 × 3 - 0.1 × 0.55 / (2 × √0.7375 + 0.01)
  createAdamKernel().update({ gradient, mean, square, weights }, constants);
  assert.ok(Math.abs(mean[0]! - 0.55) < 1e-7);
  assert.ok(Math.abs(square[0]! - 0.7375) < 1e-7);
  assert.ok(Math.abs(weights[0]! - 2.9381627) < 1e-6, `${weights[0]}`);
  assert.equal(gradient[0], 2);
});

test('arrays of any length, also longer than what is worked on at once', () => {
  const random = new Random('adam kernel');
  const kernel = createAdamKernel();
  for (const length of [1, 3, 4, 7, 4096, 4097, 10_001]) {
    const numbers = () => Float32Array.from({ length }, () => random.normal());
    const arrays = {
      gradient: numbers(),
      mean: numbers(),
      square: numbers().map(Math.abs),
      weights: numbers(),
    };
    const before = structuredClone(arrays);
    kernel.update(arrays, constants);
    for (let i = 0; i < length; i++) {
      const g = constants.scale * before.gradient[i]!;
      const m = constants.beta1 * before.mean[i]! + (1 - constants.beta1) * g;
      const v = constants.beta2 * before.square[i]! + (1 - constants.beta2) * g * g;
      const step = (constants.rate * m) / (Math.sqrt(v) * constants.correction + constants.epsilon);
      const w = constants.keep * before.weights[i]! - step;
      assert.ok(Math.abs(arrays.mean[i]! - m) < 1e-6);
      assert.ok(Math.abs(arrays.square[i]! - v) < 1e-6 * Math.max(1, v));
      assert.ok(Math.abs(arrays.weights[i]! - w) < 1e-5 * Math.max(1, Math.abs(step)), `${i} of ${length}`);
    }
  }
});
