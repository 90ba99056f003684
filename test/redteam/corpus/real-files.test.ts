/**
 * The corpus of the real files, where there are copies: PURPCODE_DATA names a data folder (`purpcode data get`). Its
 * tables are the figures of docs/guides/corpus.md.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { PAIRS_FILE } from '../../../src/datasets/codelmsec.ts';
import { INSTRUCT_FILE } from '../../../src/datasets/cyberseceval.ts';
import { dataPath } from '../../../src/datasets/data-file.ts';
import { SAFECODER_TRAIN_FILE, SAFECODER_VALIDATION_FILE } from '../../../src/datasets/safecoder.ts';
import { SALLM_FILE } from '../../../src/datasets/sallm.ts';
import { unionOf } from '../../../src/oracles/code-security/union.ts';
import { oraclesSchema } from '../../../src/oracles/config.ts';
import { openAnalysers } from '../../../src/oracles/oracles.ts';
import { buildCorpus } from '../../../src/redteam/corpus/build-corpus.ts';
import { corpusSchema } from '../../../src/redteam/corpus/corpus-config.ts';
import { corpusTable, overlapTable } from '../../../src/redteam/corpus/corpus-statistics.ts';
import { openSources } from '../../../src/redteam/corpus/open-sources.ts';

const folder = process.env.PURPCODE_DATA;
const FILES = [SAFECODER_TRAIN_FILE, SAFECODER_VALIDATION_FILE, SALLM_FILE, INSTRUCT_FILE, PAIRS_FILE];
const isThere = folder !== undefined && FILES.every((file) => existsSync(dataPath(folder, file)));

describe('the corpus of the real files', {
  skip: !isThere && 'PURPCODE_DATA names no folder with them',
}, () => {
  it('is read whole, and most of its Python is certified as what it is labelled', async (context) => {
    const sources = await openSources(
      corpusSchema.parse({ benchmarks: ['safecoder-validation', 'sallm', 'cyberseceval', 'codelmsec'] }),
      { dataFolder: folder! },
    );
    assert.deepEqual(
      sources.map(({ source, problems, counts }) => [source, problems.length, counts.rows]),
      [
        ['safecoder', 0, 421],
        ['safecoder-validation', 0, 83],
        ['sallm', 0, 100],
        ['cyberseceval', 0, 1916],
        ['codelmsec', 0, 64],
      ],
    );
    const { analysers, close } = await openAnalysers(oraclesSchema.parse({}));
    const { statistics, otherLanguages } = await buildCorpus({
      sources,
      analyser: unionOf(analysers),
      ruleFor: () => undefined,
    });
    await close();
    for (const table of [
      corpusTable(statistics),
      overlapTable(statistics),
      corpusTable(otherLanguages.statistics),
    ])
      context.diagnostic(`\n${table}`);
    context.diagnostic(`Python: ${statistics.total.cwes.join(', ')}`);
    context.diagnostic(`other languages: ${otherLanguages.statistics.total.cwes.join(', ')}`);
    for (const own of statistics.sources) {
      const { source, collected, duplicates, certified, undecided, rejected, agreement } = own;
      context.diagnostic(`${source}: rejected ${JSON.stringify(rejected)}`);
      assert.equal(
        certified + undecided + rejected.clean + rejected['invalid-syntax'],
        collected - duplicates,
      );
      assert.ok(certified / (collected - duplicates) > 0.5, `${source}: ${certified} certified`);
      assert.ok((agreement.same + agreement.related) / certified > 0.8, `${source}: labels`);
    }
    assert.ok(statistics.total.cwes.length >= 40);
  });
});
