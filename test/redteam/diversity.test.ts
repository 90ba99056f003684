import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../src/random.ts';
import {
  certificationRates,
  distinctN,
  diversityOf,
  meanPairwiseJaccard,
} from '../../src/redteam/diversity.ts';
import type { CodeTurn } from '../../src/redteam/rule-to-code.ts';

describe('diversity', () => {
  it('distinct-n: n-grams that occur once over all of them', () => {
    const texts = ['a b a b', 'a b c'];
    assert.equal(distinctN(texts, 1), 3 / 7); // a b c of a b a b a b c
    assert.equal(distinctN(texts, 2), 3 / 5); // ab ba bc of ab ba ab ab bc
    assert.equal(distinctN(texts, 3), 3 / 3); // aba bab abc
    assert.equal(distinctN(['a b', ''], 3), null);
  });

  it('mean pairwise Jaccard of the words', () => {
    // {a b} {b c} share 1 of 3; {a b} {d} and {b c} {d} share none.
    assert.equal(meanPairwiseJaccard(['A b', 'b, c!', 'd'], 1), 1 / 9);
    assert.equal(meanPairwiseJaccard(['a b b', 'b a', ''], 1), 1);
    assert.equal(meanPairwiseJaccard(['alone'], 1), null);
  });

  it('of many texts is that of a sample, the same for the same seed', () => {
    const random = new Random('words');
    const texts = Array.from({ length: 400 }, () =>
      Array.from({ length: 20 }, () => `w${random.int(60)}`).join(' '),
    );
    const exact = meanPairwiseJaccard(texts, 1)!;
    const sampled = meanPairwiseJaccard(texts, 1, 100)!;
    assert.equal(meanPairwiseJaccard(texts, 1, 100), sampled);
    assert.notEqual(meanPairwiseJaccard(texts, 2, 100), sampled);
    assert.ok(Math.abs(sampled - exact) < 0.01, `${sampled} for ${exact}`);
  });

  it('says all of it at once', () => {
    assert.deepEqual(diversityOf(['a b', 'c d'], 1), {
      texts: 2,
      distinct: [1, 1, null],
      meanPairwiseJaccard: 0,
    });
  });
});

describe('certification rates', () => {
  const turn = (rule: string, at: number, outcome: CodeTurn['outcome']): CodeTurn => ({
    rule,
    cwe: 1,
    turn: at,
    outcome,
  });

  it('count what was decided, by rule and turn', () => {
    const rates = certificationRates([
      turn('a', 0, 'certified'),
      turn('b', 0, 'rejected'),
      turn('a', 1, 'certified'),
      turn('b', 1, 'undecided'),
      turn('a', 2, 'repeated'),
      turn('b', 2, 'declined'),
    ]);
    assert.deepEqual(rates.overall, { asked: 6, certified: 2, decided: 3, rate: 2 / 3, yield: 1 / 3 });
    assert.deepEqual(rates.byRule, {
      a: { asked: 3, certified: 2, decided: 2, rate: 1, yield: 2 / 3 },
      b: { asked: 3, certified: 0, decided: 1, rate: 0, yield: 0 },
    });
    assert.deepEqual(
      rates.byTurn.map(({ rate }) => rate),
      [1 / 2, 1, null],
    );
    assert.deepEqual(certificationRates([]).byTurn, []);
  });
});
