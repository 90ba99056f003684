import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { AnalysisResult } from '../../src/oracles/code-security/analyser.ts';
import { createAnalysisPool, embeddedAnalysers } from '../../src/oracles/code-security/analysis-pool.ts';
import { createRuffAnalyser } from '../../src/oracles/code-security/ruff.ts';

const python = (code: string) => ({ code, language: 'python' });
const scripted = {
  name: 'scripted',
  module: new URL('./scripted-analyser.ts', import.meta.url).href,
  factory: 'createScriptedAnalyser',
  options: { message: 'found' },
};
const rules = (result: AnalysisResult) =>
  result.kind === 'failed' ? result.cause : result.findings.map(({ rule }) => rule).join(' ');

describe('an analyser that misbehaves in a thread', () => {
  // Starting a thread counts as well, which takes its time on a busy machine.
  const pool = createAnalysisPool([scripted], { threads: 2, timeoutMs: 1_000 });
  const analyse = async (codes: readonly string[]) =>
    (await pool.analysers[0]!.analyse(codes.map(python))).map(rules);
  after(() => pool.close());

  test('results are in the order of the snippets, over many chunks', async () => {
    const codes = Array.from({ length: 40 }, (_, index) => `bad ${index}${'\n'.repeat(150)}`);
    assert.deepEqual(await analyse(codes), codes);
  });

  test('an empty batch needs no thread', async () => {
    assert.deepEqual(await analyse([]), []);
  });

  test('a snippet that hangs, kills or crashes fails alone; its neighbours keep their results', async () => {
    const results = await analyse([
      'bad 1',
      'hang',
      'bad 2',
      'die',
      'throw',
      'nothing',
      'good',
      'hang 2',
      'bad 3',
    ]);
    assert.deepEqual(results, [
      'bad 1',
      'it was not done after 1 s',
      'bad 2',
      'its thread ended',
      'thrown',
      'the analyser gave no result',
      '',
      'it was not done after 1 s',
      'bad 3',
    ]);
    assert.deepEqual(await analyse(['bad 4']), ['bad 4']);
  });

  test('a snippet on which a thread dies of what another one left is tried again by itself', async () => {
    assert.deepEqual(await analyse(['poison', 'bad 1', 'bad 2', 'die']), [
      '',
      'bad 1',
      'bad 2',
      'its thread ended',
    ]);
  });
});

test('a module that cannot be loaded, or a factory that throws, fails every snippet', async () => {
  const missing = { ...scripted, module: new URL('./no-such-module.ts', import.meta.url).href };
  const pool = createAnalysisPool([missing, { ...scripted, options: null }], { threads: 1 });
  for (const analyser of pool.analysers) {
    const results = await analyser.analyse([python('bad'), python('good')]);
    assert.deepEqual(
      results.map(({ kind }) => kind),
      ['failed', 'failed'],
    );
  }
  await pool.close();
});

test('closing fails what waits, and what comes later', async () => {
  const pool = createAnalysisPool([scripted], { threads: 1, timeoutMs: 60_000 });
  const hanging = pool.analysers[0]!.analyse([python('hang'), python('bad')]);
  await pool.close();
  assert.deepEqual((await hanging).map(rules), Array(2).fill('the analysers were closed'));
  assert.deepEqual((await pool.analysers[0]!.analyse([python('bad')])).map(rules), [
    'the analysers were closed',
  ]);
});

test('threads find what the same analyser finds in this thread', async () => {
  const snippets = ['eval(x)', 'import os\nos.system("ls " + x)', 'x = 1', 'def f(:', 'assert x'].map(python);
  const pool = createAnalysisPool(embeddedAnalysers(['ruff']));
  const [there, here] = await Promise.all([
    pool.analysers[0]!.analyse(snippets),
    createRuffAnalyser().analyse(snippets),
  ]);
  await pool.close();
  assert.deepEqual(there, here);
});
