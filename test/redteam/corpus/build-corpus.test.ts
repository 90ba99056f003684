import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openModels } from '../../../src/models/open-models.ts';
import type { Analyser, Finding } from '../../../src/oracles/code-security/analyser.ts';
import { createAstGrepAnalyser } from '../../../src/oracles/code-security/ast-grep/analyser.ts';
import { createRuffAnalyser } from '../../../src/oracles/code-security/ruff.ts';
import { unionOf } from '../../../src/oracles/code-security/union.ts';
import { benchmarksOf } from '../../../src/redteam/corpus/benchmarks.ts';
import { buildCorpus } from '../../../src/redteam/corpus/build-corpus.ts';
import { certifySnippets } from '../../../src/redteam/corpus/certify-corpus.ts';
import type { RuleFor } from '../../../src/redteam/corpus/corpus-seeds.ts';
import {
  corpusStatistics,
  corpusTable,
  overlapTable,
} from '../../../src/redteam/corpus/corpus-statistics.ts';
import { distinctSnippets } from '../../../src/redteam/corpus/deduplicate-corpus.ts';
import type { CorpusSnippet } from '../../../src/redteam/corpus/snippet.ts';
import { vulnerabilityToPrompt } from '../../../src/redteam/vulnerability-to-prompt.ts';
import type { Rule } from '../../../src/rules/rule.ts';
import type { Language } from '../../../src/transcripts/code-language.ts';
import { reply, startScriptedServer } from '../../models/scripted-server.ts';

const analyser = unionOf([createRuffAnalyser(), createAstGrepAnalyser()]);
const rule = (id: string, cwe: number): Rule => ({
  id,
  cwe,
  name: id,
  avoid: 'a',
  use: 'b',
  analyserRules: [],
});
const RULES = [rule('sql', 89), rule('hash', 328), rule('code', 95)];
const ruleFor: RuleFor = ({ cwes }: Finding) => RULES.find(({ cwe }) => cwes.includes(cwe));
const snippet = (
  code: string,
  {
    cwes = [],
    source = 'safecoder',
    language = 'python',
    place = 'a:1',
  }: {
    cwes?: readonly number[];
    source?: string;
    language?: Language;
    place?: string;
  } = {},
): CorpusSnippet => ({ code, language, cwes, origin: { source, place } });

const SQL = `def find(cursor, name):
    return cursor.execute("SELECT * FROM items WHERE name = '%s'" % name)`;
const HASH = 'import hashlib\n\n\ndef digest(data):\n    return hashlib.md5(data).hexdigest()';
const BOTH = `import hashlib


def look(cursor, name, data):
    digest = hashlib.md5(data).hexdigest()
    return cursor.execute(f"SELECT id FROM files WHERE name = '{name}' AND digest = '{digest}'")`;
const CLEAN = 'def add(a, b):\n    return a + b';
const PYTHON_2 = 'def show(a):\n    print a';
const EVAL_JS = 'function run(text) {\n  return eval(text);\n}';

describe('certification', () => {
  it('keeps code with a finding that counts, and says whether the source had named it', async () => {
    const { certified, rejected, undecided } = await certifySnippets(
      [
        snippet(SQL, { cwes: [89] }),
        snippet(HASH, { cwes: [327] }),
        snippet(HASH, { cwes: [22] }),
        snippet(HASH),
        snippet(CLEAN, { cwes: [89] }),
        snippet(PYTHON_2, { cwes: [79] }),
        snippet(EVAL_JS, { cwes: [95], language: 'javascript' }),
        snippet(`${HASH}  # nosec # noqa`, { cwes: [328] }),
      ],
      { analyser, batch: 3 },
    );
    assert.deepEqual(
      certified.map(({ cwes, agreement, snippet: own }) => [cwes[0], agreement, own.language]),
      [
        [89, 'same', 'python'],
        [328, 'same', 'python'],
        [328, 'different', 'python'],
        [328, 'unlabelled', 'python'],
        [95, 'same', 'javascript'],
        [328, 'same', 'python'],
      ],
    );
    assert.deepEqual(
      rejected.map(({ reason }) => reason),
      ['clean', 'invalid-syntax'],
    );
    assert.deepEqual(undecided, []);
  });

  it('leaves undecided what an analyser fails on, and asks in batches', async () => {
    const sizes: number[] = [];
    const failing: Analyser = {
      name: 'failing',
      analyse: async (snippets) => {
        sizes.push(snippets.length);
        const results = await analyser.analyse(snippets);
        return results.map((result, i) =>
          snippets[i]!.code.includes('add') ? { kind: 'failed', cause: 'crashed' } : result,
        );
      },
    };
    const { certified, undecided, rejected } = await certifySnippets(
      [snippet(CLEAN), snippet(SQL), snippet(CLEAN)],
      { analyser: failing, batch: 2 },
    );
    assert.deepEqual([certified.length, undecided.length, rejected.length], [1, 2, 0]);
    assert.equal(undecided[0]?.cause, 'crashed');
    assert.deepEqual(sizes, [2, 1]);
    const silent: Analyser = { name: 'silent', analyse: async () => [] };
    const none = await certifySnippets([snippet(SQL)], { analyser: silent });
    assert.equal(none.undecided[0]?.cause, 'silent gave no result');
  });
});

