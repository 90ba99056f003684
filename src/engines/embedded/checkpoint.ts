/**
 * Checkpoint folders in the Hugging Face layout, which other tools load as they are: `config.json`,
 * `model.safetensors`, `tokenizer.json`, `tokenizer_config.json`, and for training `optimizer.safetensors`.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError, IoError, messageOf } from '../../errors.ts';
import { currentFolder, type FileParts, replaceFolder } from './atomic-folder.ts';
import type { TokenizerJson } from './bpe.ts';
import {
  checkLlamaConfig,
  formatLlamaConfig,
  HEAD,
  type LlamaConfig,
  parseLlamaConfig,
} from './llama-config.ts';
import { ParameterStore, randomParameters, type Slot } from './parameter-store.ts';
import {
  decodeSafetensors,
  encodeSafetensors,
  type NamedTensor,
  type SafetensorsFile,
} from './safetensors.ts';
import { createTokenizer } from './tokenizer.ts';

/** Texts of the tokenizer's files, carried from checkpoint to checkpoint unread. */
export interface TokenizerFiles {
  readonly tokenizer: string;
  readonly tokenizerConfig: string;
}

/** State of AdamW; the moments are laid out like the weights. */
export interface OptimizerState {
  /** Updates made so far. */
  readonly step: number;
  readonly mean: ParameterStore;
  readonly square: ParameterStore;
}

export interface Checkpoint {
  readonly weights: ParameterStore;
  readonly tokenizer: TokenizerFiles;
  readonly optimizer?: OptimizerState;
}

const CONFIG = 'config.json';
const MODEL = 'model.safetensors';
const OPTIMIZER = 'optimizer.safetensors';
const TOKENIZER = 'tokenizer.json';
const TOKENIZER_CONFIG = 'tokenizer_config.json';

/**
 * Writes a checkpoint with random weights.
 * @throws EngineError when the tokenizer does not fit the model, IoError when the folder cannot be written.
 */
export async function initialiseCheckpoint(
  folder: string,
  options: { config: LlamaConfig; tokenizer: TokenizerJson; seed: number | string },
): Promise<void> {
  const { config, tokenizer, seed } = options;
  checkLlamaConfig(config, 'model configuration');
  const { vocabularySize } = createTokenizer(tokenizer);
  if (vocabularySize > config.vocabularySize)
    throw new EngineError(
      `the tokenizer has ${vocabularySize} tokens, the model's vocabulary only ${config.vocabularySize}`,
    );
  await writeCheckpoint(folder, {
    weights: randomParameters(config, seed),
    tokenizer: tokenizerFiles(tokenizer, config),
  });
}

/** The tokenizer's files for a model. */
export function tokenizerFiles(tokenizer: TokenizerJson, config: LlamaConfig): TokenizerFiles {
  const specials = tokenizer.added_tokens.filter((token) => token.special);
  const tokenizerConfig = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    model_max_length: config.maxContext,
    clean_up_tokenization_spaces: false,
    additional_special_tokens: specials.map((token) => token.content),
    added_tokens_decoder: Object.fromEntries(specials.map(({ id, ...token }) => [id, token])),
  };
  return {
    tokenizer: `${JSON.stringify(tokenizer, null, 1)}\n`,
    tokenizerConfig: `${JSON.stringify(tokenizerConfig, null, 2)}\n`,
  };
}

/**
 * Writes (or replaces) a checkpoint, atomically.
 * @param checkpoint.dtype of the weights in the file, F32 unless told; the optimiser's state is always F32.
 * @throws IoError when the folder cannot be written, or holds something else.
 */
export async function writeCheckpoint(
  folder: string,
  checkpoint: Checkpoint & { dtype?: 'F32' | 'F16' },
): Promise<void> {
  const { weights, tokenizer, optimizer, dtype = 'F32' } = checkpoint;
  const files = new Map<string, FileParts>([
    [CONFIG, [formatLlamaConfig(weights.config, dtype)]],
    [TOKENIZER, [tokenizer.tokenizer]],
    [TOKENIZER_CONFIG, [tokenizer.tokenizerConfig]],
    [MODEL, encodeSafetensors(namedTensors(weights), { dtype })],
  ]);
  if (optimizer)
    files.set(
      OPTIMIZER,
      encodeSafetensors(
        [...namedTensors(optimizer.mean, MEAN_PREFIX), ...namedTensors(optimizer.square, SQUARE_PREFIX)],
        { dtype: 'F32', metadata: { step: String(optimizer.step) } },
      ),
    );
  await replaceFolder(folder, files, CONFIG);
}

