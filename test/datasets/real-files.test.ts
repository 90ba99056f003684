/**
 * The readers on the real files, where there are copies: PURPCODE_DATA names a data folder (`purpcode data get`).
 * Rows as their authors count them, none that cannot be read.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { sha256Of } from '../../src/datasets/checksum.ts';
import { dataPath } from '../../src/datasets/data-file.ts';
import { DATA_SETS } from '../../src/datasets/registry.ts';

const ROWS: Readonly<Record<string, number>> = {
  'cyberseceval/instruct.json': 1916,
  'cyberseceval/autocomplete.json': 1916,
  'cyberseceval/mitre_benchmark_100_per_category_with_augmentation.json': 1000,
  'cyberseceval/mitre_frr.json': 750,
  'codelmsec/prompt_code_pairs.json': 64,
  'codelmsec/list_of_cwes.json': 16,
  'sallm/dataset.jsonl': 100,
  'safecoder/train-sec-new-desc.jsonl': 421,
  'safecoder/val-sec-desc.jsonl': 83,
  'cysecbench/cysecbench.csv': 12662,
  'harmbench/harmbench_behaviors_text_all.csv': 400,
  'strongreject/strongreject_dataset.csv': 313,
  'xstest/xstest_prompts.csv': 450,
  'humaneval/HumanEval.jsonl.gz': 164,
  'humaneval/HumanEvalPlus.jsonl.gz': 164,
  'mbpp/mbpp.jsonl': 974,
  'mbpp/sanitized-mbpp.json': 427,
  'mbpp/MbppPlus.jsonl.gz': 378,
  'leetcode/LeetCodeDataset-v0.2.0-train.jsonl.gz': 1890,
  'leetcode/LeetCodeDataset-v0.2.0-test.jsonl.gz': 200,
  'cybermetric/CyberMetric-500-v1.json': 500,
};

const folder = process.env.PURPCODE_DATA;

describe('real files', { skip: folder === undefined && 'PURPCODE_DATA names no data folder' }, () => {
  for (const { name, files } of DATA_SETS) {
    for (const { file, read } of files) {
      const path = folder === undefined ? file.path : dataPath(folder, file);
      it(`${name}: ${file.path}`, { skip: !existsSync(path) && 'there is no copy' }, () => {
        const { problems, rows, count } = read(path);
        assert.deepEqual(problems.slice(0, 5), []);
        assert.equal(rows.length, count);
        const isOriginal = path.endsWith(file.path);
        if (isOriginal && ROWS[file.path] !== undefined) assert.equal(count, ROWS[file.path]);
        if (file.sha256 !== undefined && (isOriginal || file.folder))
          assert.equal(sha256Of(path, file), file.sha256);
      });
    }
  }
});
