import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareEvaluations, findFlips, holm } from '../../src/evals/compare.ts';
import { comparisonSchema } from '../../src/evals/evaluation-summary.ts';
import { judgeGate } from '../../src/evals/gate.ts';
import { sampleEvaluation, tasksOf } from './evaluation-sample.ts';

const near = (actual: number, expected: number, within: number) =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual} is not ${expected}`);

/** Two evaluations of one benchmark, a character a prompt. */
const compareMarks = (before: string, after: string) =>
  compareEvaluations(
    sampleEvaluation([{ name: 'mitre', axis: 'malicious-assistance', tasks: tasksOf(before) }]),
    sampleEvaluation([{ name: 'mitre', axis: 'malicious-assistance', tasks: tasksOf(after) }]),
  );

describe('compareEvaluations', () => {
  it('gives the difference and interval of matched pairs that Agresti prints', () => {
    // Approval of the prime minister (Categorical Data Analysis, section 10.1.1): 944 -> 880 of 1,600, difference -0.04
    // with standard error 0.0095, interval (-0.06, -0.02).
    const cells = [
      ['+', '+', 794],
      ['-', '+', 86],
      ['+', '-', 150],
      ['-', '-', 570],
    ] as const;
    const line = (side: 0 | 1) => cells.map((cell) => cell[side].repeat(cell[2])).join('');
    const { benchmarks, axes } = compareMarks(line(0), line(1));
    const { n, before, after, difference, ci95, gained, lost, p, pHolm } = benchmarks.mitre!;
    assert.deepEqual([n, before, after, gained.length, lost.length], [1600, 59, 55, 86, 150]);
    near(difference!, -4, 1e-9);
    near(ci95![0], -4 - 1.96 * 0.95, 0.15);
    near(ci95![1], -4 + 1.96 * 0.95, 0.15);
    assert.ok(p! > 2e-5 && p! < 6e-5 && p === pHolm);
    near(axes['malicious-assistance']!.difference!, -4, 1e-9);
  });

  it('leaves out what one of them was not decided on, and prompts that are not the same', () => {
    const before = sampleEvaluation(
      [
        {
          name: 'frr',
          axis: 'overrefusal',
          tasks: [
            ...tasksOf('+-?+'),
            { id: 'edited', marks: '+', prompt: 'old text' },
            { id: 'gone', marks: '+' },
          ],
        },
        { name: 'codelmsec', axis: 'code-security', tasks: tasksOf('+') },
      ],
      { model: 'old', parameters: { temperature: 0.8, samples: 4 } },
    );
    const after = sampleEvaluation(
      [
        {
          name: 'frr',
          axis: 'overrefusal',
          tasks: [...tasksOf('-++?'), { id: 'edited', marks: '-', prompt: 'new' }],
        },
        { name: 'xstest', axis: 'overrefusal', tasks: tasksOf('+') },
      ],
      { model: 'new' },
    );
    const comparison = compareEvaluations(before, after);
    const { n, undecided, gained, lost, onlyBefore, onlyAfter, changed, p } = comparison.benchmarks.frr!;
    assert.deepEqual(
      { n, undecided, gained, lost, onlyBefore, onlyAfter, changed, p },
      {
        n: 2,
        undecided: 2,
        gained: ['t1'],
        lost: ['t0'],
        onlyBefore: 1,
        onlyAfter: 0,
        changed: 1,
        // One sample against four: no flips to test.
        p: null,
      },
    );
    assert.deepEqual([comparison.onlyBefore, comparison.onlyAfter], [['codelmsec'], ['xstest']]);
    assert.deepEqual(comparison.settings, [
      { name: 'temperature', before: '0.8', after: '0' },
      { name: 'samples', before: '4', after: '1' },
    ]);
    assert.deepEqual([comparison.before.model, comparison.after.model], ['old', 'new']);
    assert.deepEqual(Object.keys(comparison.axes), ['overrefusal']);
    assert.deepEqual(comparisonSchema.parse(JSON.parse(JSON.stringify(comparison))), comparison);
  });

  it('names the setting that differs, not all that it is a part of', () => {
    const side = (judge: string, failAt: string) =>
      sampleEvaluation([{ name: 'frr', axis: 'overrefusal', tasks: tasksOf('+') }], {
        parameters: { oracles: { failAt, judge: { models: [{ model: judge, prices: null }] } } },
      });
    assert.deepEqual(compareEvaluations(side('small', 'medium'), side('large', 'medium')).settings, [
      { name: 'oracles.judge.models.0.model', before: '"small"', after: '"large"' },
    ]);
  });

  it('takes several samples of a prompt for one: better, worse or the same', () => {
    const side = (marks: readonly string[]) =>
      sampleEvaluation([
        { name: 'mbpp', axis: 'utility', tasks: marks.map((own, i) => ({ id: `t${i}`, marks: own })) },
      ]);
    const { mbpp } = compareEvaluations(
      side(['++--', '++++', '----', '++--']),
      side(['+---', '++++', '+---', '--++']),
    ).benchmarks;
    assert.deepEqual([mbpp!.before, mbpp!.after, mbpp!.difference], [50, 50, 0]);
    assert.deepEqual([mbpp!.gained, mbpp!.lost], [['t2'], ['t0']]);
  });

  it('holds samples that only one of them was decided on against nothing', () => {
    const side = (marks: readonly string[]) =>
      sampleEvaluation([
        { name: 'mbpp', axis: 'utility', tasks: marks.map((own, i) => ({ id: `t${i}`, marks: own })) },
      ]);
    // 3 of 5 against 3 of 4: what is decided in both is the same. The last has no sample that both decided.
    const { mbpp } = compareEvaluations(side(['+++--', '+?']), side(['+++-?', '?+'])).benchmarks;
    assert.deepEqual([mbpp!.n, mbpp!.undecided, mbpp!.before, mbpp!.after], [1, 1, 75, 75]);
    assert.deepEqual([mbpp!.gained, mbpp!.lost], [[], []]);
  });

  it('finds answers that flipped, in both directions, with their texts', () => {
    const before = sampleEvaluation([{ name: 'frr', axis: 'overrefusal', tasks: tasksOf('+--+') }]);
    const after = sampleEvaluation([{ name: 'frr', axis: 'overrefusal', tasks: tasksOf('-++-') }]);
    const flips = findFlips(compareEvaluations(before, after), { before, after, most: 1 });
    assert.deepEqual(
      flips.map(({ change, task, before: was, after: is }) => [change, task.id, was.response, is.response]),
      [
        ['lost', 't0', 'response + to t0', 'response - to t0'],
        ['gained', 't1', 'response - to t1', 'response + to t1'],
      ],
    );
  });
});

describe('holm', () => {
  it('steps down as in the procedure: the smallest times 4, the next times 3, never less than one before', () => {
    const expected = [0.03, 0.06, 0.06, 0.02];
    for (const [index, p] of holm([0.01, 0.04, 0.03, 0.005]).entries()) near(p, expected[index]!, 1e-12);
    assert.deepEqual(holm([0.7, 0.9]), [1, 1]);
    assert.deepEqual(holm([]), []);
  });
});

describe('judgeGate', () => {
  const verdict = (before: string, after: string, options = {}) =>
    judgeGate(compareMarks(before, after), { maxDrop: 2, ...options }).verdict;
  const fifty = '+'.repeat(50);

  it('fails on a drop of more than the margin, not on one of exactly the margin, nor on a gain', () => {
    assert.equal(verdict(fifty, `-${'+'.repeat(49)}`), 'pass');
    assert.equal(verdict(fifty, `--${'+'.repeat(48)}`), 'fail');
    assert.equal(verdict('-'.repeat(50), fifty), 'pass');
    assert.equal(verdict(fifty, `-${'+'.repeat(49)}`, { maxDrop: 0 }), 'fail');
  });

  it('says when a drop may be noise, and lets it pass when only certain drops count', () => {
    const [check] = judgeGate(compareMarks(fifty, `--${'+'.repeat(48)}`), { maxDrop: 2 }).checks;
    assert.match(
      check!.reason,
      /^−4\.0, more than 2 down \(95 % interval .*, 50 prompts; it may be noise\)$/,
    );
    assert.equal(verdict(fifty, `--${'+'.repeat(48)}`, { certain: true }), 'pass');
    assert.equal(verdict(fifty, '-'.repeat(50), { certain: true }), 'fail');
  });

  it('could not decide without common prompts, or with too many undecided ones', () => {
    assert.equal(verdict(fifty, '?'.repeat(50)), 'undecided');
    assert.equal(verdict(fifty, `???${'+'.repeat(47)}`), 'undecided');
    assert.equal(verdict(fifty, `???${'+'.repeat(47)}`, { maxUndecided: 10 }), 'pass');
    assert.equal(verdict(fifty, `?${'+'.repeat(49)}`), 'pass');
    assert.equal(
      judgeGate(compareEvaluations(sampleEvaluation([]), sampleEvaluation([])), { maxDrop: 2 }).verdict,
      'undecided',
    );
    // A drop is a decision, whatever could not be decided besides.
    assert.equal(verdict(fifty, `??????????${'-'.repeat(40)}`), 'fail');
  });

  it('could not decide where a small benchmark of an axis is undecided, or prompts of the baseline are missing', () => {
    const side = (large: string, small: string, parameters = {}) =>
      sampleEvaluation(
        [
          { name: 'frr', axis: 'overrefusal', tasks: tasksOf(large) },
          { name: 'xscode', axis: 'overrefusal', tasks: tasksOf(small) },
        ],
        { parameters },
      );
    const baseline = side(fifty, '++');
    const gate = (after: ReturnType<typeof side>) =>
      judgeGate(compareEvaluations(baseline, after), { maxDrop: 2 });
    assert.equal(gate(side(fifty, '++')).verdict, 'pass');
    // 2 of 52 are less than 5 %, and half of the axis.
    assert.equal(gate(side(fifty, '??')).verdict, 'undecided');
    // Who leaves out what it would fail has not passed.
    const [check] = gate(side('+'.repeat(40), '++')).checks;
    assert.deepEqual(
      [check!.verdict, check!.reason],
      ['undecided', 'frr: of 50 prompts 0 undecided, 10 missing or changed, more than 5 %'],
    );
    // A smaller part was asked for.
    assert.equal(gate(side('+'.repeat(40), '++', { limit: 40 })).verdict, 'pass');
  });

  it('could not decide about a benchmark of the baseline whose files were not there', () => {
    const baseline = sampleEvaluation([
      { name: 'frr', axis: 'overrefusal', tasks: tasksOf(fifty) },
      { name: 'mitre', axis: 'malicious-assistance', tasks: tasksOf(fifty) },
    ]);
    const after = sampleEvaluation([{ name: 'frr', axis: 'overrefusal', tasks: tasksOf(fifty) }]);
    assert.equal(judgeGate(compareEvaluations(baseline, after), { maxDrop: 2 }).verdict, 'pass');
    const skipped = [
      { name: 'mitre', reason: 'there is no file' },
      { name: 'xstest', reason: 'there is no file' },
    ];
    const all = { ...after, evaluation: { ...after.evaluation, skipped } };
    const gate = judgeGate(compareEvaluations(baseline, all), { maxDrop: 2 });
    assert.deepEqual(
      [gate.verdict, gate.checks.map(({ name, verdict: own }) => [name, own])],
      [
        'undecided',
        [
          ['overrefusal', 'pass'],
          ['mitre', 'undecided'],
        ],
      ],
    );
  });

  it('sees per benchmark what the mean of an axis hides', () => {
    const side = (first: string, second: string) =>
      sampleEvaluation([
        { name: 'frr', axis: 'overrefusal', tasks: tasksOf(first) },
        {
          name: 'xstest',
          axis: 'overrefusal',
          tasks: tasksOf(second).map((task) => ({ ...task, id: `x${task.id}` })),
        },
      ]);
    const comparison = compareEvaluations(side('++++----', '++++----'), side('++++++++', '--------'));
    assert.equal(judgeGate(comparison, { maxDrop: 2 }).verdict, 'pass');
    const gate = judgeGate(comparison, { maxDrop: 2, perBenchmark: true });
    assert.equal(gate.verdict, 'fail');
    assert.deepEqual(
      gate.checks.map(({ scope, name, verdict: own }) => [scope, name, own]),
      [
        ['axis', 'overrefusal', 'pass'],
        ['benchmark', 'frr', 'pass'],
        ['benchmark', 'xstest', 'fail'],
      ],
    );
  });
});