/**
 * @throws IoError when a file is missing, EngineError when one is truncated, corrupt or does not fit the others.
 */
export async function readCheckpoint(folder: string): Promise<Checkpoint> {
  const current = await currentFolder(folder);
  const configFile = join(current, CONFIG);
  const config = parseLlamaConfig((await read(configFile)).toString(), configFile);
  const modelFile = join(current, MODEL);
  const model = decodeSafetensors(await read(modelFile), modelFile);
  const weights = storeFrom(model, config, modelFile);
  const known = new Set([...weights.slots.map((slot) => slot.name), HEAD]); // tied heads are in some files
  for (const name of model.tensors.keys())
    if (!known.has(name) && !name.endsWith('rotary_emb.inv_freq'))
      throw new EngineError(`${modelFile} holds a tensor ${name}, which its ${CONFIG} has no place for`);
  const tokenizer = (await read(join(current, TOKENIZER))).toString();
  const tokenizerConfig = (await read(join(current, TOKENIZER_CONFIG))).toString();
  const optimizer = await readOptimizer(join(current, OPTIMIZER), config);
  return { weights, tokenizer: { tokenizer, tokenizerConfig }, ...(optimizer && { optimizer }) };
}

const MEAN_PREFIX = 'exp_avg.';
const SQUARE_PREFIX = 'exp_avg_sq.';

async function readOptimizer(file: string, config: LlamaConfig): Promise<OptimizerState | undefined> {
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw unreadable(file, cause);
  });
  if (!bytes) return undefined;
  const content = decodeSafetensors(bytes, file);
  const step = Number(content.metadata.step);
  if (!Number.isSafeInteger(step) || step < 0)
    throw new EngineError(`${file} is corrupt: its metadata holds no step`);
  return {
    step,
    mean: storeFrom(content, config, file, MEAN_PREFIX),
    square: storeFrom(content, config, file, SQUARE_PREFIX),
  };
}

async function read(file: string): Promise<Buffer<ArrayBuffer>> {
  return readFile(file).catch((cause) => {
    throw unreadable(file, cause);
  });
}

function unreadable(file: string, cause: unknown): IoError {
  return new IoError(`cannot read ${file}: ${messageOf(cause)}`, {
    cause,
    hint: `a checkpoint folder holds ${CONFIG}, ${MODEL}, ${TOKENIZER} and ${TOKENIZER_CONFIG}`,
  });
}

function namedTensors(store: ParameterStore, prefix = ''): NamedTensor[] {
  return store.slots.map((slot) => ({
    name: prefix + slot.name,
    shape: fileShape(slot),
    data: slot.linear ? transpose(store.view(slot), slot.shape) : store.view(slot),
  }));
}

function storeFrom(content: SafetensorsFile, config: LlamaConfig, file: string, prefix = ''): ParameterStore {
  const store = new ParameterStore(config);
  for (const slot of store.slots) {
    const tensor = content.tensors.get(prefix + slot.name);
    if (!tensor)
      throw new EngineError(`${file} has no tensor ${prefix + slot.name}, which its ${CONFIG} asks for`);
    const shape = fileShape(slot);
    if (tensor.shape.join() !== shape.join())
      throw new EngineError(
        `${file}: tensor ${tensor.name} is [${tensor.shape}], its ${CONFIG} asks for [${shape}]`,
      );
    if (!tensor.data.every(Number.isFinite))
      throw new EngineError(`${file} is corrupt: tensor ${tensor.name} holds values that are not finite`);
    store.view(slot).set(slot.linear ? transpose(tensor.data, shape) : tensor.data);
  }
  return store;
}

/** Files hold linear layers as [out, in]. */
function fileShape(slot: Slot): readonly number[] {
  return slot.linear ? slot.shape.toReversed() : slot.shape;
}

function transpose(values: Float32Array, [rows, columns]: readonly number[]): Float32Array {
  const result = new Float32Array(values.length);
  for (let r = 0, i = 0; r < rows!; r++)
    for (let c = 0; c < columns!; c++, i++) result[c * rows! + r] = values[i]!;
  return result;
}
