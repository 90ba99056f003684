import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { trainBpe } from '../../../src/engines/embedded/bpe.ts';
import {
  initialiseCheckpoint,
  readCheckpoint,
  writeCheckpoint,
} from '../../../src/engines/embedded/checkpoint.ts';
import { EngineError, IoError } from '../../../src/errors.ts';

const config = {
  vocabularySize: 300,
  layers: 2,
  width: 16,
  heads: 4,
  keyValueHeads: 2,
  feedForward: 24,
  maxContext: 32,
  ropeTheta: 10000,
  normEpsilon: 1e-5,
  tiedEmbeddings: true,
};
const tokenizer = trainBpe(['def f(x):\n    return x\n'], {
  vocabularySize: 270,
  specialTokens: ['<|end|>'],
});

let base = '';
let folder = '';
before(async () => {
  base = await mkdtemp(join(tmpdir(), 'checkpoint-'));
  folder = join(base, 'model');
  await initialiseCheckpoint(folder, { config, tokenizer, seed: 1 });
});
after(() => rm(base, { recursive: true }));

/** A copy of the checkpoint with one file changed. */
async function damaged(name: string, change: (file: string) => Promise<void>): Promise<string> {
  const copy = join(base, name);
  await writeCheckpoint(copy, await readCheckpoint(folder));
  await change(join(copy, 'model.safetensors'));
  return copy;
}

async function rejects(checkpoint: string, ...parts: RegExp[]): Promise<void> {
  await assert.rejects(readCheckpoint(checkpoint), (error) => {
    assert.ok(error instanceof EngineError);
    for (const part of [/model\.safetensors|config\.json/, ...parts]) assert.match(error.message, part);
    return true;
  });
}

test('the folder has the Hugging Face layout: names, [out, in] shapes, special tokens', async () => {
  assert.deepEqual((await readdir(folder)).sort(), [
    'config.json',
    'model.safetensors',
    'tokenizer.json',
    'tokenizer_config.json',
  ]);
  const json = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
  assert.equal(json.num_key_value_heads, 2);
  const bytes = await readFile(join(folder, 'model.safetensors'));
  const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString());
  assert.deepEqual(header['model.layers.1.mlp.down_proj.weight'].shape, [16, 24]);
  assert.deepEqual(header['model.layers.0.self_attn.k_proj.weight'].shape, [8, 16]);
  const tokenizerConfig = JSON.parse(await readFile(join(folder, 'tokenizer_config.json'), 'utf8'));
  assert.deepEqual(tokenizerConfig.additional_special_tokens, ['<|end|>']);
});

test('the same seed gives the same weights, another seed others', async () => {
  const [again, other] = [join(base, 'again'), join(base, 'other')];
  await initialiseCheckpoint(again, { config, tokenizer, seed: 1 });
  await initialiseCheckpoint(other, { config, tokenizer, seed: 2 });
  const file = (name: string) => readFile(join(name, 'model.safetensors'));
  assert.deepEqual(await file(again), await file(folder));
  assert.notDeepEqual(await file(other), await file(folder));
});

test('F16 files are half as large and read back within half a unit in the last of 11 bits', async () => {
  const half = join(base, 'half');
  const original = await readCheckpoint(folder);
  await writeCheckpoint(half, { ...original, dtype: 'F16' });
  const { weights } = await readCheckpoint(half);
  original.weights.data.forEach((value, i) => {
    assert.ok(Math.abs(weights.data[i]! - value) <= Math.max(Math.abs(value) * 2 ** -11, 2 ** -25));
  });
});

test('optimiser state goes along, with its step', async () => {
  const place = join(base, 'with-optimizer');
  const { weights, tokenizer: files } = await readCheckpoint(folder);
  const mean = weights.copy();
  const square = weights.copy();
  square.data.forEach((value, i) => {
    square.data[i] = value * value;
  });
  await writeCheckpoint(place, { weights, tokenizer: files, optimizer: { step: 7, mean, square } });
  const { optimizer } = await readCheckpoint(place);
  assert.equal(optimizer!.step, 7);
  assert.deepEqual(optimizer!.mean.data, mean.data);
  assert.deepEqual(optimizer!.square.data, square.data);
});

test('a truncated file is named', async () => {
  await rejects(await damaged('short', (file) => truncate(file, 5000)), /truncated/);
  await rejects(await damaged('tiny', (file) => truncate(file, 5)), /truncated/);
  await rejects(await damaged('empty-header', (file) => truncate(file, 100)), /header/);
});

test('a corrupt header, a foreign type and a wrong shape are told apart', async () => {
  const edit = (from: string, to: string) => async (file: string) => {
    const bytes = (await readFile(file)).toString('latin1');
    assert.ok(bytes.includes(from) && from.length === to.length);
    await writeFile(file, bytes.replace(from, to), 'latin1');
  };
  await rejects(await damaged('json', edit('{"__meta', '("__meta')), /not JSON/);
  await rejects(await damaged('type', edit('"F32"', '"I32"')), /embed_tokens.weight is of type I32/);
  await rejects(await damaged('shape', edit('[300,16]', '[16,300]')), /\[16,300\], its config.json asks for/);
  await rejects(await damaged('size', edit('[300,16]', '[301,16]')), /needs 19264 bytes, has 19200/);
  await rejects(await damaged('offset', edit('[0,19200]', '[4,19204]')), /starts at 4, not 0/);
  await rejects(await damaged('name', edit('model.norm.', 'model.form.')), /no tensor model.norm.weight/);
});

test('a configuration that does not describe the weights is refused', async () => {
  const withConfig = (name: string, change: object) =>
    damaged(name, async (file) => {
      const path = join(file, '../config.json');
      await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), ...change }));
    });
  await rejects(await withConfig('layers', { num_hidden_layers: 1 }), /layers.1\..*no place/);
  await rejects(await withConfig('heads', { num_attention_heads: 3 }), /width 16 must be an even multiple/);
  await rejects(await withConfig('type-of-model', { model_type: 'gpt2' }), /model_type/);
});

test('a folder that was caught between two renames is still found', async () => {
  const place = join(base, 'caught');
  await writeCheckpoint(place, await readCheckpoint(folder));
  await rename(place, join(base, '.caught.previous'));
  assert.deepEqual((await readCheckpoint(place)).weights.data, (await readCheckpoint(folder)).weights.data);
  await writeCheckpoint(place, await readCheckpoint(folder));
  await assert.rejects(readdir(join(base, '.caught.previous')));
});

test('a folder with other things in it is not replaced, a missing one is an IoError', async () => {
  const foreign = join(base, 'photos');
  await mkdir(foreign);
  await writeFile(join(foreign, 'cat.jpg'), 'meow');
  await assert.rejects(writeCheckpoint(foreign, await readCheckpoint(folder)), IoError);
  assert.deepEqual(await readdir(foreign), ['cat.jpg']);
  await assert.rejects(readCheckpoint(join(base, 'nowhere')), /nowhere\/config\.json/);
});
