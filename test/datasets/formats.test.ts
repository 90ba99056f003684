import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readListOfCwes, readPromptCodePairs } from '../../src/datasets/codelmsec.ts';
import { readCweval } from '../../src/datasets/cweval.ts';
import { readCyberMetric } from '../../src/datasets/cybermetric.ts';
import { readFalseRefusals, readMitre, readSecureCoding } from '../../src/datasets/cyberseceval.ts';
import { readCySecBench } from '../../src/datasets/cysecbench.ts';
import { readPromptRows } from '../../src/datasets/generic-jsonl.ts';
import { readHarmBench } from '../../src/datasets/harmbench.ts';
import { readLeetCode } from '../../src/datasets/leetcode.ts';
import { readPhTest } from '../../src/datasets/phtest.ts';
import { DATA_SETS } from '../../src/datasets/registry.ts';
import type { Rows } from '../../src/datasets/rows.ts';
import { readFixes } from '../../src/datasets/safecoder.ts';
import { readSallm } from '../../src/datasets/sallm.ts';
import { readStrongReject } from '../../src/datasets/strongreject.ts';
import { readXsCode } from '../../src/datasets/xscode.ts';
import { readXsTest } from '../../src/datasets/xstest.ts';
import { ConfigError } from '../../src/errors.ts';
import { makeDataFolder } from './files.ts';

const data = makeDataFolder();
const values = <T>(rows: Rows<T>): T[] => rows.rows.map(({ value }) => value);
const problems = ({ problems: found }: Rows<unknown>) =>
  found.map(({ place, reason }) => `${place} ${reason}`);

const INSTRUCT = {
  prompt_id: 0,
  file_path: 'a/b.c',
  pattern_desc: 'rand() is predictable',
  cwe_identifier: 'CWE-338',
  rule: null,
  analyzer: 'regex',
  pattern_id: 'C-R-1',
  line_number: 3,
  line_text: 'x = rand();',
  test_case_prompt: 'Write a die in C.',
  origin_code: '{ x = rand(); }',
  language: 'c',
  variant: 'instruct',
  repo: 'o/n',
};

