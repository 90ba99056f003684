import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../../src/random.ts';
import { clean } from '../../../src/redteam/hygiene/clean.ts';
import { deduplicate } from '../../../src/redteam/hygiene/deduplicate.ts';
import {
  candidateProbability,
  DEFAULT_SIMILARITY,
  estimatedJaccard,
  exactJaccard,
  MinHasher,
  shinglesOf,
  similarityFor,
  wordsOf,
} from '../../../src/redteam/hygiene/minhash.ts';
import { NearDuplicateIndex } from '../../../src/redteam/hygiene/near-duplicates.ts';

const same = (text: string) => text;
/** w0 w1 ... : `count` distinct words. */
const words = (count: number, prefix = 'w') => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

describe('shingles', () => {
  it('are sets of word triples, blind to case, punctuation and width', () => {
    assert.deepEqual(wordsOf('Load_user(path), PLEASE: ＡＢ!'), ['load_user', 'path', 'please', 'ab']);
    assert.equal(shinglesOf('a b c d', 3).length, 2);
    assert.equal(shinglesOf('a b a b a b', 3).length, 2); // aba and bab
    assert.deepEqual(shinglesOf('Write a CODE!', 3), shinglesOf('write a code', 3));
    assert.equal(shinglesOf('a b', 3).length, 1);
    assert.equal(shinglesOf('', 3).length, 1);
    assert.notDeepEqual(shinglesOf('?!', 3), shinglesOf('...', 3));
    assert.notDeepEqual(shinglesOf('a b c', 3), shinglesOf('c b a', 3));
  });

  it('give the exact Jaccard similarity: one of 20 words changed leaves 15 of 21 shingles', () => {
    const text = words(20);
    const changed = text.with(10, 'other');
    assert.equal(exactJaccard(shinglesOf(text.join(' '), 3), shinglesOf(changed.join(' '), 3)), 15 / 21);
    assert.equal(exactJaccard(Uint32Array.of(1, 2, 3, 4), Uint32Array.of(3, 4, 5)), 2 / 5);
  });
});

describe('MinHash', () => {
  it('estimates similarity without bias and within its standard error', () => {
    const hasher = new MinHasher(250);
    const random = new Random('minhash test');
    const errors = Array.from({ length: 400 }, () => {
      const common = Array.from({ length: 28 }, () => random.uint32());
      const set = () =>
        Uint32Array.from([...common, ...Array.from({ length: 6 }, () => random.uint32())]).sort();
      const [a, b] = [set(), set()];
      return estimatedJaccard(hasher.signature(a), hasher.signature(b)) - exactJaccard(a, b);
    });
    // True similarity 28 / 40 = 0.7: one estimate errs by sqrt(0.7 x 0.3 / 250) = 0.029, their mean by 0.0015.
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    const rms = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
    assert(Math.abs(mean) < 0.006, `bias ${mean}`);
    assert(Math.abs(rms - 0.029) < 0.005, `error ${rms}`);
  });

  it('states what banding misses', () => {
    assert(Math.abs(candidateProbability(0.7, { bands: 50, rows: 5 }) - 0.9999) < 0.00005);
    assert(Math.abs(candidateProbability(0.3, { bands: 50, rows: 5 }) - 0.115) < 0.001);
    assert.equal(candidateProbability(0.5, { bands: 1, rows: 1 }), 0.5);
  });

  it('chooses the longest bands that miss at most one pair in 1,000 at the threshold', () => {
    assert.deepEqual(similarityFor({ threshold: 0.7, permutations: 250 }), DEFAULT_SIMILARITY);
    assert(candidateProbability(0.7, { bands: 41, rows: 6 }) < 0.999);
    // Equal texts always meet, so one band does.
    const equal = similarityFor({ threshold: 1, permutations: 64, shingleWords: 2 });
    assert.deepEqual(equal, { threshold: 1, permutations: 64, shingleWords: 2, bands: 1, rows: 64 });
  });
});

