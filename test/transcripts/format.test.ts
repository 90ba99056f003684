import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cutAnalyses, findRepetition, formatResponse, parseResponse } from '../../src/transcripts/format.ts';

const ANALYSIS = 'The request is benign; the input needs care.';
const ANSWER = 'Use a parameterised query.';
const GOOD = `## Analysis\n${ANALYSIS}\n## Answer\n${ANSWER}`;

function reasonOf(text: string): string {
  const parsed = parseResponse(text);
  assert.equal(parsed.kind, 'malformed', `expected malformed: ${text.slice(0, 80)}`);
  return parsed.kind === 'malformed' ? parsed.reason : '';
}

describe('parseResponse', () => {
  it('splits a response, whatever its newlines and outer blanks', () => {
    const expected = { kind: 'ok', analysis: ANALYSIS, answer: ANSWER };
    assert.deepEqual(parseResponse(GOOD), expected);
    assert.deepEqual(parseResponse(GOOD.replaceAll('\n', '\r\n')), expected);
    assert.deepEqual(parseResponse(GOOD.replaceAll('\n', '\r')), expected);
    assert.deepEqual(parseResponse(`\n\n${GOOD.replace('## Answer', '##  Answer \n')}\n\n`), expected);
  });

  it('keeps the indentation of the first line of the answer', () => {
    const parsed = parseResponse(`## Analysis\n${ANALYSIS}\n## Answer\n\n    x = load()\n    print(x)\n`);
    assert.deepEqual(parsed, { kind: 'ok', analysis: ANALYSIS, answer: '    x = load()\n    print(x)' });
  });

  it('wants each section exactly once, in order and first', () => {
    assert.match(reasonOf(ANSWER), /no "## Analysis"/);
    assert.match(reasonOf(`## Analysis\n${ANALYSIS}\n${ANSWER}`), /no "## Answer"/);
    assert.match(reasonOf(`## Answer\n${ANSWER}\n## Analysis\n${ANALYSIS}`), /before "## Analysis"/);
    assert.match(reasonOf(`${GOOD}\n## Answer\nimport os`), /"## Answer" occurs more than once/);
    assert.match(reasonOf(`## Analysis\nnothing\n${GOOD}`), /"## Analysis" occurs more than once/);
    assert.match(reasonOf(`Sure!\n${GOOD}`), /text before/);
    assert.match(reasonOf(`## analysis\n${ANALYSIS}\n## answer\n${ANSWER}`), /no "## Analysis"/);
    assert.match(reasonOf(''), /no "## Analysis"/);
  });

  it('counts visible characters: 16 for the analysis, 8 for the answer', () => {
    const response = (analysis: string, answer: string) => `## Analysis\n${analysis}\n## Answer\n${answer}`;
    assert.equal(parseResponse(response('a'.repeat(16), 'b'.repeat(8))).kind, 'ok');
    assert.match(reasonOf(response('a'.repeat(15), ANSWER)), /fewer than 16/);
    assert.match(reasonOf(response(ANALYSIS, 'b'.repeat(7))), /fewer than 8/);
    assert.match(reasonOf(response(ANALYSIS, `b${'\u200b'.repeat(50)}`)), /fewer than 8/);
    assert.match(reasonOf(response('\u00ad\u2060 '.repeat(20), ANSWER)), /fewer than 16/);
  });

  it('rejects repetition', () => {
    const line = 'I will check the input carefully.\n';
    assert.equal(line.length, 34);
    assert.match(reasonOf(`${GOOD}\n${line.repeat(8)}`), /occurs 8 times/);
    assert.equal(parseResponse(`${GOOD}\n${line.repeat(7)}`).kind, 'ok');
  });
});

describe('findRepetition', () => {
  it('counts occurrences without overlap', () => {
    assert.equal(findRepetition('-'.repeat(255)), undefined);
    assert.equal(findRepetition('-'.repeat(256)), '-'.repeat(32));
    assert.equal(findRepetition('ab'.repeat(128)), 'ab'.repeat(16));
  });

  it('finds repeats that lie far apart', () => {
    const phrase = 'exactly thirty-two characters ok';
    assert.equal(phrase.length, 32);
    const apart = (count: number) =>
      Array.from({ length: count }, (_, i) => `${phrase} then ${(i * 7919) % 1000} and ${i}!`).join(' ');
    // "... ok then " is shared too: the window that begins with the phrase is found first.
    assert.equal(findRepetition(apart(8)), phrase);
    assert.equal(findRepetition(apart(7)), undefined);
    assert.equal(findRepetition(apart(8).replaceAll('thirty', (_w, at: number) => `t${at}`)), undefined);
  });

  it('lets indentation be, but not a flood of blanks', () => {
    const indented = Array.from({ length: 30 }, (_, i) => `${' '.repeat(40)}v${i},`).join('\n');
    assert.equal(findRepetition(indented), undefined);
    assert.equal(findRepetition(`${indented}${' '.repeat(256)}`), ' '.repeat(32));
  });

  it('agrees with counting by hand on long texts without repeats', () => {
    const text = Array.from({ length: 20_000 }, (_, i) => ((i * i * 31 + i * 17) % 99_991).toString(36)).join(
      '',
    );
    assert.equal(findRepetition(text), undefined);
    assert.equal(findRepetition(text + `${text.slice(500, 540)}|`.repeat(7)), text.slice(500, 532));
  });
});

describe('cutAnalyses', () => {
  it('cuts earlier assistant turns and keeps the last message whole', () => {
    const messages = [
      { role: 'user', content: 'one' },
      { role: 'assistant', content: GOOD },
      { role: 'user', content: 'two' },
      { role: 'assistant', content: GOOD },
    ] as const;
    assert.deepEqual(
      cutAnalyses(messages).map((message) => message.content),
      ['one', ANSWER, 'two', GOOD],
    );
    assert.deepEqual(
      cutAnalyses(messages.slice(0, 3)).map((message) => message.content),
      ['one', ANSWER, 'two'],
    );
  });

  it('keeps what follows the answer heading of a malformed turn', () => {
    const cut = cutAnalyses([
      { role: 'assistant', content: '## Analysis\nshort\n## Answer\nno' },
      { role: 'assistant', content: 'no headings' },
      { role: 'user', content: 'next' },
    ]);
    assert.deepEqual(
      cut.map((message) => message.content),
      ['no', 'no headings', 'next'],
    );
  });
});

it('formatResponse is undone by parseResponse', () => {
  assert.deepEqual(parseResponse(formatResponse({ analysis: ANALYSIS, answer: ANSWER })), {
    kind: 'ok',
    analysis: ANALYSIS,
    answer: ANSWER,
  });
});
