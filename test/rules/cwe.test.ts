import assert from 'node:assert/strict';
import { it } from 'node:test';
import { loadCweTable } from '../../src/rules/cwe.ts';

it('ships the whole list with its licence', () => {
  const table = loadCweTable();
  assert(table.entries.length >= 900);
  assert.equal(
    table.get(79)?.name,
    "Improper Neutralization of Input During Web Page Generation ('Cross-site Scripting')",
  );
  assert.equal(
    table.get(89)?.name,
    "Improper Neutralization of Special Elements used in an SQL Command ('SQL Injection')",
  );
  assert.equal(table.get(89)?.abstraction, 'Base');
  assert.equal(table.get(89)?.discouraged, false);
  assert.equal(table.get(20)?.discouraged, true);
  assert.equal(table.entries.filter((entry) => entry.deprecated).length, 25);
  assert(table.entries.every((entry) => entry.description !== '' && !entry.description.includes('\n')));
  assert.match(table.notice, /The MITRE Corporation/);
  assert.equal(table.get(1), undefined);
});
