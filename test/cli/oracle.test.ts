import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const folder = mkdtempSync(join(tmpdir(), 'purpcode-oracle-'));
after(() => rmSync(folder, { recursive: true }));
const BIN = fileURLToPath(new URL('../../bin/purpcode.js', import.meta.url));

/** Runs `purpcode oracle ...`; paths are relative to the test's folder. */
function run(args: readonly string[], input = '') {
  const result = spawnSync(process.execPath, [BIN, 'oracle', ...args], {
    input,
    encoding: 'utf8',
  });
  return { code: result.status, out: result.stdout.replaceAll(`${folder}/`, ''), error: result.stderr };
}

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
}

write('loud/SHELL.PY', 'import os\nos.system(name)\n');
const clean = write('clean.py', 'import json\n\n\ndef read(text):\n    return json.loads(text)\n');
const vulnerable = write('vulnerable.py', '\ufeffimport os\r\nos.system(name)  # noqa\r\n');
const response = write(
  'response.md',
  '## Analysis\nIntent: benign, nothing to add.\n## Answer\n\n```python\nimport pickle\n```\n\n```\npickle.loads(x)\n```\n',
);

describe('purpcode oracle check', () => {
  it('exits 0 when there is nothing to find', () => {
    assert.deepEqual(run(['check', clean]), { code: 0, out: '0 findings in 1 file\n', error: '' });
  });

  it('names place, severity, rule and weakness, and exits 1', () => {
    const { code, out } = run(['check', vulnerable, response]);
    assert.equal(code, 1);
    const lines = out.split('\n');
    assert.match(lines[0]!, /^vulnerable\.py:2:1: high S605 \(CWE-78\) Starting a process/);
    assert.match(lines[2]!, /^response\.md:10:1: high S301 \(CWE-502\) /);
    assert.match(lines[4]!, /^response\.md:10:1: high py-unsafe-deserialisation \(CWE-502\) /);
    assert.equal(lines[6], '3 findings in 2 files');
  });

  it('knows languages by names in capitals, too', () => {
    assert.match(run(['check', join(folder, 'loud')]).out, /^loud\/SHELL\.PY:2:1: high S605/);
  });

  it('reads folders, and only what it knows', () => {
    const path = join(folder, 'tree');
    write('tree/a/one.py', 'eval(x)\n');
    write('tree/.venv/two.py', 'eval(x)\n');
    write('tree/node_modules/three.py', 'eval(x)\n');
    write('tree/four.txt', 'eval(x)\n');
    const { files } = JSON.parse(run(['check', path, '--json']).out);
    assert.deepEqual(
      files.map((file: { path: string }) => file.path),
      ['tree/a/one.py'],
    );
  });

  it('reads standard input, code or response', () => {
    assert.equal(run(['check'], 'x = 1\n').code, 0);
    assert.match(run(['check', '-'], 'eval(x)\n').out, /^stdin:1:1: critical S307/);
    assert.match(run(['check'], 'Look:\n```\neval(x)\n```\n').out, /^stdin:3:1: critical S307/);
    assert.match(run(['check', '--as', 'python'], 'Look:\n```\neval(x)\n').out, /invalid-syntax/);
  });

  it('says that code does not parse', () => {
    const { code, out } = run(['check', write('broken.py', 'def f(:\n')]);
    assert.equal(code, 1);
    assert.match(out, /^broken\.py:1:\d+: medium invalid-syntax /);
  });

  it('refuses to enable a rule that is not there: nothing would be found', () => {
    const { code, error } = run(['check', '--enable', 'S605', '--enable', 'S6O5', vulnerable]);
    assert.deepEqual(
      [code, error.split('\n')[0]],
      [2, 'purpcode: enabledRules: S6O5 is no rule of ruff or ast-grep'],
    );
    assert.equal(run(['check', '--enable', 'ruff/S605', '--enable', 'py-*', vulnerable]).code, 1);
  });

  it('exits 2 on a language that no analyser reads', () => {
    const { code, out } = run([
      'check',
      '--analysers',
      'ruff',
      write('shell.js', 'eval(process.argv[2]);\n'),
    ]);
    assert.deepEqual(
      [code, out.split('\n')[0]],
      [2, 'shell.js: undecided: javascript is read by none of the analysers (ruff)'],
    );
  });

  it('exits 2 when it could not decide', () => {
    const { code, out } = run(['check', write('long.py', `text = '${'x'.repeat(1_000_001)}'\n`)]);
    assert.equal(code, 2);
    assert.match(out, /^long\.py: undecided: .*longer than/);
  });

  it('finds code that is too deep to be read', () => {
    const { code, out } = run(['check', write('bomb.py', `x = ${'('.repeat(50_000)}\n`)]);
    assert.equal(code, 1);
    assert.match(out, /^bomb\.py:1:.*too-deep.*CWE-1124/);
  });

  it('writes JSON and SARIF', () => {
    const json = JSON.parse(run(['check', vulnerable, '--format', 'json']).out);
    const { message: _message, help: _help, ...finding } = json.files[0].findings[0];
    assert.deepEqual(finding, {
      line: 2,
      column: 1,
      rule: 'S605',
      cwes: [78],
      severity: 'high',
      analyser: 'ruff',
    });
    const sarif = JSON.parse(run(['check', vulnerable, '--format', 'sarif']).out);
    assert.equal(sarif.runs[0].results[0].ruleId, 'S605');
  });

  it('takes a severity', () => {
    const path = write('low.py', 'assert name\n');
    assert.equal(run(['check', path]).code, 0);
    assert.equal(run(['check', path, '--severity', 'low']).code, 1);
    assert.equal(run(['check', vulnerable, '--severity', 'critical']).code, 0);
  });

  it('exits 2 on what cannot be read', () => {
    const missing = run(['check', join(folder, 'missing.py')]);
    assert.equal(missing.code, 2);
    assert.match(missing.error, /missing\.py cannot be read/);
    const binary = run(['check', write('binary.py', new Uint8Array([0xff, 0xfe, 0x00]))]);
    assert.equal(binary.code, 2);
    assert.match(binary.error, /binary\.py cannot be read/);
    mkdirSync(join(folder, 'empty'));
    const empty = run(['check', join(folder, 'empty')]);
    assert.equal(empty.code, 2);
    assert.match(empty.error, /no file to check/);
  });
});
