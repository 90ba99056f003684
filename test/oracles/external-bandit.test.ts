import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { AnalysisResult } from '../../src/oracles/code-security/analyser.ts';
import { type BanditOptions, createBanditAnalyser } from '../../src/oracles/code-security/external/bandit.ts';
import { findTool } from '../../src/oracles/code-security/external/find-tool.ts';
import { scriptedTool } from './external-tools.ts';

/** What Bandit 1.9.4 on Python 3.11 printed for SNIPPETS, through the adapter. */
const RECORDED = fileURLToPath(new URL('recorded/bandit-1.9.4.json', import.meta.url));
const SNIPPETS = [
  'import pickle\n\nlabel = "😀é"; value = pickle.loads(data)  # nosec\n',
  'def f(:\n',
  'def double(x):\n    return 2 * x\n',
  `total = ${'1 + '.repeat(1500)}1\n`,
  'import os\n\nos.system(\n    command\n)\n',
  'type Names[T] = list[T]\n',
];
const python = (codes: readonly string[]) => codes.map((code) => ({ code, language: 'python' }));

/** Runs the adapter with a scripted program in Bandit's place. */
async function analyse(
  body: string,
  codes = SNIPPETS,
  limits: BanditOptions = {},
): Promise<AnalysisResult[]> {
  const tool = scriptedTool(body);
  try {
    const analyser = await createBanditAnalyser({ command: tool.command, ...limits });
    return await analyser.analyse(python(codes));
  } finally {
    tool.remove();
  }
}

/** A clean report about every file in the folder, as the body of a script. */
const CLEAN = `print(JSON.stringify({ errors: [], results: [], metrics: Object.fromEntries(files.map((f) => ['./' + f, {}])) }));`;
const ofKind = (results: readonly AnalysisResult[]) => results.map(({ kind }) => kind);

describe('Bandit', () => {
  const replay = `print(readFileSync(${JSON.stringify(RECORDED)}, 'utf8'));`;
  let results: AnalysisResult[];
  before(async () => {
    results = await analyse(replay);
  });

  it('gives rule, CWEs, severity, place and help of each finding', () => {
    const [pickle, , clean, , shell] = results;
    assert.deepEqual(clean, { kind: 'analysed', findings: [] });
    assert.ok(pickle?.kind === 'analysed' && shell?.kind === 'analysed');
    assert.deepEqual(
      pickle.findings.map(({ rule, severity, cwes }) => [rule, severity, cwes]),
      [
        ['B403', 'low', [502]],
        ['B301', 'medium', [502]],
      ],
    );
    // Bandit counts UTF-8 bytes from 0; we count UTF-16 units from 1.
    assert.deepEqual(pickle.findings[1]!.span, { startLine: 3, startColumn: 24, endLine: 3, endColumn: 42 });
    assert.equal(pickle.findings[1]!.help, 'Use a data format such as JSON.');
    assert.deepEqual(shell.findings[0]!.span, { startLine: 3, startColumn: 1, endLine: 5, endColumn: 2 });
  });

  it('calls code that does not parse so, with the place', () => {
    const broken = results[1];
    assert.ok(broken?.kind === 'analysed');
    assert.deepEqual(broken.findings.map(({ rule, analyser }) => [rule, analyser])[0], [
      'invalid-syntax',
      'bandit',
    ]);
    assert.equal(broken.findings[0]!.span.startColumn, 7);
  });

  it('does not pass what Bandit alone could not read', () => {
    assert.deepEqual(results[3], {
      kind: 'failed',
      cause: 'bandit could not read the snippet: exception while scanning file',
    });
    // Python 3.12's syntax, and a Bandit on Python 3.11: no syntax error of the snippet.
    assert.deepEqual(results[5], {
      kind: 'failed',
      cause: 'bandit could not read the snippet: syntax error while parsing AST from file',
    });
  });

  it('puts each snippet in a file of its own, without suppressions, and removes all of it', async () => {
    const seen = mkdtempSync(join(tmpdir(), 'purpcode-test-'));
    const folder = join(seen, 'temporary');
    mkdirSync(folder);
    const before = process.env.TMPDIR;
    process.env.TMPDIR = folder;
    try {
      const body = `writeFileSync(${JSON.stringify(join(seen, 'run.json'))}, JSON.stringify({ args, files: files.map((f) => [f, readFileSync(f, 'utf8')]), keys: Object.keys(process.env) })); ${CLEAN}`;
      process.env.PURPCODE_TEST_API_KEY = 'a secret';
      const results = await analyse(body, ['x = 1', 'y = "$(touch z)"']);
      assert.deepEqual(ofKind(results), ['analysed', 'analysed']);
      const run = JSON.parse(readFileSync(join(seen, 'run.json'), 'utf8'));
      assert.deepEqual(run.files, [
        ['s0.py', 'x = 1'],
        ['s1.py', 'y = "$(touch z)"'],
      ]);
      assert.ok(run.args.includes('--ignore-nosec'));
      assert.ok(!run.keys.includes('PURPCODE_TEST_API_KEY'));
      assert.deepEqual(
        readdirSync(folder).filter((name) => name.startsWith('purpcode-') && !name.includes('test')),
        [],
      );
    } finally {
      delete process.env.PURPCODE_TEST_API_KEY;
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
      rmSync(seen, { recursive: true });
    }
  });

  it('analyses nothing but Python, and starts no process for the rest', async () => {
    const tool = scriptedTool('process.exit(2);');
    after(tool.remove);
    const analyser = await createBanditAnalyser({ command: tool.command });
    assert.deepEqual(await analyser.analyse([{ code: 'eval(x)', language: 'javascript' }]), [
      { kind: 'analysed', findings: [] },
    ]);
  });
});

