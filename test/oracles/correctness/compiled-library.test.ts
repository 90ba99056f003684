import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { compiledLibrary } from '../../../src/oracles/correctness/compiled-library.ts';
import { createPyodideSandbox } from '../../../src/oracles/correctness/pyodide-sandbox.ts';

test('the library holds every module as source and compiled', async () => {
  const library = compiledLibrary();
  assert.equal(await library?.made(), true);
  // The names stand in the zip's directory as they are.
  const zip = readFileSync(library!.path, 'latin1');
  for (const name of ['json/__init__.py', 'json/__init__.pyc', 'asyncio/events.pyc', 'this.pyc']) {
    assert.ok(zip.includes(name), name);
  }
});

test('without a folder to keep it in there is none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'purpcode-library-'));
  writeFileSync(join(folder, 'file'), '');
  assert.equal(compiledLibrary(join(folder, 'file', 'purpcode')), undefined);
  rmSync(folder, { recursive: true });
});

test('a library that cannot be written is a warning, not the end', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'purpcode-library-'));
  const library = compiledLibrary(folder);
  rmSync(folder, { recursive: true });
  const warning = new Promise<Error>((resolve) => process.once('warning', resolve));
  assert.equal(await library?.made(), false);
  assert.match(
    (await warning).message,
    /could not be compiled into .*the sandbox starts more slowly: ENOENT/,
  );
});

test('modules of it show their source, and errors in them their lines', async () => {
  const sandbox = createPyodideSandbox();
  const code = [
    'import fractions, inspect, json, traceback',
    'def f(x):',
    '    assert "def dumps" in inspect.getsource(json)',
    '    try: fractions.Fraction("a")',
    '    except ValueError: text = traceback.format_exc()',
    '    return x if "raise ValueError" in text and "fractions.py" in text else text',
  ].join('\n');
  const [execution] = await sandbox.run([{ code, tests: { functional: 'assert f(1) == 1' } }]);
  await sandbox.close();
  assert.ok(execution?.kind === 'finished');
  assert.deepEqual(
    execution.tests.map(({ outcome }) => outcome),
    ['passed'],
  );
});
