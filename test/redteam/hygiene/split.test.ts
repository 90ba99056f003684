import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Task } from '../../../src/oracles/task.ts';
import { Random } from '../../../src/random.ts';
import { DEFAULT_SIMILARITY, exactJaccard, shinglesOf } from '../../../src/redteam/hygiene/minhash.ts';
import { corpusOverlap, corpusOverlaps } from '../../../src/redteam/hygiene/overlap.ts';
import { SIDES, splitSharesSchema, stratifiedSplit } from '../../../src/redteam/hygiene/split.ts';

const words = (count: number, prefix: string) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

/** Ten words that no other prompt has, unless a text is given. */
function task(id: string, fields: Partial<Task> & { text?: string } = {}): Task {
  const { text = words(10, `${id}x`).join(' '), ...rest } = fields;
  return {
    id,
    source: 'code-security',
    messages: [{ role: 'user', content: text }],
    oracles: ['code-security'],
    family: 'f',
    cwes: [],
    rules: [],
    provenance: {},
    ...rest,
  };
}

const ids = (tasks: readonly Task[]) => tasks.map(({ id }) => id);
const SHARES = splitSharesSchema.parse({});

describe('stratified splits', () => {
  it('give each side its share of every weakness, category and source', () => {
    const tasks = [
      ...words(20, 'sql').map((id) => task(id, { cwes: [89] })),
      ...words(10, 'xss').map((id) => task(id, { cwes: [79] })),
      ...words(30, 'net').map((id) =>
        task(id, {
          source: 'malicious-assistance',
          oracles: ['malicious-assistance'],
          provenance: { category: 'network attacks' },
        }),
      ),
    ];
    const { sides, tasksByLabel, groups } = stratifiedSplit(tasks, { shares: SHARES, seed: 1 });
    assert.equal(groups, 60);
    assert.deepEqual(tasksByLabel, {
      'CWE-79': { train: 8, development: 1, test: 1 },
      'CWE-89': { train: 16, development: 2, test: 2 },
      'category network attacks': { train: 24, development: 3, test: 3 },
      'source code-security': { train: 24, development: 3, test: 3 },
      'source malicious-assistance': { train: 24, development: 3, test: 3 },
    });
    const all = SIDES.flatMap((side) => ids(sides[side]));
    assert.deepEqual(all.toSorted(), ids(tasks).toSorted());
    assert.deepEqual(
      ids(sides.train),
      ids(tasks).filter((id) => ids(sides.train).includes(id)),
    );
  });

  it('meet every label of tasks with several weaknesses as well as single prompts allow', () => {
    const random = new Random('split test');
    const tasks = words(1_000, 'p').map((id) =>
      task(id, { cwes: [20 + random.int(6), 40 + random.int(4)].slice(0, 1 + random.int(2)) }),
    );
    const { tasksByLabel } = stratifiedSplit(tasks, { shares: SHARES, seed: 3 });
    for (const [label, { train, development, test }] of Object.entries(tasksByLabel)) {
      const total = train + development + test;
      assert(Math.abs(test - 0.1 * total) <= 2, `${label}: ${test} of ${total} in test`);
      assert(Math.abs(development - 0.1 * total) <= 2, `${label}: ${development} of ${total}`);
    }
  });

  it('never have near-duplicates, versions of one prompt or prompts of one seed on two sides', () => {
    const base = words(20, 'b');
    const chain = [base, base.with(4, 'other'), base.with(4, 'other').with(15, 'more')];
    const similar = (a: number, b: number) =>
      exactJaccard(shinglesOf(chain[a]!.join(' '), 3), shinglesOf(chain[b]!.join(' '), 3));
    // First and last are no near-duplicates, but each is one of the second.
    assert.deepEqual([similar(0, 1), similar(1, 2), similar(0, 2)], [15 / 21, 15 / 21, 12 / 24]);
    const tasks = [
      ...chain.map((text, i) => task(`n${i}`, { text: text.join(' ') })),
      task('original'),
      task('jailbroken', { provenance: { task: 'original' } }),
      task('implicit', { provenance: { seed: 's1' } }),
      task('explicit', { provenance: { seed: 's1' } }),
      ...words(13, 'alone').map((id) => task(id)),
    ];
    for (let seed = 0; seed < 20; seed++) {
      const { sides, groups } = stratifiedSplit(tasks, {
        shares: { train: 0.5, development: 0.25, test: 0.25 },
        seed,
      });
      assert.equal(groups, 16);
      const sideOf = (id: string) => SIDES.find((side) => ids(sides[side]).includes(id));
      assert.equal(sideOf('n0'), sideOf('n1'));
      assert.equal(sideOf('n1'), sideOf('n2'));
      assert.equal(sideOf('original'), sideOf('jailbroken'));
      assert.equal(sideOf('implicit'), sideOf('explicit'));
      assert.deepEqual(
        SIDES.map((side) => sides[side].length),
        [10, 5, 5],
      );
    }
  });

  it('are the same for the same seed, another for another, and leave a side of share 0 empty', () => {
    const tasks = words(50, 't').map((id) => task(id));
    const split = (seed: number) => stratifiedSplit(tasks, { shares: SHARES, seed });
    assert.deepEqual(split(1), split(1));
    assert.notDeepEqual(ids(split(1).sides.test), ids(split(2).sides.test));
    const { sides } = stratifiedSplit(tasks, { shares: { train: 0.5, development: 0, test: 0.5 }, seed: 1 });
    assert.deepEqual([sides.train.length, sides.development.length, sides.test.length], [25, 0, 25]);
    assert.equal(stratifiedSplit([], { shares: SHARES, seed: 1 }).sides.train.length, 0);
  });

  it('shares add up to 1', () => {
    assert.deepEqual(SHARES, { train: 0.8, development: 0.1, test: 0.1 });
    assert.match(splitSharesSchema.safeParse({ train: 0.9 }).error!.message, /do not add up to 1/);
    assert(!splitSharesSchema.safeParse({ training: 0.8 }).success);
  });
});

describe('overlap of corpora', () => {
  const base = words(20, 'b');
  const a = {
    name: 'ours',
    prompts: [
      { text: base.join(' '), cwes: [89, 79] },
      { text: 'only here in this corpus', cwes: [22] },
    ],
  };
  const b = {
    name: 'theirs',
    prompts: [
      { text: base.with(9, 'x').join(' '), cwes: [79] },
      { text: base.with(2, 'y').join(' '), cwes: [78] },
      { text: 'quite another text over there' },
    ],
  };

  it('counts prompts on both sides and weaknesses as sets', () => {
    assert.deepEqual(corpusOverlap(a, b), {
      a: 'ours',
      b: 'theirs',
      prompts: { ofA: 2, ofB: 3, ofAInB: 1, ofBInA: 2 },
      cwes: { both: [79], onlyA: [22, 89], onlyB: [78] },
    });
    assert.equal(corpusOverlap(a, b, { ...DEFAULT_SIMILARITY, threshold: 0.9 }).prompts.ofAInB, 0);
  });

  it('takes every pair of several', () => {
    const pairs = corpusOverlaps([a, b, { name: 'none', prompts: [] }]);
    assert.deepEqual(
      pairs.map(({ a: one, b: other, prompts }) => [one, other, prompts.ofAInB]),
      [
        ['ours', 'theirs', 1],
        ['ours', 'none', 0],
        ['theirs', 'none', 0],
      ],
    );
  });
});
