import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../bin/purpcode.js', import.meta.url));

interface Report {
  readonly ok: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly required: boolean;
    readonly ok: boolean;
    readonly detail: string;
    readonly mend?: string;
  }[];
}

test('doctor tries every required part, and says how to get what is missing', () => {
  const { stdout, stderr } = spawnSync(process.execPath, [bin, 'doctor', '--json'], {
    encoding: 'utf8',
    // No optional tool is on this PATH.
    env: { ...process.env, PATH: '' },
  });
  assert.equal(stderr, '');
  const { checks } = JSON.parse(stdout) as Report;
  const details = Object.fromEntries(checks.map(({ name, detail }) => [name, detail]));
  assert.match(details['onnxruntime-node'] ?? '', /loads and multiplies/);
  assert.match(details['Ruff (WebAssembly)'] ?? '', /finds S324 \(CWE-\d+\)/);
  assert.match(details['ast-grep'] ?? '', /finds weaknesses in Python, JavaScript and PHP/);
  assert.match(details.Pyodide ?? '', /runs a program in its sandbox/);
  assert.match(details['node:sqlite'] ?? '', /^SQLite 3\./);
  for (const tool of ['bubblewrap', 'Bandit', 'Semgrep', 'CodeQL', 'PyTorch']) {
    const check = checks.find(({ name }) => name === tool);
    assert.equal(check?.required, false);
    assert.equal(check?.ok, false);
    assert.match(check?.mend ?? '', /install|https:/);
  }
});
