/**
 * A GGUF file in a role. The real model runs where PURPCODE_LLAMA_FOLDER names a folder with node-llama-cpp in its
 * node_modules and PURPCODE_GGUF a chat model (docs/guides/models.md); the rest runs everywhere.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { ConfigError, ModelError, PurpcodeError } from '../../../src/errors.ts';
import type { ChatRequest } from '../../../src/models/chat-model.ts';
import { CompletionJournal } from '../../../src/models/completion-journal.ts';
import { modelsSchema, parseSettings } from '../../../src/models/config.ts';
import { fingerprintOf } from '../../../src/models/gguf/fingerprint.ts';
import { createGgufModel } from '../../../src/models/gguf/gguf-model.ts';
import { findLibrary } from '../../../src/models/gguf/library.ts';
import { Ledger } from '../../../src/models/ledger.ts';
import { openModels } from '../../../src/models/open-models.ts';
import { ReplyCache } from '../../../src/models/reply-cache.ts';

const folder = mkdtempSync(join(tmpdir(), 'purpcode-gguf-'));
after(() => rmSync(folder, { recursive: true }));

/** No model: enough to be told from one. */
function file(name: string, bytes: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

test('a misspelt setting names itself, whichever provider it belongs to', () => {
  const faults = (judge: object): string => {
    try {
      parseSettings(modelsSchema, { judge }, 'models');
    } catch (error) {
      return (error as ConfigError).message;
    }
    return 'accepted';
  };
  assert.match(
    faults({ provider: 'gguf', path: 'm.gguf', contextsize: 1024 }),
    /models\.judge: .*"contextsize"/,
  );
  assert.match(faults({ provider: 'gguf', path: 'm.gguf', baseUrl: 'http://a/v1' }), /"baseUrl"/);
  assert.match(faults({ provider: 'gguf' }), /models\.judge\.path/);
  assert.match(faults({ baseUrl: 'http://a/v1', model: 'm', threads: 2 }), /"threads"/);
  assert.match(faults({ provider: 'ggml', path: 'm' }), /provider: expected openai-compatible .* or gguf/);
  const { judge } = parseSettings(modelsSchema, { judge: { provider: 'gguf', path: 'm.gguf' } }, 'models');
  assert.deepEqual(judge, {
    provider: 'gguf',
    path: 'm.gguf',
    concurrency: 1,
    gpu: 'auto',
    seed: 1,
    reasoningTags: 'leading',
    prices: { input: 0, output: 0 },
  });
});

test('without the package the role says how to get it, before anything is asked', () => {
  const path = file('tiny.gguf', 'GGUF and nothing else');
  assert.throws(
    () =>
      openModels({ judge: { provider: 'gguf', path } }, { environment: { PURPCODE_LLAMA_FOLDER: folder } }),
    (error) => {
      assert.ok(error instanceof PurpcodeError && error.code === 'missing-tool');
      assert.match(error.message, /node-llama-cpp, which runs GGUF models, is not installed/);
      assert.match(error.hint ?? '', /npm install .*node-llama-cpp/);
      return true;
    },
  );
});

test('a file that is missing or is no GGUF file is named', () => {
  const open = (path: string) => () => createGgufModel({ provider: 'gguf', path });
  assert.throws(open(join(folder, 'nowhere.gguf')), (error) => {
    assert.ok(error instanceof ConfigError);
    assert.match(error.message, /nowhere\.gguf cannot be read/);
    return true;
  });
  assert.throws(open(file('weights.safetensors', '{"not": "gguf"}')), /is no GGUF file/);
});

test('files of one size are told apart by a change anywhere', () => {
  const bytes = Buffer.alloc(6_000_000, 7);
  bytes.write('GGUF');
  const key = fingerprintOf(file('a.gguf', bytes));
  assert.equal(fingerprintOf(file('b.gguf', bytes)), key);
  // 64 blocks of 64 KiB cover less than 6 MB without gaps: a changed layer is larger than a gap.
  bytes.fill(8, 3_000_000, 3_200_000);
  assert.notEqual(fingerprintOf(file('c.gguf', bytes)), key);
  assert.notEqual(fingerprintOf(file('d.gguf', Buffer.concat([bytes, Buffer.from('x')]))), key);
});

const path = process.env.PURPCODE_GGUF;

describe('a real model', { skip: missing() }, () => {
  const journal = new CompletionJournal(':memory:');
  const ledger = new Ledger({ budget: { tokens: 1_000_000 } });
  const cache = new ReplyCache(journal);
  const settings = { provider: 'gguf', path: path ?? '', contextSize: 512, threads: 1, gpu: 'none' } as const;
  const model = createGgufModel(settings, { role: 'policy', ledger, cache });
  after(() => {
    model.close();
    journal.close();
  });
  const request = (content: string, more: Partial<ChatRequest> = {}): ChatRequest => ({
    messages: [
      { role: 'system', content: 'Answer briefly.' },
      { role: 'user', content },
    ],
    maxTokens: 16,
    temperature: 0,
    ...more,
  });

  test('a greedy answer does not depend on the calls before it, and is paid for once', async () => {
    const uncached = createGgufModel({ ...settings, name: 'again' }, { ledger: new Ledger() });
    try {
      const first = await model.complete(request('Name three colours.'));
      assert.ok(first.text.length > 0);
      assert.equal(first.usage.output, 16);
      assert.equal(first.finish, 'length');
      await uncached.complete(request('What is a buffer overflow?'));
      await uncached.complete({ ...request('x'), messages: [{ role: 'user', content: 'Hello' }] });
      const again = await uncached.complete(request('Name three colours.'));
      assert.deepEqual(again, first);
      const known = await model.complete(request('Name three colours.'));
      assert.deepEqual(known.paidFor, first.usage);
      const { calls, cacheHits, inputTokens, outputTokens } = ledger.report().roles.policy!;
      assert.deepEqual([calls, cacheHits], [1, 1]);
      assert.deepEqual({ input: inputTokens, output: outputTokens }, first.usage);
    } finally {
      uncached.close();
    }
  });

  test('a seed gives one sample, another seed another', async () => {
    const ask = (seed: number) => model.complete(request('Tell a story.', { temperature: 1, seed }));
    const [one, two] = [await ask(1), await ask(2)];
    assert.notEqual(one.text, two.text);
    const anew = createGgufModel({ ...settings, name: 'anew' });
    try {
      assert.equal(
        (await anew.complete(request('Tell a story.', { temperature: 1, seed: 1 }))).text,
        one.text,
      );
    } finally {
      anew.close();
    }
  });

  test('a schema becomes a grammar: the answer is JSON of that form', async () => {
    const schema = {
      type: 'object',
      properties: { colour: { enum: ['red', 'blue'] }, count: { type: 'integer' } },
      required: ['colour', 'count'],
      additionalProperties: false,
    };
    const { text, finish } = await model.complete(
      request('A colour and a number.', { maxTokens: 64, schema: { name: 'pair', schema } }),
    );
    const value = JSON.parse(text) as { colour: string; count: number };
    assert.ok(['red', 'blue'].includes(value.colour) && Number.isInteger(value.count));
    assert.equal(finish, 'stop');
    assert.equal(ledger.report().roles.policy!.unenforcedSchemas, 0);
  });

  test('what does not fit is refused by itself, and a call can be left in the middle', async () => {
    await assert.rejects(model.complete(request('long '.repeat(2000))), (error) => {
      assert.ok(error instanceof ModelError && error.failure === 'request');
      assert.match(error.message, /does not fit in 512/);
      return true;
    });
    const leaving = new AbortController();
    const call = model.complete(request('Count to a thousand.', { maxTokens: 400 }), {
      signal: leaving.signal,
    });
    setTimeout(() => leaving.abort(new Error('enough')), 200);
    await assert.rejects(call, /enough/);
    assert.ok((await model.complete(request('Say yes.'))).text.length > 0);
  });
});

function missing(): string | false {
  if (path === undefined) return 'PURPCODE_GGUF names no model';
  try {
    findLibrary();
    return false;
  } catch (error) {
    return (error as Error).message;
  }
}
