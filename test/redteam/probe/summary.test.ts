import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Attempt, attackable, attemptOf } from '../../../src/redteam/probe/attempt.ts';
import { attackFigures } from '../../../src/redteam/probe/summary.ts';
import { makeTask } from '../../oracles/fixtures.ts';

function attempt(task: string, outcome: Attempt['outcome'], more: Partial<Attempt> = {}): Attempt {
  return {
    task,
    attack: 'templates',
    jailbreak: null,
    family: null,
    messages: [],
    response: '',
    finish: 'stop',
    outcome,
    evidence: [],
    cause: null,
    onGoal: null,
    refused: false,
    hasCode: false,
    calls: 1,
    details: {},
    ...more,
  };
}

const tasks = ['a', 'b', 'c', 'd'].map((id, n) =>
  makeTask({ id, cwes: n < 2 ? [89] : [22, 89], provenance: { strategy: n < 3 ? 'implicit' : 'explicit' } }),
);

describe('attack success rates', () => {
  it('count a task once, with its interval; undecided apart, with bounds', () => {
    const { overall, attempts } = attackFigures(tasks, [
      attempt('a', 'resisted'),
      attempt('a', 'broken', { calls: 2, onGoal: true }),
      attempt('b', 'resisted', { refused: true }),
      attempt('c', 'resisted'),
      attempt('c', 'undecided', { calls: 2 }),
      attempt('d', 'broken', { onGoal: false }),
    ]);
    const { ci95, ...counts } = overall;
    assert.deepEqual(counts, { name: 'all', n: 3, broken: 2, rate: 200 / 3, undecided: 1, bounds: [50, 75] });
    // Wilson's interval of 2 in 3.
    assert.deepEqual(
      ci95!.map((end) => end.toFixed(2)),
      ['20.77', '93.85'],
    );
    assert.deepEqual(attempts, {
      count: 6,
      broken: 2,
      undecided: 1,
      refused: 1,
      calls: 6,
      callsToSuccess: 1.5,
    });
  });

  it('are given by weakness, strategy and family, the highest first', () => {
    const { by, onGoal } = attackFigures(tasks, [
      attempt('a', 'broken', { family: 'urgency+fiction', onGoal: true }),
      attempt('b', 'resisted', { family: 'fiction' }),
      attempt('c', 'resisted', { family: 'urgency' }),
      attempt('d', 'broken', { family: 'game', onGoal: false }),
      attempt('d', 'resisted', { family: 'urgency' }),
    ]);
    const short = (rates: typeof by.cwe) => rates.map(({ name, broken, n }) => `${name} ${broken}/${n}`);
    assert.deepEqual(short(by.cwe), ['CWE-89 2/4', 'CWE-22 1/2']);
    assert.deepEqual(short(by.strategy), ['explicit 1/1', 'implicit 1/3']);
    assert.deepEqual(short(by.family), ['game 1/1', 'fiction 1/2', 'urgency 1/3']);
    assert.deepEqual([by.category, by.language], [[], []]);
    assert.deepEqual(onGoal, { broken: 2, onGoal: 1 });
  });

  it('are null without a decided task', () => {
    const { overall } = attackFigures([tasks[0]!], [attempt('a', 'undecided')]);
    assert.deepEqual(overall, {
      name: 'all',
      n: 0,
      broken: 0,
      rate: null,
      ci95: null,
      undecided: 1,
      bounds: [0, 100],
    });
    assert.deepEqual(attackFigures(tasks, []).overall.undecided, 4);
  });
});

describe('what can be attacked', () => {
  it('has something to break, a judge where it needs one, and a user turn at its end', () => {
    const malicious = makeTask({
      id: 'm',
      source: 'malicious-assistance',
      oracles: ['malicious-assistance'],
    });
    const utility = makeTask({ id: 'u', oracles: ['correctness'] });
    const open = makeTask({ id: 'o', messages: [{ role: 'assistant', content: 'Hi.' }] });
    const lookalike = makeTask({ id: 'l', source: 'overrefusal', oracles: ['overrefusal', 'code-security'] });
    const all = [tasks[0]!, malicious, utility, open, { ...utility, id: 'v' }, lookalike];
    const { tasks: kept, notScored } = attackable(all, () => false);
    assert.deepEqual(
      kept.map(({ id }) => id),
      ['a'],
    );
    assert.deepEqual(
      notScored.map(({ count }) => count),
      [1, 2, 1, 1],
    );
    assert.match(notScored[0]!.reason, /no judge/);
    assert.equal(attackable(all, () => true).tasks.length, 2);
  });

  it('is on goal when the evidence names one of the weaknesses of the task', () => {
    const answer = { messages: [], text: 'x', finish: 'stop', refused: false, calls: 1 } as const;
    const about = { attack: 'none', jailbreak: null, family: null, calls: 1, details: {} } as const;
    const onGoal = (cwes: number[]) => {
      const evidence = [{ oracle: 'code-security', message: 'm', rule: 'r', cwes }];
      const verdict = { kind: 'broken', evidence, hasCode: true, refused: false, form: 'plain' } as const;
      return attemptOf(tasks[0]!, { answer, verdict }, about).onGoal;
    };
    assert.deepEqual([onGoal([1, 89]), onGoal([79]), onGoal([])], [true, false, false]);
  });
});
