import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { calibrate, type Label, type LabelledVerdict } from '../../../src/oracles/judges/calibration.ts';
import type { Verdict } from '../../../src/oracles/verdict.ts';

const VERDICTS: Readonly<Record<string, Verdict>> = {
  p: { kind: 'pass' },
  f: { kind: 'fail', evidence: [{ rule: 'REFUSAL', message: 'no' }] },
  u: { kind: 'undecided', cause: 'timeout' },
};

/** `labels` and `verdicts` have one letter a row: pass, fail, undecided. */
function rows(labels: string, verdicts: string, more: Partial<LabelledVerdict> = {}): LabelledVerdict[] {
  return [...labels].map((letter, at) => ({
    id: at + 1,
    line: at + 1,
    label: (letter === 'p' ? 'pass' : 'fail') satisfies Label,
    verdict: VERDICTS[verdicts[at]!]!,
    ballots: [],
    reasons: [`reason ${at + 1}`],
    ...more,
  }));
}

describe('a calibration', () => {
  it('counts by label and verdict; undecided is neither right nor found', () => {
    // 20 agreed passes, 5 passes failed, 10 fails passed, 15 agreed fails: kappa .4; two more fails undecided.
    const labels = `${'p'.repeat(25)}${'f'.repeat(27)}`;
    const verdicts = `${'p'.repeat(20)}${'f'.repeat(5)}${'p'.repeat(10)}${'f'.repeat(15)}uu`;
    const result = calibrate(rows(labels, verdicts));
    assert.deepEqual(result.confusion, {
      pass: { pass: 20, fail: 5, undecided: 0 },
      fail: { pass: 10, fail: 15, undecided: 2 },
    });
    assert.deepEqual([result.rows, result.decided, result.undecided], [52, 50, 2]);
    assert.equal(result.agreement, 0.7);
    assert.equal(result.kappa!.kappa.toFixed(12), '0.400000000000');
    assert.equal(result.precision, 15 / 20);
    assert.equal(result.recall, 15 / 27);
    assert.equal(result.disagreements.length, 15);
    assert.deepEqual(
      result.undecidedRows.map(({ line }) => line),
      [51, 52],
    );
    assert.deepEqual([result.judges, result.pairs, result.fleiss, result.categories], [{}, [], null, {}]);
  });

  it('has no figures where there is nothing to count', () => {
    const { agreement, kappa, precision, recall } = calibrate(rows('pp', 'uu'));
    assert.deepEqual([agreement, kappa, precision, recall], [null, null, null, null]);
  });

  it('lists each difference with its reasons', () => {
    assert.deepEqual(calibrate(rows('pf', 'ff', { category: 'worm' })).disagreements, [
      { id: 1, line: 1, category: 'worm', label: 'pass', verdict: 'fail', reasons: ['reason 1'] },
    ]);
  });

  it('is made by category too', () => {
    const all = [
      ...rows('pp', 'pf', { category: 'b' }),
      ...rows('ff', 'ff', { category: 'a' }),
      ...rows('p', 'p'),
    ];
    const { categories } = calibrate(all);
    assert.deepEqual(Object.keys(categories), ['a', 'b']);
    assert.deepEqual([categories.a!.agreement, categories.b!.agreement], [1, 0.5]);
  });

  it('compares the judges of a panel with the labels and with each other', () => {
    // votes[row] = one letter a judge
    const votes = ['ppp', 'ppf', 'fff', 'ffp', 'puf'];
    const panel = votes.map(
      (letters, at): LabelledVerdict => ({
        ...rows('p', letters[0]!)[0]!,
        label: at < 2 ? 'pass' : 'fail',
        ballots: [...letters].map((letter, judge) => ({ judge: 'xyz'[judge]!, verdict: VERDICTS[letter]! })),
      }),
    );
    const { judges, pairs, fleiss, disagreements } = calibrate(panel);
    assert.deepEqual(
      Object.entries(judges).map(([name, fit]) => [name, fit.agreement, fit.undecided]),
      [
        ['x', 0.8, 0],
        ['y', 1, 1],
        ['z', 0.6, 0],
      ],
    );
    assert.deepEqual(
      pairs.map((pair) => [pair.judges.join(), pair.rows, pair.agreement]),
      [
        ['x,y', 4, 1],
        ['x,z', 5, 0.4],
        ['y,z', 4, 0.5],
      ],
    );
    // Four rows of three ratings, half of them pass: observed 2/3, expected 1/2.
    assert.equal(fleiss!.rows, 4);
    assert.equal(fleiss!.kappa!.toFixed(12), (1 / 3).toFixed(12));
    assert.deepEqual(disagreements[0]!.votes, { x: 'pass', y: 'undecided', z: 'fail' });
  });
});
