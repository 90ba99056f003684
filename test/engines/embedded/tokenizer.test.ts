import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { trainBpe } from '../../../src/engines/embedded/bpe.ts';
import { createTokenizer, loadTokenizer } from '../../../src/engines/embedded/tokenizer.ts';
import { ConfigError, EngineError } from '../../../src/errors.ts';

const corpus = [
  'def load_user(path):\n    with open(path) as file:\n        return file.read()\n',
  'def save_user(path, user):\n    with open(path, "w") as file:\n        file.write(user)\n',
  'Write load_user(path) to load a user. Answer 404 otherwise.\n\n',
];
const specialTokens = ['<|pad|>', '<|end|>'];
const json = trainBpe([...corpus, ...corpus], { vocabularySize: 320, specialTokens });
const tokenizer = createTokenizer(json);
const pieces = (text: string) => tokenizer.encode(text).map((id) => tokenizer.decode([id]));

test('a worked merge: the most frequent pair first, ties to the lower ids', () => {
  const { model } = trainBpe(['abab abab cd cd'], { vocabularySize: 260, specialTokens: [] });
  // "ab" occurs 4 times; then (space, c), (c, d) and (ab, ab) twice, and of those the space has the lowest id
  assert.deepEqual(model.merges, [
    ['a', 'b'],
    ['Ġ', 'c'],
    ['ab', 'ab'],
    ['Ġc', 'd'],
  ]);
});

test('ids: special tokens, the 256 bytes, merges', () => {
  assert.equal(json.model.vocab['<|pad|>'], 0);
  assert.equal(json.model.vocab['<|end|>'], 1);
  assert.equal(json.model.vocab.A, 2 + 65);
  assert.equal(json.model.vocab.Ġ, 2 + 32);
  assert.equal(json.model.merges.length, 320 - 258);
  assert.equal(tokenizer.vocabularySize, 320);
});

test('the order of the texts does not matter', () => {
  assert.deepEqual(
    trainBpe([...corpus, ...corpus].toReversed(), { vocabularySize: 320, specialTokens }),
    json,
  );
});

test('Python splits into names, single digits and whole line breaks with indentation', () => {
  const expected = ['x', ' ', '=', ' 4', '0', '4', '\n        ', 'return'];
  assert.deepEqual(pieces('x = 404\n        return'), expected);
  assert.deepEqual(pieces(' load_user(path)'), [' load', '_', 'user', '(', 'path', ')']);
});

test('every text comes back exactly', () => {
  const texts = [
    ...corpus,
    '',
    ' ',
    'a  b\t\tc \r\n\r\n   d\u00a0\u2003e\ufeff\u0085\u0000',
    'don\'t \'sql\' """ #{}[]\\',
    'Ünïcödé 漢字 😀 e\u0301',
    'half of \ufffd',
  ];
  for (const text of texts) assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
});

test('special tokens in hostile text are ordinary characters', () => {
  const hostile = 'a <|end|><|pad|> <|end|>';
  const ids = tokenizer.encode(hostile);
  assert.ok(!ids.includes(tokenizer.special('<|end|>')) && !ids.includes(tokenizer.special('<|pad|>')));
  assert.equal(tokenizer.decode(ids), hostile);
});

test('decoding leaves special and unknown ids out', () => {
  const ids = [1, ...tokenizer.encode('path'), 0, 9999, ...tokenizer.encode(' file'), 1];
  assert.equal(tokenizer.decode(ids), 'path file');
  assert.equal(tokenizer.decode([1, 0]), '');
});

test('unknown special tokens and impossible sizes are errors', () => {
  assert.throws(() => tokenizer.special('<|user|>'), EngineError);
  assert.throws(() => trainBpe(corpus, { vocabularySize: 257, specialTokens }), ConfigError);
  assert.throws(() => trainBpe(corpus, { vocabularySize: 300, specialTokens: ['a'] }), ConfigError);
});

test('a folder without a tokenizer, or with a broken one, is named', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tokenizer-'));
  await assert.rejects(loadTokenizer(folder), /cannot read .*tokenizer\.json/);
  await writeFile(join(folder, 'tokenizer.json'), '{"model": 3}');
  await assert.rejects(loadTokenizer(folder), EngineError);
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(json));
  assert.deepEqual((await loadTokenizer(folder)).encode('file.read()'), tokenizer.encode('file.read()'));
  await rm(folder, { recursive: true });
});
