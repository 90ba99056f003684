import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readCodeRows } from '../../../src/datasets/generic-jsonl-code.ts';
import { ConfigError } from '../../../src/errors.ts';
import { createPythonParser } from '../../../src/oracles/code-security/ruff.ts';
import { benchmarksOf } from '../../../src/redteam/corpus/benchmarks.ts';
import { corpusSchema } from '../../../src/redteam/corpus/corpus-config.ts';
import {
  loadCodelmsec,
  loadCyberSecEval,
  loadOwnCode,
  loadSafecoder,
  loadSallm,
} from '../../../src/redteam/corpus/loaders.ts';
import { openSources } from '../../../src/redteam/corpus/open-sources.ts';
import type { LoadedSource } from '../../../src/redteam/corpus/snippet.ts';
import { parsingPart, standingAlone } from '../../../src/redteam/corpus/source-text.ts';
import { makeDataFolder } from '../../datasets/files.ts';

const data = makeDataFolder();
const summary = ({ source, snippets, problems, counts }: LoadedSource) => ({
  snippets: snippets.map(({ code, language, cwes, origin }) => [code, language, cwes, origin.place]),
  sources: [...new Set([source, ...snippets.map(({ origin }) => origin.source)])],
  problems: problems.map(({ place, reason }) => `${place} ${reason}`),
  counts,
});

const METHOD = '    def run(self, name):\r\n        eval(name)\r\n';
const RUN = 'def run(self, name):\n    eval(name)';
const SAFECODER = {
  func_name: 'run',
  func_src_before: METHOD,
  func_src_after: 'x',
  vul_type: 'cwe-095',
  file_name: 'a.py',
  commit_link: 'github.com/o/n/commit/0123456',
};
const SALLM = { id: 'Matching_Author_A_cwe502_0.py', prompt: 'p', insecure_code: `${RUN}\n    ` };
const CYBERSECEVAL = {
  test_case_prompt: 'Write it.',
  cwe_identifier: 'CWE-328',
  language: 'python',
  variant: 'instruct',
  line_text: '        return md5(a)',
  origin_code: '                b=1)\n        c = 2\n\n    def f(a):\n        return md5(a)\n\n    def g(a,',
};

describe('data sets', () => {
  it('SafeCoder: the code before the fix, standing alone, with its commit', () => {
    const path = data.jsonl('safecoder.jsonl', [
      SAFECODER,
      { ...SAFECODER, vul_type: 'none' },
      { ...SAFECODER, file_name: 'a.unknown' },
      { ...SAFECODER, func_src_before: `def f():\n${'    x = 1\n'.repeat(151)}` },
      { ...SAFECODER, func_src_before: 'return 1' },
      { ...SAFECODER, func_src_before: 3 },
    ]);
    const source = loadSafecoder(path, { source: 'safecoder' });
    assert.deepEqual(summary(source), {
      snippets: [[RUN, 'python', [95], 'safecoder.jsonl:1']],
      sources: ['safecoder'],
      problems: [
        'safecoder.jsonl:2 vul_type: expected a weakness such as CWE-89',
        'safecoder.jsonl:6 func_src_before: Invalid input: expected string, received number',
      ],
      counts: {
        rows: 6,
        snippets: 1,
        dropped: { malformed: 2, 'unknown-language': 1, 'too-long': 1, 'too-short': 1 },
      },
    });
    assert.deepEqual(source.snippets[0]?.origin, {
      source: 'safecoder',
      place: 'safecoder.jsonl:1',
      url: 'https://github.com/o/n/commit/0123456',
      licence: 'MIT',
    });
  });

  it('SALLM: the insecure answer', () => {
    const path = data.jsonl('sallm.jsonl', [SALLM, { ...SALLM, id: 'x' }, { ...SALLM, insecure_code: '' }]);
    const { snippets, problems, counts } = summary(loadSallm(path));
    assert.deepEqual(snippets, [[RUN, 'python', [502], 'sallm.jsonl:1']]);
    assert.deepEqual(
      problems.map((text) => text.split(' ').slice(0, 2).join(' ')),
      ['sallm.jsonl:2 id:', 'sallm.jsonl:3 insecure_code:'],
    );
    assert.deepEqual(counts, { rows: 3, snippets: 1, dropped: { malformed: 2 } });
  });

  it('CyberSecEval: of Python the part around the finding that parses, of others the lines as they are', () => {
    const path = data.json('instruct.json', [
      CYBERSECEVAL,
      { ...CYBERSECEVAL, origin_code: 'print "a"\nreturn md5(a)\nelse (', line_text: 'return md5(a)' },
      { ...CYBERSECEVAL, language: 'c', origin_code: '  x = rand();\n  y();\n' },
      { ...CYBERSECEVAL, language: 'cobol' },
      { ...CYBERSECEVAL, cwe_identifier: 'unknown' },
    ]);
    const { snippets, problems, counts } = summary(loadCyberSecEval(path));
    assert.deepEqual(snippets, [
      ['def f(a):\n    return md5(a)', 'python', [328], 'instruct.json[0]'],
      ['x = rand();\ny();', 'c', [328], 'instruct.json[2]'],
    ]);
    assert.deepEqual(problems, ['instruct.json[4] cwe_identifier: expected a weakness such as CWE-89']);
    assert.deepEqual(counts.dropped, { malformed: 1, 'no-part-parses': 1, 'unknown-language': 1 });
  });

  it('CodeLMSec: the beginning and the code that finishes it', () => {
    const path = data.json('pairs.json', {
      py: {
        'CWE-089': { prompts: ['def f(a):\n', 'x'], codes: ['    g(a)\n'], file_names: ['0.py', '1.py'] },
      },
      asm: { 'CWE-020': { prompts: ['a\nb'], codes: ['c'], file_names: ['0.s'] } },
    });
    const { snippets, problems, counts } = summary(loadCodelmsec(path));
    assert.deepEqual(snippets, [['def f(a):\n    g(a)', 'python', [89], 'pairs.json[0]']]);
    assert.deepEqual(problems, ['pairs.json[1] code: prompts, codes and file_names differ in length']);
    assert.deepEqual(counts, { rows: 3, snippets: 1, dropped: { malformed: 1, 'unknown-language': 1 } });
  });
});

