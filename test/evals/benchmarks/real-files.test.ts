/**
 * Known answers on the real files, where there are copies (PURPCODE_DATA names a data folder): the authors' own
 * solutions pass, their insecure code is found.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { CWEVAL_FOLDER, readCweval } from '../../../src/datasets/cweval.ts';
import { type DataFile, dataPath } from '../../../src/datasets/data-file.ts';
import { HUMANEVAL_FILE, readHumanEval } from '../../../src/datasets/humaneval.ts';
import { LEETCODE_TEST_FILE, readLeetCode } from '../../../src/datasets/leetcode.ts';
import type { Rows } from '../../../src/datasets/rows.ts';
import { readSallm, SALLM_FILE } from '../../../src/datasets/sallm.ts';
import { findBenchmark } from '../../../src/evals/benchmarks/benchmarks.ts';
import { openOracles } from '../../../src/oracles/oracles.ts';
import type { Verdict } from '../../../src/oracles/verdict.ts';

const folder = process.env.PURPCODE_DATA;
const skip = (file: DataFile) => {
  if (folder === undefined) return 'PURPCODE_DATA names no data folder';
  return !existsSync(dataPath(folder, file)) && 'there is no copy';
};

describe('the authors’ own code', () => {
  const opened = folder === undefined ? undefined : openOracles();
  after(async () => (await opened)?.close());

  /** Verdicts of an oracle on what `codeOf` says to the first tasks of a benchmark. */
  async function verdicts(
    benchmark: string,
    oracle: string,
    codeOf: ReadonlyMap<string, string>,
    limit?: number,
  ): Promise<Verdict[]> {
    const { tasks } = await findBenchmark(benchmark).load(folder!);
    const items = tasks.slice(0, limit).map((task) => {
      const code = codeOf.get(String(task.provenance.id));
      assert.ok(code !== undefined, `no code for ${task.provenance.id}`);
      return { task, response: `\`\`\`python\n${code}\n\`\`\``, form: 'plain' as const };
    });
    return (await opened!).oracles[oracle]!.check(items);
  }

  function codes<T extends { readonly id: string }>(
    file: DataFile,
    read: (path: string) => Rows<T>,
    code: (row: T) => string,
  ): Map<string, string> {
    return new Map(read(dataPath(folder!, file)).rows.map(({ value }) => [value.id, code(value)]));
  }
  const others = (found: readonly Verdict[], kind: Verdict['kind']) =>
    found.filter((one) => one.kind !== kind);

  it('HumanEval: every canonical solution passes', { skip: skip(HUMANEVAL_FILE) }, async () => {
    const solutions = codes(HUMANEVAL_FILE, readHumanEval, ({ solution }) => solution);
    const found = await verdicts('humaneval', 'correctness', solutions);
    assert.equal(found.length, 164);
    assert.deepEqual(others(found, 'pass'), []);
  });

  it('LeetCodeDataset: 50 completions pass', { skip: skip(LEETCODE_TEST_FILE) }, async () => {
    const solutions = codes(LEETCODE_TEST_FILE, readLeetCode, ({ solution }) => solution);
    assert.deepEqual(others(await verdicts('leetcode', 'correctness', solutions, 50), 'pass'), []);
  });

  it('CWEval: the solutions work and withstand, or cannot be decided', {
    skip: skip(CWEVAL_FOLDER),
  }, async () => {
    const solutions = codes(CWEVAL_FOLDER, readCweval, ({ solution }) => solution);
    for (const oracle of ['correctness', 'security-tests']) {
      const found = await verdicts('cweval', oracle, solutions);
      assert.deepEqual(
        found.filter(({ kind }) => kind === 'fail'),
        [],
      );
      assert.ok(found.filter(({ kind }) => kind === 'pass').length >= 11);
    }
  });

  it('SALLM: the insecure code is found, but for one row in ten', { skip: skip(SALLM_FILE) }, async () => {
    const insecure = codes(SALLM_FILE, readSallm, ({ insecureCode }) => insecureCode);
    const found = await verdicts('sallm', 'code-security', insecure);
    assert.equal(found.length, 100);
    assert.ok(others(found, 'fail').length <= 10, `${others(found, 'fail').length} of 100 are not found`);
  });
});
