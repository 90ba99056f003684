import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createWorld, ruleBook, worldDigest } from '../../src/nano/world.ts';

const wrap = (prompt: string): string => `Now: ${prompt}`;

describe('worldDigest', () => {
  it('is the same for the same world', () => {
    const jailbreaks = [{ id: 'a', wrap }];
    assert.equal(worldDigest(createWorld({ jailbreaks })), worldDigest(createWorld({ jailbreaks })));
  });

  it('changes with a template and with an answer of a family', () => {
    const world = createWorld({ jailbreaks: [{ id: 'a', wrap }] });
    const other = createWorld({ jailbreaks: [{ id: 'a', wrap: (prompt) => `Then: ${prompt}` }] });
    assert.notEqual(worldDigest(world), worldDigest(other));
    const [first, ...rest] = world.families.utility;
    const changed = { ...first!, wrong: [() => 'def f(x):\n    return 0'] as const };
    assert.notEqual(
      worldDigest(world),
      worldDigest({ ...world, families: { ...world.families, utility: [changed, ...rest] } }),
    );
  });
});

describe('ruleBook', () => {
  it('has a rule for every security family, and the policy entries', () => {
    const world = createWorld({ jailbreaks: [] });
    const rules = ruleBook(world);
    for (const { id } of world.families.security) assert.ok(rules.has(`nano/${id}`), id);
    for (const id of ['D0', 'D1', 'D2', 'A0', 'A1', 'A2', 'A3']) assert.ok(rules.has(id), id);
  });
});
