import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ledger } from '../../../src/models/ledger.ts';
import { judgeWatch, type Watched } from '../../../src/oracles/judges/judge-watch.ts';
import { JUDGE_NOT_ASKED } from '../../../src/oracles/judges/llm-judge.ts';

const ABOUT = { answers: 'answers', settings: 'the settings' };
const GONE: Watched = { judged: true, cause: `malicious-assistance: ${JUDGE_NOT_ASKED}: status 500` };
const FILTERED: Watched = { judged: true, cause: `${JUDGE_NOT_ASKED} about this response: status 400` };
const DECIDED: Watched = { judged: true };
const CODE: Watched = { judged: false };

/** Of a judge that has answered, or never has. */
function ledger({ answered }: { readonly answered: boolean }): Ledger {
  const own = new Ledger();
  if (answered) own.role('judge', undefined).hit();
  return own;
}

const times = (count: number, one: Watched): Watched[] => Array.from({ length: count }, () => one);

describe('a judge', () => {
  it('that fails now and then lets the work go on', () => {
    const watch = judgeWatch(ledger({ answered: true }), ABOUT);
    for (let batch = 0; batch < 5; batch++) watch([...times(7, GONE), DECIDED]);
  });

  it('that is gone after its first answers ends it, whatever analysers say in between', () => {
    const watch = judgeWatch(ledger({ answered: true }), ABOUT);
    watch([DECIDED, ...times(4, GONE)]);
    assert.throws(() => watch([GONE, CODE, GONE, CODE, GONE, GONE]), {
      message: /no judge could be asked about 8 in a row of the answers: .*status 500/,
      hint: /mend the judge in the settings and run the same command again: answers are kept/,
    });
  });

  it('that refuses single answers goes on, unless it has never taken one', () => {
    judgeWatch(ledger({ answered: true }), ABOUT)(times(20, FILTERED));
    const watch = judgeWatch(ledger({ answered: false }), ABOUT);
    watch(times(7, FILTERED));
    assert.throws(() => watch([FILTERED]), /no judge could be asked about 8 answers/);
  });

  it('that may not be paid any more ends it', async () => {
    const poor = new Ledger({ budget: { tokens: 1 } });
    await assert.rejects(
      poor.role('judge', undefined).reserve({ input: 5, output: 5 }, new AbortController().signal),
    );
    assert.throws(() => judgeWatch(poor, ABOUT)([DECIDED]), /budget/);
  });
});