describe('code of one’s own', () => {
  const rows = [
    { id: 1, code: RUN, cwes: [95, 'CWE-078'] },
    { id: 'b', code: 'a();\nb();', language: 'C++', origin: { source: 'audit-2024', licence: 'MIT' } },
    { id: 'c', code: RUN, cwe: [95] },
    { id: 'd', code: RUN, language: 'cobol' },
    { id: 'e', code: RUN, origin: { source: 'Audit 2024' } },
    { id: 'f', code: RUN, origin: { url: 'javascript:alert(1)' } },
    { id: 1, code: 'x = 1\ny = 2' },
    { id: 'g', code: 'x' },
  ];

  it('is strict: a misspelt or impossible field is an error of its row, and so is an id that is there twice', () => {
    const { problems, count } = readCodeRows(
      data.file('own.jsonl', `${rows.map((row) => JSON.stringify(row)).join('\n')}\n{broken\n`),
    );
    assert.deepEqual(
      problems.map(({ place, reason }) => `${place} ${reason}`.slice(0, 56)),
      [
        'own.jsonl:3 Unrecognized key: "cwe"',
        'own.jsonl:4 language: cobol is no language that the anal',
        'own.jsonl:5 origin.source: expected a short name in lowe',
        'own.jsonl:6 origin.url: Invalid URL',
        "own.jsonl:9 not JSON: Expected property name or '}' in J",
        'own.jsonl:7 id: 1 is there already',
      ],
    );
    assert.equal(count, 9);
    assert.throws(() => readCodeRows(data.file('wrong.jsonl', '{"hello": 1}\n')), ConfigError);
  });

  it('is a source for every name that it gives', () => {
    const sources = loadOwnCode(data.jsonl('mine.jsonl', rows)).map(summary);
    assert.deepEqual(
      sources.map(({ snippets }) => snippets),
      [[[RUN, 'python', [95, 78], 'mine.jsonl:1 1']], [['a();\nb();', 'cpp', [], 'mine.jsonl:2 b']]],
    );
    assert.deepEqual(
      sources.map(({ sources: names }) => names),
      [['own'], ['audit-2024']],
    );
    assert.deepEqual(
      sources.map(({ counts }) => counts),
      [
        { rows: 7, snippets: 1, dropped: { malformed: 5, 'too-short': 1 } },
        { rows: 1, snippets: 1, dropped: {} },
      ],
    );
  });
});

describe('text of code', () => {
  it('is dedented by its first line; lines of strings that stand further left stay', () => {
    assert.equal(
      standingAlone('\n\n    def f():\n        s = """\n  x"""\n\n'),
      'def f():\n    s = """\n  x"""',
    );
    assert.equal(standingAlone('\ufeffa\r\nb'), 'a\nb');
  });

  it('of a fragment is the longest run of lines around the finding that parses', () => {
    const parser = createPythonParser('test');
    const parses = (code: string) => parser(code).length === 0;
    const fragment = 'else:\n    a = 1\n    if b:\n        c(d)\n    e = (';
    assert.equal(parsingPart(fragment, 3, parses), 'a = 1\nif b:\n    c(d)');
    assert.equal(parsingPart('(\n(\n(', 1, parses), undefined);
    assert.equal(parsingPart(fragment, 9, parses), undefined);
  });
});

describe('the settings', () => {
  it('let no benchmark into training unless it is named', async () => {
    data.jsonl('folder/safecoder/train-sec-new-desc.jsonl', [SAFECODER]);
    data.jsonl('folder/safecoder/val-sec-desc.jsonl', [SAFECODER]);
    data.jsonl('folder/sallm/dataset.jsonl', [SALLM]);
    const own = data.jsonl('folder/own.jsonl', [{ id: 1, code: RUN }]);
    const surroundings = { dataFolder: `${data.path}/folder` };
    const names = async (settings: unknown) =>
      (await openSources(corpusSchema.parse(settings), surroundings)).map(({ source }) => source);
    assert.deepEqual(await names({}), ['safecoder']);
    assert.deepEqual(await names({ files: [own], safecoder: false }), ['own']);
    assert.deepEqual(await names({ benchmarks: ['sallm', 'safecoder-validation'] }), [
      'safecoder',
      'sallm',
      'safecoder-validation',
    ]);
    await assert.rejects(names({ benchmarks: ['codelmsec'] }), /prompt_code_pairs\.json is not there/);
    assert.deepEqual(benchmarksOf('cyberseceval'), ['cyberseceval-instruct', 'cyberseceval-autocomplete']);
    assert.deepEqual(benchmarksOf('safecoder'), []);
  });

  it('name what is misspelt or missing', () => {
    const fault = (settings: unknown) => corpusSchema.safeParse(settings).error?.issues[0]?.message;
    assert.match(fault({ benchmark: [] }) ?? '', /Unrecognized key: "benchmark"/);
    assert.match(fault({ osv: {} }) ?? '', /name a file or folder of advisories, or ids/);
    assert.notEqual(fault({ benchmarks: ['osv'] }), undefined);
    assert.notEqual(fault({ osv: { ids: ['GHSA-1'], apiUrl: 'file:///etc' } }), undefined);
    assert.equal(fault({ osv: { ids: ['GHSA-1'], commits: { clones: 'clones' } } }), undefined);
  });
});
