import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
    assert(found.some((line) => /^CWE-89 .*ast-grep \d+: .*py-sql-injection/.test(line)));
    assert(found.some((line) => /^CWE-416 .*\[ast-grep/.test(line)));
    assert(!found.some((line) => line.startsWith('CWE-1104 ')));
    assert.match(found.at(-1)!, /^Weaknesses found: \d{3}, by \d+ rules of ruff and \d+ rules of ast-grep;/);
    const all = JSON.parse(await run(t, 'list', '--all', '--json'));
    assert(all.length >= 900 && all.length > found.length);
  });

  it('shows a weakness with the analyser rules that find it', async (t) => {
    const text = await run(t, 'show', 'CWE-89');
    assert.match(text, /^CWE-89: Improper Neutralization of Special Elements used in an SQL Command/);
    assert.match(text, /constructs all or part of an SQL command/);
    assert.match(text, /ruff S608 \(high\)/);
    assert.match(text, /ast-grep py-sql-injection \(high\)/);
    assert.match(text, /Policy D1, vulnerable code: /);
    assert.match(text, /Bad:\n```python\n.*SELECT/);
    const json = JSON.parse(await run(t, 'show', '78', '--json'));
    assert.equal(json.id, 78);
    assert.equal(json.analyserRules[0].primary, true);
    assert(json.analyserRules.some(({ rule }: { rule: string }) => rule === 'S602'));
    assert.match(await run(t, 'show', 'cwe-20'), /Discouraged by MITRE/);
    assert.match(await run(t, 'show', 'CWE-1104'), /No rule of the embedded analysers finds it/);
  });

  it('shows a rule of an analyser by its code', async (t) => {
    const text = await run(t, 'show', 'S608');
    assert.match(text, /^ruff\/S608 \(high\): SQL is put together from strings\n/);
    assert.match(text, /\n {2}CWE-89: Improper Neutralization/);
    assert.match(text, /Flagged:\n```python\ncursor\.execute\(f"/);
    assert.equal(await run(t, 'show', 'ruff/s608'), text);
    assert.equal(JSON.parse(await run(t, 'show', 'py-sql-injection', '--json')).analyser, 'ast-grep');
  });

  it('shows the hint of rule learning and the text of Rule2Code', async (t) => {
    const text = await run(t, 'show', 'CWE-502', '--hint');
    assert.match(
      text,
      /^--- rule learning \(about \d+ tokens\)\nCWE-502 .*: never this: The product deserializes/,
    );
    assert.match(text, /--- Rule2Code/);
  });

  it('shows all that a CWE list in XML says', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'purpcode-rules-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'cwe.xml');
    writeFileSync(
      file,
      `<Weakness_Catalog Version="9.1" Date="2031-05-06"><Weaknesses>
        <Weakness ID="89" Name="Gluing" Abstraction="Base" Status="Draft"><Description>It glues.</Description>
        <Extended_Description>For long.</Extended_Description>
        <Common_Consequences><Consequence><Scope>Integrity</Scope><Impact>Falls</Impact></Consequence></Common_Consequences>
        <Potential_Mitigations><Mitigation><Phase>Operation</Phase><Description>Use mortar.</Description></Mitigation></Potential_Mitigations>
        <Demonstrative_Examples><Demonstrative_Example><Example_Code Nature="Bad" Language="Python">glue()</Example_Code></Demonstrative_Example></Demonstrative_Examples>
        <Mapping_Notes><Usage>Allowed</Usage></Mapping_Notes></Weakness></Weaknesses></Weakness_Catalog>`,
    );
    const text = await run(t, 'show', 'CWE-89', '--cwe', file);
    for (const part of [
      'For long.',
      'Integrity: Falls',
      '[Operation] Use mortar.',
      'Bad, Python:\n```\nglue()',
    ])
      assert(text.includes(part), `${part} is not in ${text}`);
    assert.match(await run(t, 'show', 'CWE-89', '--cwe', file, '--hint'), /Mitigation: Use mortar/);
    assert.equal(JSON.parse(await run(t, 'show', '89', '--cwe', file, '--json')).full.mitigations.length, 1);
    assert.match(await run(t, 'list', '--cwe', file), /^CWE-89 +Gluing {2}\[ruff 3: S608/);
  });

  it('says what is wrong with an id and how to mend it', async (t) => {
    await assert.rejects(run(t, 'show', 'CWE-99999'), {
      code: 'config',
      message: /CWE-99999 is not in the CWE list/,
      hint: /rules list --all/,
    });
    await assert.rejects(run(t, 'show', 'S9999'), { code: 'config', hint: /write it like CWE-89/ });
    await assert.rejects(run(t, 'show', 'CWE-89', '--cwe', 'absent.xml'), { code: 'io', message: /absent/ });
    await assert.rejects(run(t, 'show', 'CWE-20', '--hint'), {
      code: 'config',
      message: 'CWE-20 makes no rule: it is discouraged by MITRE',
    });
  });
});
