import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { familyInterval, meanInterval, meanScore, type TaskScore } from '../../src/evals/mean-interval.ts';
import { wilsonInterval } from '../../src/evals/proportions.ts';
import { Random } from '../../src/random.ts';

const near = (actual: number, expected: number, within: number) =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual} is not ${expected}`);

/** Scores of tasks, each its own family unless there are `families`. */
const scoresOf = (scores: readonly number[], { name = 't', families = scores.length } = {}): TaskScore[] =>
  scores.map((score, index) => ({ task: `${name}${index}`, family: `${name}${index % families}`, score }));

const passes = (count: number, n: number) => Array.from({ length: n }, (_, i) => (i < count ? 1 : 0));

describe('meanScore', () => {
  it('weighs benchmarks the same, whatever their size, and leaves empty ones out', () => {
    assert.equal(meanScore([scoresOf([1, 1, 1, 0]), scoresOf([0]), []]), 37.5);
    assert.equal(meanScore([[], []]), null);
    assert.equal(meanInterval([[]]), null);
  });
});

describe('meanInterval', () => {
  it('is as wide as the normal interval of a proportion when every task has one sample', () => {
    // 50 % of 400: 1.96 · sqrt(0.25 / 400) is 4.9 points.
    const [low, high] = meanInterval([scoresOf(passes(200, 400))])!;
    near(low, 45.1, 0.6);
    near(high, 54.9, 0.6);
  });

  it('narrows for a mean over benchmarks as independent errors add: by the square root of their number', () => {
    const parts = ['a', 'b', 'c', 'd'].map((name) => scoresOf(passes(200, 400), { name }));
    const [low, high] = meanInterval(parts)!;
    near(low, 50 - 4.9 / 2, 0.4);
    near(high, 50 + 4.9 / 2, 0.4);
  });

  it('does not narrow when the benchmarks share their tasks', () => {
    const [low, high] = meanInterval([scoresOf(passes(200, 400)), scoresOf(passes(200, 400))])!;
    near(high - low, 9.8, 0.9);
  });

  it('does not take samples of a task for independent prompts', () => {
    // Ten tasks of a hundred samples that all agree are ten observations: Wilson on 1,000 would be 6 points wide.
    const [low, high] = meanInterval([scoresOf(passes(5, 10))])!;
    assert.ok(high - low > 50, `${low} to ${high}`);
  });

  it('is no point where all tasks agree: the bound is that of "never" in as many tasks', () => {
    const [low, high] = meanInterval([scoresOf(passes(20, 20))])!;
    near(low, wilsonInterval(20, 20)![0], 1e-9);
    assert.equal(high, 100);
    const [none, some] = meanInterval([scoresOf(passes(0, 20))])!;
    assert.equal(none, 0);
    near(some, 16.11, 0.005);
    // Differences go either way.
    const [down, up] = meanInterval([scoresOf(passes(0, 20))], { least: -100 })!;
    near(down, -16.11, 0.005);
    near(up, 16.11, 0.005);
  });

  it('keeps the margin of a benchmark where all tasks agree beside others that vary', () => {
    const varied = scoresOf(passes(50, 100), { name: 'v' });
    const [low, high] = meanInterval([varied, scoresOf(passes(0, 10), { name: 'n' })])!;
    // Half the binomial margin of 9.8 down; up also half of Wilson's 27.75 for none of ten: sqrt(4.9² + 13.9²).
    near(low, 25 - 4.9, 0.5);
    near(high, 25 + Math.hypot(4.9, 27.75 / 2), 0.5);
    const [down, up] = meanInterval([varied, scoresOf(passes(10, 10), { name: 'n' })])!;
    near(down, 75 - Math.hypot(4.9, 27.75 / 2), 0.5);
    near(up, 75 + 4.9, 0.5);
  });

  it('covers the truth where benchmarks are small and near the ends', () => {
    const chances = [0.02, 0.98, 0.5, 0.05];
    const truth = 38.75;
    const repetitions = 100;
    const covered = Array.from({ length: repetitions }, (_, repetition) => {
      const random = new Random('coverage', repetition);
      const parts = chances.map((chance, part) =>
        scoresOf(
          Array.from({ length: 12 }, () => Number(random.chance(chance))),
          { name: `p${part}` },
        ),
      );
      const [low, high] = meanInterval(parts)!;
      return low <= truth && truth <= high;
    });
    assert.ok(covered.filter(Boolean).length >= 93, `${covered.filter(Boolean).length} of ${repetitions}`);
  });

  it('is the same in any order of the tasks', () => {
    const tasks = scoresOf([0.1, 0.7, 0.2, 1, 0, 0.3, 0.3, 0.9, 1, 0.6]);
    assert.deepEqual(meanInterval([[...tasks].reverse()]), meanInterval([tasks]));
  });
});

describe('familyInterval', () => {
  it('is wider where families stand or fall together', () => {
    const tasks = Array.from({ length: 400 }, (_, i) => ({
      task: `t${i}`,
      family: `f${i % 20}`,
      score: i % 20 < 10 ? 1 : 0,
    }));
    const [low, high] = familyInterval([tasks])!;
    // Twenty observations instead of 400: sqrt(20) times as wide.
    near(high - low, 2 * 1.96 * Math.sqrt(0.25 / 20) * 100, 6);
  });

  it('says nothing of fewer than ten families, nor where each task is its own', () => {
    assert.equal(familyInterval([scoresOf(passes(10, 40), { families: 9 })]), null);
    assert.equal(familyInterval([scoresOf(passes(10, 40))]), null);
    assert.notEqual(familyInterval([scoresOf(passes(10, 40), { families: 10 })]), null);
  });
});