describe('duplicates', () => {
  it('are the same but for white space, or nearly so; languages apart, the first stays', () => {
    const near = `${BOTH}\n    # the end`;
    const all = [
      snippet(BOTH, { place: '1' }),
      snippet(BOTH.replaceAll('    ', '\t'), { place: '2' }),
      snippet(near, { place: '3' }),
      snippet(BOTH, { place: '4', language: 'ruby' }),
      snippet(CLEAN, { place: '5' }),
    ];
    const { kept, dropped } = distinctSnippets(all);
    assert.deepEqual(
      kept.map(({ origin }) => origin.place),
      ['1', '4', '5'],
    );
    assert.deepEqual(
      dropped.map(({ snippet: own, duplicateOf, reason, similarity }) => [
        own.origin.place,
        duplicateOf.origin.place,
        reason,
        similarity >= 0.7,
      ]),
      [
        ['2', '1', 'exact', true],
        ['3', '1', 'near', true],
      ],
    );
  });
});

describe('the corpus', () => {
  const sources = [
    {
      source: 'safecoder',
      snippets: [
        snippet(SQL, { cwes: [89] }),
        snippet(BOTH, { cwes: [328], place: 'a:2' }),
        snippet(CLEAN, { cwes: [22] }),
        snippet(EVAL_JS, { cwes: [95], language: 'javascript' }),
      ],
    },
    {
      source: 'osv',
      snippets: [
        snippet(SQL, { source: 'osv' }),
        snippet('import tempfile\n\n\ndef make():\n    return tempfile.mktemp()', {
          source: 'osv',
          cwes: [377],
        }),
      ],
    },
  ];

  it('becomes seeds with the rule that the source has labelled, their origin and all findings', async () => {
    const { seeds, withoutRule, duplicates, statistics, otherLanguages } = await buildCorpus({
      sources,
      analyser,
      ruleFor,
    });
    assert.deepEqual(
      // Both analysers see both mistakes.
      seeds.map((seed) => [seed.rule.id, seed.findings.map(({ cwes }) => cwes[0]), seed.origin?.place]),
      [
        ['sql', [89, 89], 'a:1'],
        ['hash', [328, 328, 89, 89], 'a:2'],
      ],
    );
    assert.deepEqual(seeds[1]?.origin, { source: 'safecoder', place: 'a:2', labels: [328] });
    assert.equal(seeds[1]?.family, 'safecoder/a:2');
    assert.equal(seeds[1]?.excerpt, BOTH);
    assert.match(seeds[1]?.key ?? '', /^[0-9a-f]{20}$/);
    assert.deepEqual(
      withoutRule.map(({ cwes }) => cwes),
      [[377]],
    );
    assert.equal(duplicates.length, 1);
    const zero = { same: 0, related: 0, different: 0, unlabelled: 0 };
    assert.deepEqual(statistics.sources, [
      {
        source: 'safecoder',
        collected: 3,
        duplicates: 0,
        certified: 2,
        undecided: 0,
        rejected: { clean: 1, 'invalid-syntax': 0 },
        cwes: [89, 328],
        newCwes: [89, 328],
        agreement: { ...zero, same: 2 },
      },
      {
        source: 'osv',
        collected: 2,
        duplicates: 1,
        certified: 1,
        undecided: 0,
        rejected: { clean: 0, 'invalid-syntax': 0 },
        cwes: [377],
        newCwes: [377],
        agreement: { ...zero, same: 1 },
      },
    ]);
    assert.deepEqual(otherLanguages.statistics.total, {
      collected: 1,
      duplicates: 0,
      certified: 1,
      undecided: 0,
      cwes: [95],
    });
  });

  it('has other languages as Python when somebody translates them', async () => {
    await using server = await startScriptedServer(() =>
      reply('```python\ndef run(text):\n    return eval(text)\n```'),
    );
    const models = openModels({ synthesizer: { baseUrl: server.baseUrl, model: 'm', retries: 0 } });
    const stages: string[] = [];
    const { seeds, statistics, otherLanguages, translation } = await buildCorpus({
      sources,
      analyser,
      ruleFor,
      translation: { model: models.model('synthesizer'), seed: 1 },
      onProgress: ({ stage, done, total }) => stages.push(`${stage} ${done}/${total}`),
    });
    models.close();
    const translated = seeds.find(({ origin }) => origin?.translatedFrom !== undefined);
    assert.deepEqual(
      [translated?.rule.id, translated?.code, translated?.origin?.translatedFrom],
      ['code', 'def run(text):\n    return eval(text)', 'javascript'],
    );
    assert.deepEqual(statistics.total, {
      collected: 6,
      duplicates: 1,
      translated: 1,
      certified: 4,
      undecided: 0,
      cwes: [89, 95, 328, 377],
    });
    assert.equal(otherLanguages.certified.length, 0);
    assert.equal(otherLanguages.statistics.total.collected, 0);
    assert.equal(translation?.made, 1);
    assert.deepEqual(stages, ['translate 1/1', 'certify 5/5']);
  });

  it('is the same again', async () => {
    const build = () => buildCorpus({ sources, analyser, ruleFor });
    assert.deepEqual(await build(), await build());
  });
});

