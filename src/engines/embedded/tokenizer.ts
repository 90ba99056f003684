/**
 * The `Tokenizer` contract on Hugging Face's JavaScript tokenizers. Special tokens are taken out of the
 * library's hands: in text, `<|end|>` is seven ordinary characters, whoever wrote it.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { EngineError, IoError, messageOf } from '../../errors.ts';
import type { Tokenizer, Tokens } from '../engine.ts';
import type { AddedToken, TokenizerJson } from './bpe.ts';

/**
 * Loads `tokenizer.json` (and `tokenizer_config.json`, if any) of a checkpoint folder.
 * @throws IoError when the file cannot be read, EngineError when it is not a tokenizer.
 */
export async function loadTokenizer(folder: string): Promise<Tokenizer> {
  const file = join(folder, 'tokenizer.json');
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new IoError(`cannot read ${file}: ${messageOf(cause)}`, {
      cause,
      hint: 'the folder should hold a Hugging Face tokenizer.json',
    });
  });
  return parseTokenizer(text, file);
}

/** @param source the file's name, for errors. */
export function parseTokenizer(text: string, source: string): Tokenizer {
  try {
    return createTokenizer(JSON.parse(text) as TokenizerJson);
  } catch (cause) {
    throw new EngineError(`${source} is not a tokenizer: ${messageOf(cause)}`, { cause });
  }
}

/** What we use of the library, whose declarations do not resolve under `nodenext`. */
interface Library {
  encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] };
  decode(ids: number[], options: { skip_special_tokens: boolean }): string;
  id_to_token(id: number): string | undefined;
}

/** A tokenizer from the object that `trainBpe` returns. */
export function createTokenizer(json: TokenizerJson): Tokenizer {
  const specials = new Map<string, number>();
  const ordinary: AddedToken[] = [];
  for (const token of json.added_tokens ?? []) {
    if (token.special) specials.set(token.content, token.id);
    else ordinary.push(token);
  }
  const specialIds = new Set(specials.values());
  const vocabulary = Object.fromEntries(
    Object.entries(json.model.vocab).filter(([, id]) => !specialIds.has(id)),
  );
  const model = { ...json.model, vocab: vocabulary };
  const library: Library = new HuggingFaceTokenizer(
    { ...json, added_tokens: ordinary, model, post_processor: null },
    { clean_up_tokenization_spaces: false },
  );
  const ids = [...specialIds, ...Object.values(vocabulary), ...ordinary.map((token) => token.id)];
  return {
    vocabularySize: ids.reduce((highest, id) => Math.max(highest, id), -1) + 1,
    encode: (text) => (text === '' ? [] : library.encode(text, { add_special_tokens: false }).ids),
    decode: (tokens: Tokens) => {
      const known = tokens.filter((id) => library.id_to_token(id) !== undefined);
      return known.length === 0 ? '' : library.decode(known, { skip_special_tokens: false });
    },
    special: (token) => {
      const id = specials.get(token);
      if (id === undefined)
        throw new EngineError(`the vocabulary has no special token ${token}`, {
          hint: `it has ${[...specials.keys()].join(' ') || 'none'}`,
        });
      return id;
    },
  };
}