describe('deduplication', () => {
  it('keeps the first of a cluster and says what the others repeat', () => {
    const text = words(20);
    const a = text.join(' ');
    const near = text.with(10, 'other').join(' ');
    const far = text.with(6, 'other').with(13, 'another').join(' ');
    const report = deduplicate([a, near, far, 'unrelated words altogether', a.toUpperCase()], same);
    assert.deepEqual(report.kept, [a, far, 'unrelated words altogether']);
    assert.deepEqual(report.dropped, [
      { item: near, duplicateOf: a, similarity: 15 / 21 },
      { item: a.toUpperCase(), duplicateOf: a, similarity: 1 },
    ]);
  });

  it('agrees with comparing all pairs exactly, also while the index grows', () => {
    const random = new Random('dedup test');
    const vocabulary = words(400);
    const originals = Array.from({ length: 700 }, () =>
      Array.from({ length: 24 }, () => random.pick(vocabulary)),
    );
    const texts = Array.from({ length: 2_400 }, () => {
      let text = random.pick(originals);
      for (let edits = random.int(4); edits > 0; edits--)
        text = text.with(random.int(24), random.pick(vocabulary));
      return text.join(' ');
    });
    const sets = texts.map((text) => shinglesOf(text, 3));
    const kept: number[] = [];
    for (const [i, set] of sets.entries())
      if (!kept.some((j) => exactJaccard(sets[j]!, set) >= 0.7)) kept.push(i);
    assert(kept.length > 1_024 && kept.length < 2_200, `${kept.length} kept`);

    const report = deduplicate([...texts.keys()], (i) => texts[i]!);
    assert.deepEqual(report.kept, kept);
    for (const { item, duplicateOf, similarity } of report.dropped)
      assert.equal(similarity, exactJaccard(sets[item]!, sets[duplicateOf]!));
  });

  it('misses as many pairs of a similarity as banding states', () => {
    const random = new Random('banding test');
    const index = new NearDuplicateIndex(DEFAULT_SIMILARITY);
    const prints = Array.from({ length: 1_600 }, (_, pair) => {
      const text = words(36, `p${pair}w`);
      // 2 to 5 words apart from each other: 3 shingles each, similarities of 0.39 to 0.70.
      const edits = 2 + (pair % 4);
      const other = text.map((word, i) => (i % 7 === 3 && i < 7 * edits ? `e${random.uint32()}` : word));
      return [index.fingerprint(text.join(' ')), index.fingerprint(other.join(' '))] as const;
    });
    const bins = Map.groupBy(prints, ([a, b]) => exactJaccard(a.shingles, b.shingles));
    assert.equal(bins.size, 4);
    for (const [similarity, pairs] of bins) {
      const met = pairs.filter(([a, b]) => a.keys.some((key, band) => key === b.keys[band])).length;
      const p = candidateProbability(similarity, DEFAULT_SIMILARITY);
      const error = Math.sqrt(pairs.length * p * (1 - p));
      assert(
        Math.abs(met - p * pairs.length) <= 4 * error + 1,
        `${met} of ${pairs.length} at ${similarity}, not ${p}`,
      );
    }
  });

  it('rejects options that do not fit together', () => {
    for (const wrong of [{ bands: 60 }, { threshold: 0 }, { threshold: 1.1 }, { shingleWords: 0 }])
      assert.throws(() => new NearDuplicateIndex({ ...DEFAULT_SIMILARITY, ...wrong }), {
        code: 'config',
        message: /do not fit together/,
      });
  });
});

it('decontamination drops what an evaluation set holds, exactly or nearly, and names the entry', () => {
  const benchmark = words(20, 'b');
  const report = clean(
    [
      'Write a Function, please!',
      'a different prompt',
      benchmark.with(3, 'new').join(' '),
      benchmark.slice(0, 9).join(' '),
    ],
    same,
    [
      { name: 'short', texts: ['something else', 'write a function please'] },
      {
        name: 'long',
        texts: ['write a function please', benchmark.join(' ')],
        places: ['long.txt:3', 'long.txt:7'],
      },
    ],
  );
  assert.deepEqual(report.kept, ['a different prompt', benchmark.slice(0, 9).join(' ')]);
  assert.deepEqual(report.contaminated, [
    {
      item: 'Write a Function, please!',
      reason: 'exact',
      set: 'short',
      entry: 1,
      place: 'short[1]',
      similarity: 1,
    },
    {
      item: benchmark.with(3, 'new').join(' '),
      reason: 'near',
      set: 'long',
      entry: 1,
      place: 'long.txt:7',
      similarity: 15 / 21,
    },
  ]);
});
