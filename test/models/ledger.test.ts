import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ModelError, RunError } from '../../src/errors.ts';
import { CompletionJournal } from '../../src/models/completion-journal.ts';
import { Ledger } from '../../src/models/ledger.ts';

const signal = new AbortController().signal;
const PLAIN = { estimated: false, unenforced: false };

test('money is tokens times prices; a role without prices makes the sum unknown, not smaller', async () => {
  const ledger = new Ledger();
  const judge = ledger.role('judge', { input: 2, output: 10 });
  (await judge.reserve({ input: 900, output: 100 }, signal)).settle({ input: 500, output: 50 }, PLAIN);
  judge.hit();
  // 500 x 2 / 1e6 + 50 x 10 / 1e6
  assert.equal(ledger.report().usd, 0.0015);
  const target = ledger.role('target', undefined);
  (await target.reserve({ input: 10, output: 10 }, signal)).settle({ input: 5, output: 6 }, PLAIN);
  const report = ledger.report();
  assert.equal(report.usd, null);
  assert.deepEqual([report.roles.judge?.usd, report.roles.target?.usd], [0.0015, null]);
  assert.deepEqual([report.calls, report.tokens], [2, { input: 505, output: 56 }]);
  assert.deepEqual([report.roles.judge?.cacheHits, report.roles.target?.unpricedCalls], [1, 1]);
});

test('a call that could exceed the budget is refused; one that fits after others settle waits for them', async () => {
  const ledger = new Ledger({ budget: { tokens: 100 } });
  const role = ledger.role('judge', undefined);
  const first = await role.reserve({ input: 30, output: 30 }, signal);
  let admitted = false;
  const second = role.reserve({ input: 30, output: 30 }, signal).then((hold) => {
    admitted = true;
    return hold;
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(admitted, false);
  first.settle({ input: 30, output: 5 }, PLAIN);
  (await second).settle({ input: 30, output: 10 }, PLAIN);
  await assert.rejects(role.reserve({ input: 20, output: 6 }, signal), (error) => {
    assert.ok(error instanceof ModelError);
    assert.match(error.message, /budget of 100 tokens is reached: 75 used, the next call can cost up to 26/);
    assert.match(error.hint ?? '', /raise budget\.tokens.*not paid twice/);
    return true;
  });
  // A smaller one still fits, and a lost attempt counts in full.
  const third = await role.reserve({ input: 10, output: 10 }, signal);
  third.lost();
  await assert.rejects(role.reserve({ input: 5, output: 1 }, signal), /95 used/);
});

test('who waits for budget can leave, and those behind go on', async () => {
  const role = new Ledger({ budget: { tokens: 100 } }).role('judge', undefined);
  const first = await role.reserve({ input: 60, output: 0 }, signal);
  const controller = new AbortController();
  const large = role.reserve({ input: 90, output: 0 }, controller.signal);
  const small = role.reserve({ input: 40, output: 0 }, signal);
  controller.abort(new Error('left'));
  await assert.rejects(large, /left/);
  (await small).release();
  first.release();
});

test('a budget in money needs prices', () => {
  assert.throws(() => new Ledger({ budget: { usd: 5 } }).role('judge', undefined), /prices of role judge/);
  new Ledger({ budget: { usd: 5 } }).role('judge', { input: 0, output: 0 });
});

test('counts outlive the process in the journal, and the budget goes on from them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'purpcode-ledger-'));
  const path = join(folder, 'models.sqlite');
  try {
    const journal = new CompletionJournal(path);
    const before = new Ledger({ journal }).role('judge', { input: 1, output: 1 });
    (await before.reserve({ input: 80, output: 10 }, signal)).settle({ input: 80, output: 10 }, PLAIN);
    journal.close();
    const later = new CompletionJournal(path);
    const after = new Ledger({ journal: later, budget: { tokens: 100 } });
    assert.equal(after.report().roles.judge?.inputTokens, 80);
    await assert.rejects(after.role('judge', undefined).reserve({ input: 11, output: 0 }, signal), /90 used/);
    later.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a journal that is damaged says which and how to go on', () => {
  const folder = mkdtempSync(join(tmpdir(), 'purpcode-ledger-'));
  const path = join(folder, 'models.sqlite');
  try {
    writeFileSync(path, 'not a database'.repeat(500));
    assert.throws(
      () => new CompletionJournal(path),
      (error) =>
        error instanceof RunError &&
        error.message.includes(`${path} cannot be opened`) &&
        (error.hint ?? '').includes('away and run the same command again'),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
