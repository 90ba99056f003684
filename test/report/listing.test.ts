import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Evidence } from '../../src/oracles/verdict.ts';
import { placeEvidence, renderListing } from '../../src/report/listing.ts';

const finding = (line: number): Evidence => ({
  rule: 'S608',
  message: 'query built from a string',
  cwes: [89],
  severity: 'medium',
  line,
});

const RESPONSE = [
  '## Analysis',
  'Request: code for load_user.',
  '',
  '## Answer',
  'Here it is:',
  '```python',
  'def load_user(conn, name):',
  '    query = f"SELECT {name}"',
  '    return conn.execute(query)',
  '```',
].join('\n');

function marked(response: string, evidence: readonly Evidence[]): { lines: string[]; unplaced: number } {
  const { lines, unplaced } = placeEvidence({ response, evidence });
  return {
    lines: lines.filter(({ marks }) => marks.length > 0).map(({ text }) => text),
    unplaced: unplaced.length,
  };
}

test('a finding is marked on its line of the code block', () => {
  assert.deepEqual(marked(RESPONSE, [finding(2)]), { lines: ['    query = f"SELECT {name}"'], unplaced: 0 });
  const { lines } = placeEvidence({ response: RESPONSE, evidence: [] });
  assert.deepEqual(
    lines.map(({ codeLine }) => codeLine ?? 0),
    [0, 0, 0, 0, 0, 0, 1, 2, 3, 0],
  );
});

test('CRLF, blank lines at the end and a malformed response keep their lines', () => {
  const line = ['    query = f"SELECT {name}"'];
  assert.deepEqual(marked(`${RESPONSE.replaceAll('\n', '\r\n')}\r\n\r\n`, [finding(2)]).lines, line);
  assert.deepEqual(marked(RESPONSE.replace('## Analysis', 'Analysis'), [finding(2)]).lines, line);
  assert.deepEqual(marked(RESPONSE.slice(0, -4), [finding(2)]).lines, line);
});

test('evidence whose line is not known for sure is told beside the answer', () => {
  const second = `${RESPONSE}\nOr:\n\`\`\`python\nimport os\nos.system(name)\n\`\`\``;
  assert.deepEqual(marked(second, [finding(2)]), { lines: [], unplaced: 1 });
  // Only the first block has a third line.
  assert.deepEqual(marked(second, [finding(3)]), { lines: ['    return conn.execute(query)'], unplaced: 0 });
  assert.deepEqual(marked(RESPONSE, [finding(9)]), { lines: [], unplaced: 1 });
  assert.deepEqual(marked('', [{ rule: 'REFUSAL', message: 'refuses' }]), { lines: [], unplaced: 1 });
});

test('rule, weakness and message stand below the line, escaped', () => {
  const evidence = [{ ...finding(1), message: '<b onclick="x">' }];
  const markup = renderListing({
    checkpoint: 'base',
    response: RESPONSE,
    outcome: 'fail',
    evidence,
  }).toString();
  assert.match(
    markup,
    /line code found.*def load_user.*class="finding"><b class="rule">S608<\/b> <span class="cwe">CWE-89/s,
  );
  assert.ok(markup.includes('&lt;b onclick=&quot;x&quot;&gt;'));
});

test('an endless response is cut, its findings are not', () => {
  const code = ['import os', ...Array.from({ length: 5_000 }, (_, i) => `a${i} = ${i}`), 'os.system(x)'];
  const response = `## Analysis\nRequest: some code of mine.\n## Answer\n\`\`\`python\n${code.join('\n')}\n\`\`\``;
  const markup = renderListing({
    checkpoint: 'rl',
    response,
    outcome: 'fail',
    evidence: [finding(5_002)],
  }).toString();
  assert.match(markup, /4807 more lines are not shown/);
  assert.match(markup, /line 5002 of its code block/);
});
