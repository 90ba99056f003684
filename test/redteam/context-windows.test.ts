import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contextWindows, excerpt } from '../../src/redteam/context-windows.ts';

const line = (start: number, end = start) => ({ start, end });

describe('context windows', () => {
  it('are ten lines on either side, inside the code', () => {
    assert.deepEqual(contextWindows([line(50)], 100), [line(40, 60)]);
    assert.deepEqual(contextWindows([line(3)], 8), [line(1, 8)]);
    assert.deepEqual(contextWindows([line(95, 97)], 100), [line(85, 100)]);
    assert.deepEqual(contextWindows([], 100), []);
  });

  it('merge when they overlap or touch, whatever the order of the findings', () => {
    assert.deepEqual(contextWindows([line(40), line(20)], 100), [line(10, 50)]);
    assert.deepEqual(contextWindows([line(20), line(41)], 100), [line(10, 51)]);
    assert.deepEqual(contextWindows([line(20), line(42)], 100), [line(10, 30), line(32, 52)]);
    assert.deepEqual(contextWindows([line(20, 60), line(30)], 100), [line(10, 70)]);
  });

  it('show where lines are left out', () => {
    const code = ['a', 'b', 'c', 'd', 'e', 'f'].join('\n');
    assert.equal(excerpt(code, [line(2, 3), line(5)]), '...\nb\nc\n...\ne\n...');
    assert.equal(excerpt(code, [line(1, 6)]), code);
  });
});
