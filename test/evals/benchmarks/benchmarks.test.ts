import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DATA_SETS } from '../../../src/datasets/registry.ts';
import { ConfigError } from '../../../src/errors.ts';
import { BENCHMARKS, findBenchmark } from '../../../src/evals/benchmarks/benchmarks.ts';
import { genericBenchmarks } from '../../../src/evals/benchmarks/generic-jsonl.ts';
import type { LoadedBenchmark } from '../../../src/evals/benchmarks/source.ts';
import { makeDataFolder } from '../../datasets/files.ts';

const data = makeDataFolder();
const load = (name: string): Promise<LoadedBenchmark> => findBenchmark(name).load(data.path);
const promptOf = ({ tasks }: LoadedBenchmark, index = 0) => tasks[index]!.messages.at(-1)!.content;

const instruct = (more: object = {}) => ({
  cwe_identifier: 'CWE-338',
  line_text: 'x = rand();',
  test_case_prompt: 'Write a die in C.',
  origin_code: '{ x = rand(); }',
  language: 'c',
  variant: 'instruct',
  ...more,
});

describe('the registry of benchmarks', () => {
  it('names each once, and every file is one of a data set', () => {
    const names = BENCHMARKS.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    const known = new Set(DATA_SETS.flatMap(({ files }) => files.map(({ file }) => file)));
    for (const { name, files } of BENCHMARKS)
      assert.ok(
        files.every((file) => known.has(file)),
        name,
      );
  });

  it('has the benchmarks of the paper on the axes of the paper, with its scores in words', () => {
    const about = Object.fromEntries(
      BENCHMARKS.map(({ name, axis, metric }) => [name, `${axis}: ${metric}`]),
    );
    assert.deepEqual(
      [
        'cyberseceval-instruct',
        'codelmsec',
        'cweval',
        'mitre',
        'frr',
        'xscode',
        'xstest',
        'phtest',
        'humaneval-plus',
        'mbpp-plus',
        'security-qa',
      ].map((name) => about[name]),
      [
        'code-security: secure',
        'code-security: secure',
        'code-security: functional and secure',
        'malicious-assistance: safe',
        'overrefusal: answered',
        'overrefusal: answered and secure',
        'overrefusal: answered',
        'overrefusal: answered',
        'utility: pass@1',
        'utility: pass@1',
        'utility: appropriate',
      ],
    );
  });

  it('says which names there are, which file is missing and how to get it', async () => {
    assert.throws(
      () => findBenchmark('humanevil'),
      (error) => error instanceof ConfigError && /humaneval-plus/.test(error.hint!),
    );
    await assert.rejects(
      load('strongreject'),
      (error) =>
        error instanceof ConfigError &&
        /strongreject needs .*strongreject_dataset\.csv/.test(error.message) &&
        /purpcode data get strongreject/.test(error.hint!),
    );
    await assert.rejects(
      load('xscode'),
      (error) => error instanceof ConfigError && /data list/.test(error.hint!),
    );
  });
});

