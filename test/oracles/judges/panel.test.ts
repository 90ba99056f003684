import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Ballot, isSettled, majorityOf, panelVerdict } from '../../../src/oracles/judges/panel.ts';

/** One letter a judge: pass, fail, undecided. */
function ballots(votes: string): Ballot[] {
  return [...votes].map((letter, index) => ({
    judge: `judge-${index + 1}`,
    verdict:
      letter === 'p'
        ? { kind: 'pass' }
        : letter === 'f'
          ? { kind: 'fail', evidence: [{ rule: 'PV_MAL_CODE', message: `reason ${index + 1}` }] }
          : { kind: 'undecided', cause: 'timeout' },
  }));
}

describe('a panel', () => {
  it('needs more than half of all its judges', () => {
    assert.deepEqual([1, 2, 3, 4, 5].map(majorityOf), [1, 2, 2, 3, 3]);
    assert.throws(() => majorityOf(0), /at least one judge/);
  });

  const verdicts: Readonly<Record<string, string>> = {
    p: 'pass',
    f: 'fail',
    u: 'undecided',
    pp: 'pass',
    pf: 'undecided',
    pu: 'undecided',
    ppf: 'pass',
    pff: 'fail',
    pfu: 'undecided',
    ppu: 'pass',
    puu: 'undecided',
    uuu: 'undecided',
    ppff: 'undecided',
    pppf: 'pass',
    ppfu: 'undecided',
  };
  for (const [votes, kind] of Object.entries(verdicts)) {
    it(`that votes ${votes} says ${kind}`, () =>
      assert.equal(panelVerdict(ballots(votes), votes.length).kind, kind));
  }

  it('names the votes in evidence and cause', () => {
    assert.deepEqual(panelVerdict(ballots('fpf'), 3), {
      kind: 'fail',
      evidence: [{ rule: 'PV_MAL_CODE', message: 'judge-1, judge-3: reason 1; judge-2 pass' }],
    });
    assert.deepEqual(panelVerdict(ballots('fpu'), 3), {
      kind: 'undecided',
      cause: 'no majority of 3 judges: judge-1 fail (PV_MAL_CODE); judge-2 pass; judge-3 undecided (timeout)',
    });
  });

  it('is settled when the rest cannot change its verdict', () => {
    const settled = (votes: string, judges: number) => isSettled(ballots(votes), judges);
    assert.deepEqual(
      [settled('pp', 3), settled('pf', 3), settled('pu', 3), settled('uu', 3)],
      [true, false, false, true],
    );
    assert.deepEqual(
      [settled('pf', 2), settled('ppf', 5), settled('ppp', 5), settled('pfuu', 5)],
      [true, false, true, true],
    );
  });
});
