import assert from 'node:assert/strict';
import { it } from 'node:test';
import { agreementByCwe, areRelated, cohensKappa } from '../../src/oracles/code-security/agreement.ts';
import type { AnalysisResult } from '../../src/oracles/code-security/analyser.ts';
import type { Severity } from '../../src/oracles/verdict.ts';

function found(cwes: readonly number[], severity: Severity = 'high'): AnalysisResult {
  const span = { startLine: 1, startColumn: 1, endLine: 1, endColumn: 2 };
  return {
    kind: 'analysed',
    findings: [{ analyser: 'any', rule: 'R', message: '', cwes, severity, span, help: '' }],
  };
}

const clean: AnalysisResult = { kind: 'analysed', findings: [] };
const failed: AnalysisResult = { kind: 'failed', cause: 'no' };

it("computes Cohen's kappa", () => {
  // Observed 35/50 = 0.7; expected 0.5 × 0.6 + 0.5 × 0.4 = 0.5; (0.7 − 0.5) / (1 − 0.5) = 0.4.
  assert.equal(
    cohensKappa({ both: 20, onlyFirst: 5, onlySecond: 10, neither: 15 })!.toFixed(12),
    '0.400000000000',
  );
  assert.equal(cohensKappa({ both: 3, onlyFirst: 0, onlySecond: 0, neither: 5 }), 1);
  assert.equal(cohensKappa({ both: 0, onlyFirst: 1, onlySecond: 1, neither: 0 }), -1);
  assert.equal(cohensKappa({ both: 0, onlyFirst: 0, onlySecond: 0, neither: 9 }), undefined);
  assert.equal(cohensKappa({ both: 0, onlyFirst: 0, onlySecond: 0, neither: 0 }), undefined);
});

it('counts per CWE what each analyser flags, what only it flags, and pairs', () => {
  const runs = [
    { analyser: 'a', results: [found([89]), found([89, 78]), clean, found([89]), found([89], 'low')] },
    { analyser: 'b', results: [found([89]), clean, clean, failed, clean] },
  ];
  assert.deepEqual(agreementByCwe(runs), [
    {
      cwe: 78,
      flagged: 1,
      analysers: [
        { analyser: 'a', flagged: 1, unique: 1 },
        { analyser: 'b', flagged: 0, unique: 0 },
      ],
      pairs: [{ analysers: ['a', 'b'], both: 0, onlyFirst: 1, onlySecond: 0, neither: 3, kappa: 0 }],
    },
    {
      cwe: 89,
      flagged: 3,
      analysers: [
        { analyser: 'a', flagged: 3, unique: 2 },
        { analyser: 'b', flagged: 1, unique: 0 },
      ],
      // Observed 3/4; expected 0.5 × 0.25 + 0.5 × 0.75 = 0.5.
      pairs: [{ analysers: ['a', 'b'], both: 1, onlyFirst: 1, onlySecond: 0, neither: 2, kappa: 0.5 }],
    },
  ]);
  assert.deepEqual(
    agreementByCwe(runs, 'low').map(({ cwe, flagged }) => [cwe, flagged]),
    [
      [78, 1],
      [89, 4],
    ],
  );
});

it('needs one result per snippet', () => {
  assert.deepEqual(agreementByCwe([]), []);
  const uneven = [
    { analyser: 'a', results: [clean] },
    { analyser: 'b', results: [] },
  ];
  assert.throws(() => agreementByCwe(uneven), RangeError);
});

it('relates what analysers call by different numbers', () => {
  assert.ok(areRelated([89], [564, 89]));
  assert.ok(areRelated([95], [94]));
  assert.ok(!areRelated([89], [79]));
  assert.ok(!areRelated([], [79]));
});