describe('a broken Bandit is undecided', () => {
  const two = ['x = 1', 'y = 2'];
  const cases: Readonly<Record<string, string>> = {
    'an unexpected exit code': `${CLEAN} process.exitCode = 2;`,
    garbage: `print('Traceback (most recent call last)');`,
    'nothing at all': '',
    'JSON of another shape': `print('{"results": {}, "errors": [], "metrics": {}}');`,
    'a severity that does not exist': `print(JSON.stringify({ errors: [], metrics: {}, results: [{ filename: 's0.py', test_id: 'B1', issue_text: '', issue_severity: 'NONE', issue_cwe: {}, more_info: '', line_number: 1, line_range: [1], col_offset: 0, end_col_offset: 1 }] }));`,
    'a report on files that it was not given': CLEAN.replace("'./' + f", "'./other' + f"),
    'death by a signal': `process.kill(process.pid, 'SIGSEGV'); setTimeout(() => {}, 10_000);`,
  };
  for (const [name, body] of Object.entries(cases)) {
    it(name, async () => assert.deepEqual(ofKind(await analyse(body, two)), ['failed', 'failed']));
  }

  it('too much output', async () => {
    const body = `print('x'.repeat(100_000)); setTimeout(() => {}, 60_000);`;
    const [result] = await analyse(body, ['x = 1'], { maxOutputBytes: 10_000 });
    assert.match(result?.kind === 'failed' ? result.cause : '', /wrote more than 10000 bytes/);
  });

  it('no end, and what it started ends with it', async () => {
    const body = `const { spawn } = await import('node:child_process');
      spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }); setInterval(() => {}, 1000);`;
    const [result] = await analyse(body, ['x = 1'], { timeoutMs: 500 });
    assert.match(result?.kind === 'failed' ? result.cause : '', /did not end within 0.5 s/);
  });

  it('but a snippet that breaks it costs only its own result', async () => {
    const body = `if (files.some((f) => readFileSync(f, 'utf8').includes('bomb'))) process.exit(139); ${CLEAN}`;
    const codes = ['a = 1', 'b = 2', 'bomb = 3', 'c = 4', 'd = 5'];
    assert.deepEqual(ofKind(await analyse(body, codes)), [
      'analysed',
      'analysed',
      'failed',
      'analysed',
      'analysed',
    ]);
  });

  it('and a file that it leaves out is not clean', async () => {
    const body = CLEAN.replace('files.map', 'files.slice(1).map');
    assert.deepEqual(ofKind(await analyse(body, two)), ['failed', 'analysed']);
  });
});

describe('an analyser that is not there', () => {
  it('is named with the way to get it', async () => {
    await assert.rejects(createBanditAnalyser({ command: '/nowhere/bandit' }), {
      code: 'missing-tool',
      message: 'Bandit is not installed (looked for /nowhere/bandit)',
      hint: 'pip install bandit',
    });
  });

  it('or does not work, if it cannot tell its version', async () => {
    const tool = scriptedTool('', 'Traceback');
    after(tool.remove);
    await assert.rejects(findTool('bandit', tool.command), {
      code: 'oracle',
      message: /does not work: Traceback/,
    });
  });

  it('is found by its version', async () => {
    const tool = scriptedTool('', 'tool.mjs 1.9.4\n  python version = 3.11.7');
    after(tool.remove);
    assert.deepEqual(await findTool('bandit', tool.command), { command: tool.command, version: '1.9.4' });
  });
});