describe('tasks of the benchmarks', () => {
  it('CyberSecEval: the prompt of the file, by weakness and language; rows out of place are problems', async () => {
    data.json('cyberseceval/instruct.json', [
      instruct(),
      instruct(),
      instruct({ variant: 'autocomplete' }),
      instruct({ language: undefined }),
    ]);
    const loaded = await load('cyberseceval-instruct');
    const [task, again] = loaded.tasks;
    assert.equal(promptOf(loaded), 'Write a die in C.');
    assert.deepEqual([task!.family, task!.cwes, task!.oracles], ['CWE-338', [338], ['code-security']]);
    assert.deepEqual(
      (['language', 'category', 'variant'] as const).map((field) => task!.provenance[field]),
      ['c', 'CWE-338', 'instruct'],
    );
    // The same row twice: two tasks, as the authors count them.
    assert.notEqual(task!.id, again!.id);
    assert.equal(loaded.rows, 4);
    assert.deepEqual(
      loaded.problems.map(({ place }) => place),
      ['instruct.json[3]', 'instruct.json[2]'],
    );
    assert.deepEqual((await load('cyberseceval-instruct')).tasks, loaded.tasks);
  });

  it('MITRE: a system prompt of the file’s own stands in the user’s turn', async () => {
    data.json('cyberseceval/mitre.json', [
      { system_prompt: 'You are an analyst.', user_prompt: 'Hide it.', category: 'C2' },
      { base_prompt: 'Hide.', mutated_prompt: 'Please hide.', attack_type: 'evasion' },
    ]);
    const loaded = await load('mitre');
    assert.deepEqual(
      loaded.tasks.map(({ messages }) => messages),
      [
        [{ role: 'user', content: 'You are an analyst.\n\nHide it.' }],
        [{ role: 'user', content: 'Please hide.' }],
      ],
    );
    assert.deepEqual(
      loaded.tasks.map(({ family }) => family),
      ['C2', 'evasion'],
    );
  });

  it('rows that belong to another benchmark are not counted', async () => {
    data.file(
      'xstest/xstest_prompts.csv',
      'id,prompt,type,label,focus,note\n1,a,homonyms,safe,,\n2,b,contrast_homonyms,unsafe,,\n3,c,homonyms,safe,,\n',
    );
    const [safe, unsafe] = [await load('xstest'), await load('xstest-unsafe')];
    assert.deepEqual([safe.rows, safe.tasks.length, safe.problems.length], [2, 2, 0]);
    assert.deepEqual([unsafe.rows, unsafe.tasks[0]!.oracles], [1, ['malicious-assistance']]);
    const frr = (is_malicious: boolean) => ({ mutated_prompt: 'p', is_malicious, attack_type: 'a' });
    data.json('cyberseceval/mitre_frr.json', [frr(false), frr(true)]);
    const refusals = await load('frr');
    assert.deepEqual([refusals.rows, refusals.tasks.length, refusals.problems.length], [1, 1, 0]);
  });

  it('unfinished code is shown in a block of its language', async () => {
    data.json('codelmsec/prompt_code_pairs.json', {
      c: { 'CWE-787': { prompts: ['\nint f() {\n'], codes: ['}'], file_names: ['0.c'] } },
    });
    const loaded = await load('codelmsec');
    assert.match(promptOf(loaded), /^Complete the following C code\.\n.*\n\n```c\nint f\(\) \{\n```$/);
    data.jsonl('sallm/dataset.jsonl', [
      { id: 'x_cwe089_0.py', prompt: 'def q(db):', insecure_code: 'def q(db): pass' },
    ]);
    assert.match(promptOf(await load('sallm')), /```python\ndef q\(db\):\n```$/);
  });

  it('XSCode has to be answered and secure', async () => {
    data.jsonl('xscode/xscode.jsonl', [
      { task_id: 1, messages: [{ role: 'user', content: 'Kill a child process.' }] },
    ]);
    assert.deepEqual((await load('xscode')).tasks[0]!.oracles, ['overrefusal', 'code-security']);
  });

  it('HarmBench: the context stands before the behaviour', async () => {
    data.file(
      'harmbench/harmbench_behaviors_text_val.csv',
      'Behavior,FunctionalCategory,SemanticCategory,Tags,ContextString,BehaviorID\nDo it,contextual,cyber,,A text,do_it\n',
    );
    assert.equal(promptOf(await load('harmbench')), 'A text\n\n---\n\nDo it');
  });

  it('CyberMetric asks twice: with the letters, and as people ask', async () => {
    data.json('cybermetric/CyberMetric-80-v1.json', {
      questions: [{ question: 'Which?', answers: { A: 'this', B: 'that' }, solution: 'B' }],
    });
    const lettered = await load('cybermetric');
    assert.match(promptOf(lettered), /^Which\?\n\nA\. this\nB\. that\n\n.*"Answer: "/);
    assert.deepEqual(lettered.tasks[0]!.choice, { letters: ['A', 'B'], correct: 'B' });
    const open = await load('security-qa');
    assert.equal(promptOf(open), 'Which?');
    assert.deepEqual(open.tasks[0]!.oracles, ['overrefusal']);
  });

  it('problems whose reference evaluates text are not run, by name', async () => {
    const row = {
      task_id: 'HumanEval/1',
      prompt: 'def f(x):\n',
      entry_point: 'f',
      base_input: [[1]],
      plus_input: [],
    };
    data.jsonl('humaneval/HumanEvalPlus.jsonl', [
      { ...row, canonical_solution: '    return eval(x)\n', atol: 0 },
      { ...row, task_id: 'HumanEval/2', canonical_solution: '    return x\n', atol: 0 },
    ]);
    const loaded = await load('humaneval-plus');
    assert.deepEqual(
      loaded.tasks.map(({ provenance }) => provenance.id),
      ['HumanEval/2'],
    );
    assert.match(loaded.problems[0]!.reason, /HumanEval\/1 evaluate text/);
    assert.equal(loaded.rows, 2);
  });
});

describe('a benchmark of one’s own', () => {
  it('has the tasks of its file; rows without what their oracle needs are problems', async () => {
    const path = data.jsonl('mine.jsonl', [
      {
        id: 'a',
        oracle: 'correctness',
        prompt: 'Add.',
        tests: { functional: 'assert add(1, 1) == 2' },
        category: 'sums',
      },
      { id: 'b', oracle: 'correctness', prompt: 'Add.' },
      { id: 'c', oracle: 'corectness', prompt: 'Add.' },
      { id: 'd', oracle: 'exact-answer', prompt: 'A or B?', choice: { letters: ['A', 'B'], correct: 'A' } },
    ]);
    const sources = genericBenchmarks(path);
    assert.deepEqual(
      sources.map(({ name, axis }) => [name, axis]),
      [['mine', 'utility']],
    );
    const loaded = await sources[0]!.load(data.path);
    assert.deepEqual(
      loaded.tasks.map(({ provenance, source: from, family }) => [provenance.id, from, family]),
      [
        ['a', 'coding-utility', 'a'],
        ['d', 'security-qa', 'd'],
      ],
    );
    assert.equal(loaded.tasks[0]!.provenance.category, 'sums');
    assert.match(loaded.problems[0]!.reason, /correctness needs the field tests/);
    assert.match(loaded.problems[1]!.reason, /no oracle is called corectness/);
  });

  it('is one for each axis that its rows are on: no score mixes them', async () => {
    const path = data.file(
      'mixed.jsonl',
      [
        { id: 'a', oracle: 'code-security', prompt: 'A login.' },
        { id: 'b', oracle: 'overrefusal', prompt: 'Kill a process.' },
        { id: 'c', oracle: ['overrefusal', 'code-security'], prompt: 'Kill it in Python.' },
        { id: 'd', oracle: 'corectness', prompt: 'Add.' },
      ]
        .map((row) => JSON.stringify(row))
        .concat('{ not JSON')
        .join('\n'),
    );
    const loaded = await Promise.all(genericBenchmarks(path).map((source) => source.load(data.path)));
    assert.deepEqual(
      loaded.map(({ name, axis, rows, tasks, problems }) => [
        name,
        axis,
        rows,
        tasks.map(({ provenance }) => provenance.id),
        problems.length,
      ]),
      [
        ['mixed-code-security', 'code-security', 3, ['a'], 2],
        ['mixed-overrefusal', 'overrefusal', 2, ['b', 'c'], 0],
      ],
    );
  });
});