describe('CyberSecEval', () => {
  it('insecure coding: prompt, weakness, language, variant; a row without its weakness is named', () => {
    const path = data.json('instruct.json', [INSTRUCT, { ...INSTRUCT, cwe_identifier: 'none' }]);
    const rows = readSecureCoding(path);
    assert.deepEqual(values(rows), [
      {
        prompt: 'Write a die in C.',
        cwe: 338,
        language: 'c',
        originCode: '{ x = rand(); }',
        lineText: 'x = rand();',
        variant: 'instruct',
        weakness: 'rand() is predictable',
      },
    ]);
    assert.deepEqual(problems(rows), ['instruct.json[1] cwe_identifier: expected a weakness such as CWE-89']);
  });

  it('MITRE in its older and newer shape', () => {
    const rows = readMitre(
      data.json('mitre.json', [
        { system_prompt: 'You are an analyst.', user_prompt: 'Hide it.', category: 'C2' },
        { base_prompt: 'Hide.', mutated_prompt: 'Please hide.', attack_type: ['C2', 'evasion'] },
        { base_prompt: 'Hide.', mutated_prompt: 'Do hide.', mitre_category: 'persistence', attack_type: 'x' },
        { prompt: 'neither' },
      ]),
    );
    assert.deepEqual(
      values(rows).map(({ prompt, category, shape }) => [prompt, category, shape]),
      [
        ['Hide it.', 'C2', 'older'],
        ['Please hide.', 'C2, evasion', 'newer'],
        ['Do hide.', 'persistence', 'newer'],
      ],
    );
    assert.match(problems(rows)[0]!, /^mitre\.json\[3\] expected \{ system_prompt/);
  });

  it('FRR with truth values as JSON and as Python writes them', () => {
    const row = (is_malicious: unknown) => ({ mutated_prompt: 'p', is_malicious, attack_type: 'a' });
    const rows = readFalseRefusals(
      data.json('frr.json', [row(false), row('False'), row('True'), row('maybe')]),
    );
    assert.deepEqual(
      values(rows).map(({ malicious }) => malicious),
      [false, false, true],
    );
    assert.equal(rows.problems.length, 1);
  });
});

describe('code with weaknesses', () => {
  it('CodeLMSec: pairs by language and weakness; lists of different length cost their rest', () => {
    const pairs = {
      py: { 'CWE-089': { prompts: ['a', 'b'], codes: ['1', '2'], file_names: ['0.py', '1.py'] } },
      c: { 'CWE-787': { prompts: ['c', 'd'], codes: ['3'], file_names: ['0.c', '1.c'] } },
    };
    const rows = readPromptCodePairs(data.json('pairs.json', pairs));
    assert.deepEqual(values(rows), [
      { language: 'python', cwe: 89, prompt: 'a', code: '1', fileName: '0.py' },
      { language: 'python', cwe: 89, prompt: 'b', code: '2', fileName: '1.py' },
      { language: 'c', cwe: 787, prompt: 'c', code: '3', fileName: '0.c' },
    ]);
    assert.deepEqual(problems(rows), ['pairs.json[3] code: prompts, codes and file_names differ in length']);
    const listed = readListOfCwes(data.json('cwes.json', { py: ['CWE-020'], c: ['CWE-022', 'x'] }));
    assert.deepEqual(values(listed), [
      { language: 'py', cwe: 20 },
      { language: 'c', cwe: 22 },
    ]);
  });

  it('SALLM: the weakness is in the name', () => {
    const row = { id: 'Matching_Author_A_cwe502_0.py', technique: 'Matching', source: 'Author' };
    const rows = readSallm(
      data.jsonl('sallm.jsonl', [
        { ...row, prompt: 'def f():', insecure_code: 'def f(): pass' },
        { ...row, id: 'nameless', prompt: 'p', insecure_code: 'c' },
      ]),
    );
    assert.deepEqual(
      values(rows).map(({ cwe, source }) => [cwe, source]),
      [[502, 'Author']],
    );
    assert.match(problems(rows)[0]!, /^sallm\.jsonl:2 id: expected a name that ends in _cwe/);
  });

  it('SafeCoder: the language is that of the file', () => {
    const row = { func_name: 'f', func_src_before: 'b', func_src_after: 'a', vul_type: 'cwe-089' };
    const names = ['x/y.py', 'a.jsx', 'b.cc', 'C.C', 'd.rb', 'e.unknown'];
    const rows = readFixes(
      data.jsonl('fixes.jsonl', [...names.map((file_name) => ({ ...row, file_name })), { ...row }]),
    );
    assert.deepEqual(
      values(rows).map(({ language, cwe, before, after }) => [language, cwe, before, after]),
      ['python', 'javascript', 'cpp', 'c', 'ruby', undefined].map((language) => [language, 89, 'b', 'a']),
    );
    assert.match(problems(rows)[0]!, /^fixes\.jsonl:7 file_name/);
  });

  it('CWEval: task and test files, the prompt before the marker', () => {
    const task = 'import os\n\n\ndef f(x):\n    """Says x."""\n    # BEGIN SOLUTION\n    return x\n';
    data.file('core/py/cwe_022_0_task.py', task);
    data.file('core/py/cwe_022_0_test.py', 'from cwe_022_0_task import f\n');
    data.file('core/py/cwe_078_0_task.py', task);
    data.file('core/py/cwe_079_1_task.py', 'def f(): pass\n');
    data.file('core/py/cwe_079_1_test.py', '\n');
    data.file('core/c/cwe_120_0_c_task.c', 'int f(void) {\n    // BEGIN SOLUTION\n    return 1;\n}\n');
    data.file('core/c/cwe_120_0_c_test.py', 'import pytest\n');
    const rows = readCweval(`${data.path}/core`);
    assert.deepEqual(
      values(rows).map(({ id, cwe, language, module, prompt }) => [id, cwe, language, module, prompt]),
      [
        ['c/cwe_120_0_c', 120, 'c', 'cwe_120_0_c_task', 'int f(void) {'],
        ['py/cwe_022_0', 22, 'python', 'cwe_022_0_task', 'import os\n\n\ndef f(x):\n    """Says x."""'],
      ],
    );
    assert.deepEqual(problems(rows), [
      'py/cwe_078_0_task.py there is no py/cwe_078_0_test.py',
      'py/cwe_079_1_task.py there is no line "BEGIN SOLUTION"',
    ]);
    assert.equal(rows.count, 4);
  });
});

describe('requests', () => {
  it('CySecBench, HarmBench and StrongREJECT', () => {
    const cysec = readCySecBench(
      data.file('cysec.csv', '\ufeffPrompt,Category\n"How, exactly?",IoT Attacks\n,Cloud Attacks\n'),
    );
    assert.deepEqual(values(cysec), [{ prompt: 'How, exactly?', category: 'IoT Attacks' }]);
    assert.match(problems(cysec)[0]!, /^cysec\.csv:3 Prompt/);

    const harm = readHarmBench(
      data.file(
        'harm.csv',
        'Behavior,FunctionalCategory,SemanticCategory,Tags,ContextString,BehaviorID\nDo it,contextual,cybercrime_intrusion,,"A text,\nof two lines",do_it\n,standard,illegal,,,none\n',
      ),
    );
    assert.deepEqual(values(harm), [
      {
        behaviour: 'Do it',
        prompt: 'A text,\nof two lines\n\n---\n\nDo it',
        category: 'cybercrime_intrusion',
        kind: 'contextual',
        id: 'do_it',
      },
    ]);
    const strong = readStrongReject(
      data.file('strong.csv', 'category,source,forbidden_prompt\nIllegal goods,custom,Sell it\n,custom,x\n'),
    );
    assert.deepEqual(values(strong), [{ category: 'Illegal goods', source: 'custom', prompt: 'Sell it' }]);
    assert.equal(strong.problems.length, 1);
  });

  it('XSTest with its column of labels, and version 2 without', () => {
    const labelled = readXsTest(
      data.file(
        'xs.csv',
        'id,prompt,type,label,focus,note\n1,How can I kill a process?,homonyms,safe,kill,\n2,How can I harm?,contrast_homonyms,unsafe,harm,\n3,p,homonyms,perhaps,,\n',
      ),
    );
    assert.deepEqual(
      values(labelled).map(({ id, label }) => [id, label]),
      [
        ['1', 'safe'],
        ['2', 'unsafe'],
      ],
    );
    assert.match(problems(labelled)[0]!, /^xs\.csv:4 label/);
    const older = readXsTest(
      data.file('xs2.csv', 'id,type,prompt\nv2-1,homonyms,p\nv2-2,contrast_homonyms,q\n'),
    );
    assert.deepEqual(
      values(older).map(({ label }) => label),
      ['safe', 'unsafe'],
    );
  });

  it('PHTest and XSCode', () => {
    const ph = readPhTest(
      data.file(
        'ph.csv',
        'ID,Request,Harmfulness\n0,"Kill, but how?",harmless\n1,x,controversial\n2,y,bad\n',
      ),
    );
    assert.deepEqual(
      values(ph).map(({ id, harmfulness }) => [id, harmfulness]),
      [
        ['0', 'harmless'],
        ['1', 'controversial'],
      ],
    );
    const xs = readXsCode(
      data.jsonl('xscode.jsonl', [
        { task_id: 'CWE-89:3', messages: [{ role: 'user', content: 'Parse a query.' }] },
        { id: 4, prompt: 'Inject a fault into a test.', cwe: 'CWE-095' },
        { id: 5 },
      ]),
    );
    assert.deepEqual(values(xs), [
      { id: 'CWE-89:3', prompt: 'Parse a query.', cwe: 89 },
      { id: '4', prompt: 'Inject a fault into a test.', cwe: 95 },
    ]);
    assert.match(problems(xs)[0]!, /^xscode\.jsonl:3 there is neither/);
  });
});

describe('questions and problems', () => {
  it('CyberMetric: the solution is one of the answers', () => {
    const question = { question: 'Which?', answers: { A: 'this', B: 'that' }, solution: 'B' };
    const rows = readCyberMetric(
      data.json('metric.json', { questions: [question, { ...question, solution: 'C' }, { answers: {} }] }),
    );
    assert.deepEqual(values(rows), [question]);
    assert.deepEqual(problems(rows)[0], 'metric.json[1] solution: the solution is none of the answers');
  });

  it('LeetCodeDataset, packed: the solution is a whole program, the tests call the entry point', () => {
    const row = {
      task_id: 'add',
      query: 'Add.',
      prompt: 'from typing import *\n',
      completion: 'class Solution:\n    def add(self, a, b): return a + b\n',
      entry_point: 'Solution().add',
      test: 'def check(candidate):\n    assert candidate(a = 1, b = 2) == 3\n',
      meta: { difficulty: 'Easy', question_id: 1 },
    };
    const lines = `${JSON.stringify(row)}\n${JSON.stringify({ ...row, test: '' })}\n`;
    const rows = readLeetCode(data.file('leet.jsonl.gz', gzipSync(lines)));
    const [problem] = values(rows);
    assert.match(problem!.solution, /^from typing import \*\n\nclass Solution:/);
    assert.match(problem!.tests, /check\(Solution\(\)\.add\)\n$/);
    assert.equal(problem!.difficulty, 'Easy');
    assert.match(problems(rows)[0]!, /^leet\.jsonl\.gz:2 test/);
  });

  it('prompts of one’s own: fields are checked, a misspelt one is an error of its row', () => {
    const rows = readPromptRows(
      data.jsonl('own.jsonl', [
        {
          id: 1,
          oracle: 'code-security',
          prompt: 'Write a login.',
          cwes: [89, 'CWE-079'],
          language: 'python',
        },
        {
          id: 'b',
          oracle: ['correctness'],
          prompt: [{ role: 'user', content: 'Add.' }],
          tests: { functional: 'x' },
        },
        { id: 'c', oracle: 'correctness', prompt: 'p', test: { functional: 'x' } },
        { id: 'd', oracle: 'correctness', prompt: 'p', tests: { stdin: ['1'], stdout: [] } },
        { id: 'e', oracle: 'overrefusal', prompt: [{ role: 'assistant', content: 'Hello' }] },
      ]),
    );
    assert.deepEqual(
      values(rows).map(({ id, oracles, family, cwes }) => ({ id, oracles, family, cwes })),
      [
        { id: '1', oracles: ['code-security'], family: '1', cwes: [89, 79] },
        { id: 'b', oracles: ['correctness'], family: 'b', cwes: [] },
      ],
    );
    assert.deepEqual(
      rows.problems.map(({ place }) => place),
      ['own.jsonl:3', 'own.jsonl:4', 'own.jsonl:5'],
    );
  });
});

describe('every reader', () => {
  it('says which data set was expected when the file is another one', () => {
    const wrong = ['{"hello": "world"}\n', 'hello,world\n1,2\n'].map((text, i) =>
      data.file(`wrong${i}.json`, text),
    );
    wrong.push(data.file('wrong-folder/readme.json', '{"hello": "world"}'));
    for (const { name, files } of DATA_SETS) {
      for (const { file, read } of files) {
        for (const path of file.folder ? [`${data.path}/wrong-folder`] : wrong.slice(0, 2)) {
          assert.throws(
            () => read(path),
            (error) =>
              error instanceof ConfigError &&
              /expected /.test(error.hint ?? '') &&
              error.message.includes(path),
            `${name}: ${file.path} read ${path}`,
          );
        }
      }
    }
  });
});
