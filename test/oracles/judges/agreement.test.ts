import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cohenKappa, fleissKappa, observedAgreement } from '../../../src/oracles/judges/agreement.ts';

function near(actual: number | undefined | null, expected: number, tolerance: number): void {
  assert.ok(actual !== undefined && actual !== null && Math.abs(actual - expected) <= tolerance, `${actual}`);
}

describe("Cohen's kappa", () => {
  it('is .492 for the diagnoses of Cohen (1968)', () => {
    const diagnoses = [
      [88, 14, 18],
      [10, 40, 10],
      [2, 6, 12],
    ];
    near(observedAgreement(diagnoses), 0.7, 1e-12);
    near(cohenKappa(diagnoses)?.kappa, 0.492, 5e-4);
  });

  it('has the interval of Fleiss, Cohen and Everitt (1969): R package statpsych, ci.kappa(.05, 31, 12, 4, 58)', () => {
    const result = cohenKappa([
      [31, 12],
      [4, 58],
    ]);
    near(result?.kappa, 0.6756757, 1e-7);
    near(result?.ci95?.[0], 0.531721, 1e-6);
    near(result?.ci95?.[1], 0.8196303, 1e-6);
  });

  it('is .4 where two readers agree on 35 of 50 grants', () => {
    const grants = [
      [20, 5],
      [10, 15],
    ];
    near(cohenKappa(grants)?.kappa, 0.4, 1e-12);
  });

  it('is 1 for perfect agreement, 0 for independent raters and -1 for opposite ones', () => {
    assert.deepEqual(
      cohenKappa([
        [5, 0],
        [0, 5],
      ]),
      { kappa: 1, ci95: null },
    );
    near(
      cohenKappa([
        [25, 25],
        [25, 25],
      ])?.kappa,
      0,
      1e-12,
    );
    near(
      cohenKappa([
        [0, 5],
        [5, 0],
      ])?.kappa,
      -1,
      1e-12,
    );
  });

  it('is not defined without items or with one category', () => {
    assert.equal(
      cohenKappa([
        [0, 0],
        [0, 0],
      ]),
      null,
    );
    assert.equal(
      cohenKappa([
        [7, 0],
        [0, 0],
      ]),
      null,
    );
    assert.equal(
      observedAgreement([
        [0, 0],
        [0, 0],
      ]),
      null,
    );
  });
});

describe("Fleiss' kappa", () => {
  // Ten subjects, fourteen raters, five categories: the table by which the coefficient is usually taught.
  const table = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
  ];

  it('is .210 for the textbook table', () => near(fleissKappa(table), 0.21, 5e-4));

  it('is 1 for perfect agreement and not defined for one category', () => {
    assert.equal(
      fleissKappa([
        [3, 0],
        [0, 3],
      ]),
      1,
    );
    assert.equal(
      fleissKappa([
        [3, 0],
        [3, 0],
      ]),
      null,
    );
    assert.equal(fleissKappa([]), null);
  });

  it('wants as many ratings of every item', () => {
    assert.throws(
      () =>
        fleissKappa([
          [3, 0],
          [1, 1],
        ]),
      RangeError,
    );
  });
});
