import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { rulesCommand } from '../../src/cli/rules.ts';

/** Runs `purpcode rules ...` in this process and returns what it printed. */
async function run(t: TestContext, ...args: string[]): Promise<string> {
  const lines: string[] = [];
  const log = t.mock.method(console, 'log', (line: string) => void lines.push(line));
  try {
    await rulesCommand().parseAsync(args, { from: 'user' });
  } finally {
    log.mock.restore();
  }
  return lines.join('\n');
}

describe('purpcode rules', () => {
  it('lists what analysers find, and everything on demand', async (t) => {
    const found = (await run(t, 'list')).split('\n');
    assert(found.some((line) => /^CWE-89 .*SQL Injection.*\[.*S608/.test(line)));
    assert(!found.some((line) => line.startsWith('CWE-362 ')));
    const all = JSON.parse(await run(t, 'list', '--all', '--json'));
    assert(all.length >= 900 && all.length > found.length);
  });

  it('shows a weakness with the analyser rules that find it', async (t) => {
    const text = await run(t, 'show', 'CWE-89');
    assert.match(text, /^CWE-89: Improper Neutralization of Special Elements used in an SQL Command/);
    assert.match(text, /constructs all or part of an SQL command/);
    assert.match(text, /ruff S608 \(high\)/);
    const json = JSON.parse(await run(t, 'show', '78', '--json'));
    assert.equal(json.id, 78);
    assert.equal(json.analyserRules[0].primary, true);
    assert(json.analyserRules.some(({ rule }: { rule: string }) => rule === 'S602'));
    assert.match(await run(t, 'show', 'cwe-20'), /Discouraged by MITRE/);
    assert.match(await run(t, 'show', 'CWE-362'), /No analyser rule of ours finds it/);
  });

  it('says what is wrong with an id and how to mend it', async (t) => {
    await assert.rejects(run(t, 'show', 'CWE-99999'), {
      code: 'config',
      message: /CWE-99999 is not in the CWE list/,
      hint: /rules list --all/,
    });
    await assert.rejects(run(t, 'show', 'S608'), { code: 'config', hint: 'write it like CWE-89' });
  });
});
