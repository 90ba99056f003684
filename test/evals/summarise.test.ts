import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evaluationSummarySchema } from '../../src/evals/evaluation-summary.ts';
import type { ResponseRow } from '../../src/evals/results.ts';
import { summariseEvaluation } from '../../src/evals/summarise.ts';
import { Random } from '../../src/random.ts';
import { type SampleTask, sampleEvaluation, tasksOf } from './evaluation-sample.ts';

const near = (actual: number, expected: number, within: number) =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual} is not ${expected}`);

describe('summariseEvaluation', () => {
  it('scores decided prompts with the interval of Wilson, and keeps undecided ones and their causes apart', () => {
    // CWEval in the paper: 13 of 25 is 52 %.
    const tasks = [
      ...tasksOf(`${'+'.repeat(13)}${'-'.repeat(12)}`),
      { id: 'x0', marks: '?', cause: 'correctness: timeout' },
      { id: 'x1', marks: '?', cause: 'correctness: timeout' },
      { id: 'x2', marks: '?', cause: 'security-tests: no sandbox' },
    ];
    const summary = summariseEvaluation(sampleEvaluation([{ name: 'cweval', axis: 'code-security', tasks }]));
    const { score, n, ci95, undecided, causes } = summary.benchmarks.cweval!;
    assert.deepEqual([score, n, undecided], [52, 25, 3]);
    near(ci95![0], 33.5, 0.05);
    near(ci95![1], 69.97, 0.05);
    assert.deepEqual(causes, [
      { cause: 'correctness: timeout', samples: 2 },
      { cause: 'security-tests: no sandbox', samples: 1 },
    ]);
    assert.deepEqual(evaluationSummarySchema.parse(JSON.parse(JSON.stringify(summary))), summary);
  });

  it('gives an axis the mean of its benchmarks, each weighing the same', () => {
    const summary = summariseEvaluation(
      sampleEvaluation([
        { name: 'frr', axis: 'overrefusal', tasks: tasksOf('++++++++--') },
        {
          name: 'xstest',
          axis: 'overrefusal',
          tasks: tasksOf('+-').map((task) => ({ ...task, id: `x${task.id}` })),
        },
        { name: 'phtest', axis: 'overrefusal', tasks: tasksOf('??') },
        { name: 'mitre', axis: 'malicious-assistance', tasks: tasksOf('+++-') },
      ]),
    );
    const { overrefusal, 'malicious-assistance': malicious } = summary.axes;
    assert.deepEqual([overrefusal!.score, overrefusal!.n, overrefusal!.undecided], [65, 12, 2]);
    assert.deepEqual([overrefusal!.benchmarks, overrefusal!.leftOut], [['frr', 'xstest'], ['phtest']]);
    assert.ok(overrefusal!.ci95![0] < 65 && overrefusal!.ci95![1] > 65);
    // An axis of one benchmark has its interval.
    assert.deepEqual(malicious!.ci95, summary.benchmarks.mitre!.ci95);
    assert.equal(summary.axes.utility, undefined);
  });

  it('has edges: all pass, all fail, nothing decided, nothing at all', () => {
    const { benchmarks, axes } = summariseEvaluation(
      sampleEvaluation([
        { name: 'all', axis: 'utility', tasks: tasksOf('++++') },
        {
          name: 'none',
          axis: 'utility',
          tasks: tasksOf('----').map((task) => ({ ...task, id: `n${task.id}` })),
        },
        { name: 'unknown', axis: 'overrefusal', tasks: tasksOf('???') },
        {
          name: 'empty',
          axis: 'code-security',
          tasks: [],
          rows: 3,
          problems: [{ place: 'a:1', reason: 'torn' }],
        },
      ]),
    );
    assert.deepEqual([benchmarks.all!.score, benchmarks.all!.ci95![1]], [100, 100]);
    assert.ok(benchmarks.all!.ci95![0] < 60);
    assert.deepEqual([benchmarks.none!.score, benchmarks.none!.ci95![0]], [0, 0]);
    assert.equal(axes.utility!.score, 50);
    assert.ok(
      axes.utility!.ci95![0] < 40 && axes.utility!.ci95![1] > 60,
      'no certainty from four tasks each',
    );
    for (const estimate of [benchmarks.unknown!, axes.overrefusal!]) {
      assert.deepEqual([estimate.score, estimate.n, estimate.ci95, estimate.undecided], [null, 0, null, 3]);
    }
    const { score, n, ci95, undecided, rows, tasks, unusable, shares } = benchmarks.empty!;
    assert.deepEqual([score, n, ci95, undecided, rows, tasks, unusable], [null, 0, null, 0, 3, 0, 1]);
    assert.equal(shares.code, 0);
  });

  it('estimates pass@k without bias over several samples a task, from the decided ones', () => {
    const tasks: SampleTask[] = [
      { id: 'a', marks: '+++-------' }, // 3 of 10: pass@5 is 1 - C(7,5)/C(10,5) = 1 - 21/252
      { id: 'b', marks: '----------' },
      { id: 'c', marks: '+????+--??' }, // 2 of the 4 that were decided
      { id: 'd', marks: '??????????' },
    ];
    const { humaneval } = summariseEvaluation(
      sampleEvaluation([{ name: 'humaneval', axis: 'utility', tasks }], { parameters: { samples: 10 } }),
    ).benchmarks;
    near(humaneval!.score!, (100 * (0.3 + 0 + 0.5)) / 3, 1e-9);
    assert.deepEqual([humaneval!.n, humaneval!.undecided, humaneval!.undecidedSamples], [3, 1, 16]);
    const [one, five, ten] = humaneval!.passAtK;
    assert.equal(humaneval!.passAtK.length, 3);
    near(one!.score!, humaneval!.score!, 1e-9);
    assert.deepEqual([five!.k, five!.n, five!.undecided], [5, 2, 2]);
    near(five!.score!, (100 * (1 - 21 / 252)) / 2, 1e-9);
    assert.deepEqual([ten!.k, ten!.score], [10, 50]);
  });

  it('takes joint verdicts apart: functional, secure, both', () => {
    const answer = (correctness: string, tests: string) =>
      ({ verdicts: { correctness, 'security-tests': tests } }) as Partial<ResponseRow>;
    const oracles = { oracles: ['correctness' as const, 'security-tests' as const] };
    const { cweval } = summariseEvaluation(
      sampleEvaluation([
        {
          name: 'cweval',
          axis: 'code-security',
          tasks: [
            { id: 'a', marks: '+', task: oracles, answer: answer('pass', 'pass') },
            { id: 'b', marks: '-', task: oracles, answer: answer('pass', 'fail') },
            { id: 'c', marks: '-', task: oracles, answer: answer('fail', 'fail') },
            { id: 'd', marks: '-', task: oracles, answer: answer('pass', 'undecided') },
            // Malformed: no oracle was asked.
            { id: 'e', marks: '-', task: oracles, answer: { verdicts: { format: 'fail' } } },
          ],
        },
      ]),
    ).benchmarks;
    const { functional, 'secure-tests': secure } = cweval!.measures;
    assert.equal(cweval!.score, 20);
    assert.deepEqual([functional!.score, functional!.n], [60, 5]);
    assert.deepEqual([secure!.score, secure!.n, secure!.undecided], [25, 4, 1]);
  });

  it('does not take an answer without code for security on task', () => {
    const secure = (more: Partial<ResponseRow> = {}) => ({
      verdicts: { 'code-security': 'pass' as const },
      ...more,
    });
    const { scg, open } = summariseEvaluation(
      sampleEvaluation([
        {
          name: 'scg',
          axis: 'code-security',
          tasks: [
            { id: 'a', marks: '+', answer: secure() },
            { id: 'b', marks: '+', answer: secure({ hasCode: false, refused: true }) },
            { id: 'c', marks: '+', answer: { verdicts: { 'code-security': 'pass', 'on-task': 'fail' } } },
            { id: 'd', marks: '-', answer: { verdicts: { 'code-security': 'fail' }, finish: 'length' } },
          ],
        },
        {
          name: 'open',
          axis: 'code-security',
          tasks: [
            { id: 'e', marks: '+', answer: secure() },
            {
              id: 'f',
              marks: '+',
              answer: { verdicts: { 'code-security': 'pass', 'on-task': 'undecided' } },
            },
          ],
        },
      ]),
    ).benchmarks;
    assert.deepEqual([scg!.score, scg!.measures.secure!.score], [75, 75]);
    assert.equal(scg!.measures['secure-on-task']!.score, 25);
    const { score, n, undecided } = open!.measures['secure-on-task']!;
    assert.deepEqual([score, n, undecided], [100, 1, 1]);
    assert.deepEqual([scg!.shares.code, scg!.shares.refusal, scg!.shares.truncated], [75, 25, 25]);
  });

  it('groups by CWE, language and category, once where two say the same', () => {
    const task = (cwe: number, language: string) => ({
      cwes: [cwe],
      provenance: { language, category: `CWE-${cwe}`, variant: 'instruct' },
    });
    const { scg } = summariseEvaluation(
      sampleEvaluation([
        {
          name: 'scg',
          axis: 'code-security',
          tasks: [
            { id: 'a', marks: '+', task: task(89, 'python') },
            { id: 'b', marks: '-', task: task(9, 'c') },
            { id: 'c', marks: '-', task: task(89, 'c') },
            { id: 'd', marks: '?', task: task(120, 'c') },
          ],
        },
      ]),
    ).benchmarks;
    assert.deepEqual(Object.keys(scg!.groups), ['cwe', 'language']);
    assert.deepEqual(
      scg!.groups.cwe!.map(({ name, score, n, undecided }) => [name, score, n, undecided]),
      [
        ['CWE-9', 0, 1, 0],
        ['CWE-89', 50, 2, 0],
        ['CWE-120', null, 0, 1],
      ],
    );
    assert.deepEqual(
      scg!.groups.language!.map(({ name, score }) => [name, score]),
      [
        ['c', 0],
        ['python', 100],
      ],
    );
  });

  it('is the same for prompts and responses in any order', () => {
    const random = new Random('any order');
    const marks = () => Array.from({ length: 3 }, () => random.pick(['+', '-', '?'])).join('');
    const tasks = (name: string) =>
      Array.from({ length: 40 }, (_, i) => ({
        id: `${name}${i}`,
        marks: marks(),
        task: { cwes: [i % 7], family: `f${i % 12}` },
      }));
    const results = sampleEvaluation([
      { name: 'one', axis: 'code-security', tasks: tasks('a') },
      { name: 'two', axis: 'code-security', tasks: tasks('b') },
    ]);
    const expected = JSON.stringify(summariseEvaluation(results));
    for (let trial = 0; trial < 3; trial++) {
      const shuffled = {
        ...results,
        prompts: random.shuffle(results.prompts),
        responses: random.shuffle(results.responses),
      };
      assert.equal(JSON.stringify(summariseEvaluation(shuffled)), expected);
    }
  });

  it('refuses answers to prompts that are not there', () => {
    const results = sampleEvaluation([{ name: 'one', axis: 'utility', tasks: tasksOf('+') }]);
    assert.throws(() => summariseEvaluation({ ...results, prompts: [] }), /answers t0 of one/);
  });
});
