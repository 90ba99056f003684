import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { AnalysisResult } from '../../src/oracles/code-security/analyser.ts';
import { createCodeqlAnalyser } from '../../src/oracles/code-security/external/codeql.ts';
import { scriptedTool } from './external-tools.ts';

/** SARIF of the shape that the manual of CodeQL's CLI and its diagnostic queries describe, about PYTHON. */
const SARIF = fileURLToPath(new URL('recorded/codeql-python.sarif.json', import.meta.url));
const PYTHON = [
  'from flask import request\n\n@app.route("/")\ndef run():\n    return eval(request.args["x"])  # lgtm\n\n\n',
  'def f(:\n',
  'x = 1\n',
  'y = 2\n',
  'z = 3\n',
];
const python = PYTHON.map((code) => ({ language: 'python', code }));

/** A program that writes `report` (an expression) where `database analyze` is told to. */
const answering = (report: string) => `
  if (args[1] === 'analyze') writeFileSync(args.find((a) => a.startsWith('--output=')).slice(9), ${report});`;

async function analyse(body: string, snippets = python): Promise<AnalysisResult[]> {
  const tool = scriptedTool(body, '2.20.0');
  try {
    return await (await createCodeqlAnalyser({ command: tool.command })).analyse(snippets);
  } finally {
    tool.remove();
  }
}

describe('CodeQL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'purpcode-test-'));
  after(() => rmSync(folder, { recursive: true }));
  let results: AnalysisResult[];
  before(async () => {
    results = await analyse(answering(`readFileSync(${JSON.stringify(SARIF)})`));
  });

  it('gives rule, CWEs, severity, place and help of each result, suppressed or not', () => {
    const found = results[0]?.kind === 'analysed' ? results[0].findings : [];
    assert.deepEqual(found[0], {
      analyser: 'codeql',
      rule: 'py/code-injection',
      message: 'This code execution depends on a [user-provided value](1).',
      cwes: [94, 95, 116],
      severity: 'critical',
      span: { startLine: 5, startColumn: 12, endLine: 5, endColumn: 33 },
      help: 'Interpreting unsanitized user input as code allows a malicious user to perform arbitrary code execution.',
    });
    assert.deepEqual(
      found
        .slice(1)
        .map(({ rule, severity, cwes, span }) => [rule, severity, cwes, span.startLine, span.endLine]),
      [
        ['py/no-score', 'low', [], 1, 1],
        ['py/weak-cryptographic-algorithm', 'high', [327], 6, 7],
      ],
    );
  });

  it('says what does not parse, and fails for what it did not extract', () => {
    assert.equal(results[1]?.kind === 'analysed' && results[1].findings[0]?.rule, 'invalid-syntax');
    assert.deepEqual(results[2], { kind: 'analysed', findings: [] });
    assert.deepEqual(results[3], { kind: 'failed', cause: 'codeql did not report on the snippet' });
    assert.deepEqual(results[4], {
      kind: 'failed',
      cause: 'codeql could not read the snippet: Extraction failed in s4.py with error Syntax Error',
    });
  });

  it('makes one database a language, without a build, of code without suppressions', async () => {
    const log = join(folder, 'runs.jsonl');
    const snippets = [
      { language: 'python', code: 'run(x)  # codeql[py/code-injection] LGTM\n' },
      { language: 'typescript', code: 'run(x);' },
      { language: 'javascript', code: 'run(y);' },
      { language: 'go', code: 'package a' },
    ];
    const body = `
      const code = existsSync(args.find((a) => a.startsWith('--source-root='))?.slice(14) ?? '')
        ? readFileSync(args.find((a) => a.startsWith('--source-root=')).slice(14) + '/s0.py', 'utf8') : '';
      writeFileSync(${JSON.stringify(log)}, JSON.stringify({ args: args.slice(0, 3), code }) + '\\n', { flag: 'a' });
      ${answering(`'{"version":"2.1.0","runs":[]}'`)}`;
    const kinds = (await analyse(body, snippets)).map(({ kind }) => kind);
    assert.deepEqual(kinds, ['failed', 'failed', 'failed', 'analysed']);
    const [create, analyze] = readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(create.args, ['database', 'create', '--language=python']);
    assert.equal(create.code, 'run(x)  # c_deql[py/code-injection] L_TM\n');
    assert.deepEqual(analyze.args.slice(0, 2), ['database', 'analyze']);
  });
});

describe('a broken CodeQL is undecided', () => {
  const one = [{ language: 'python', code: 'x = 1' }];
  const cause = async (body: string) => {
    const [result] = await analyse(body, one);
    return result?.kind === 'failed' ? result.cause : 'analysed';
  };

  it('when it fails, leaves no report, or another one', async () => {
    assert.match(await cause('process.exitCode = 32;'), /database create ended with code 32/);
    assert.match(await cause(''), /left no report/);
    assert.match(await cause(answering(`'no'`)), /printed no JSON/);
    assert.match(await cause(answering(`'{"runs": [{}]}'`)), /another shape/);
  });

  it('when it reports on a file that it was not given', async () => {
    const report = `readFileSync(${JSON.stringify(SARIF)}, 'utf8').replaceAll('s0.py', 'other.py')`;
    assert.match(await cause(answering(report)), /reports on other\.py/);
  });

  it('when it does not describe the rule of a result', async () => {
    const report = `readFileSync(${JSON.stringify(SARIF)}, 'utf8').replaceAll('"id": "py/code-injection"', '"id": "x"')`;
    assert.match(await cause(answering(report)), /does not describe its rule py\/code-injection/);
  });
});