describe('prompts of a benchmark’s code', () => {
  it('carry its name, and are dropped by whoever measures by it', async () => {
    const { seeds } = await buildCorpus({
      sources: [
        { source: 'safecoder', snippets: [snippet(SQL)] },
        { source: 'cyberseceval', snippets: [snippet(HASH, { source: 'cyberseceval', place: 'b[1]' })] },
      ],
      analyser,
      ruleFor,
    });
    const { tasks } = await vulnerabilityToPrompt({
      seeds,
      synthesizer: {
        writeVulnerableCode: async () => undefined,
        writePrompt: async ({ seed }) => ({ text: `Write ${seed.rule.name}` }),
      },
      turns: 1,
      strategies: ['implicit'],
    });
    assert.deepEqual(
      tasks.map(({ provenance }) => [provenance.origin, provenance.originPlace]),
      [
        ['safecoder', 'a:1'],
        ['cyberseceval', 'b[1]'],
      ],
    );
    assert.deepEqual(benchmarksOf('cyberseceval'), ['cyberseceval-instruct', 'cyberseceval-autocomplete']);
    assert.deepEqual(benchmarksOf('safecoder'), []);
  });
});

describe('statistics', () => {
  const agreement = { same: 2, related: 1, different: 1, unlabelled: 5 };
  const rejected = { clean: 3, 'invalid-syntax': 0 };
  const counts = [
    {
      source: 'a',
      collected: 10,
      duplicates: 2,
      certified: 4,
      undecided: 1,
      rejected,
      cwes: [89, 79, 89],
      agreement,
    },
    {
      source: 'b',
      collected: 5,
      duplicates: 0,
      certified: 3,
      undecided: 0,
      rejected,
      cwes: [22, 79],
      agreement: { same: 0, related: 0, different: 0, unlabelled: 3 },
    },
  ];

  it('count what a source adds to those before it, and what two have in common', () => {
    const { sources, total, overlap } = corpusStatistics(counts);
    assert.deepEqual(
      sources.map(({ cwes, newCwes }) => [cwes, newCwes]),
      [
        [
          [79, 89],
          [79, 89],
        ],
        [[22, 79], [22]],
      ],
    );
    assert.deepEqual(total, {
      collected: 15,
      duplicates: 2,
      certified: 7,
      undecided: 1,
      cwes: [22, 79, 89],
    });
    assert.deepEqual(overlap, [{ sources: ['a', 'b'], common: [79], onlyFirst: [89], onlySecond: [22] }]);
  });

  it('are tables in Markdown', () => {
    assert.equal(
      corpusTable(corpusStatistics(counts)),
      `| source | collected | distinct | certified | undecided | CWEs | new CWEs | agrees with its label |
| --- | --- | --- | --- | --- | --- | --- | --- |
| a | 10 | 8 | 4 | 1 | 2 | +2 | 3 of 4 |
| b | 5 | 5 | 3 | 0 | 2 | +1 | no labels |
| all | 15 | 13 | 7 | 1 | 3 |  |  |`,
    );
    const translated = corpusStatistics([{ ...counts[0]!, translated: 3 }, counts[1]!]);
    assert.match(corpusTable(translated), /\| a \| 10 \| 8 \| 3 \| 4 \|/);
    assert.equal(
      overlapTable(translated),
      `| first | second | both | only first | only second |
| --- | --- | --- | --- | --- |
| a | b | 1 | 1 | 1 |`,
    );
  });
});
