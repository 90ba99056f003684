/** Telling GGUF files apart without reading tens of gigabytes. */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { ConfigError, messageOf } from '../../errors.ts';

const MAGIC = 'GGUF';
const BLOCK_BYTES = 64 * 1024;
const BLOCKS = 64;

/**
 * A key of the file's size and of 64 blocks of 64 KiB spread evenly over it, the first with the settings and the last
 * among them: another training of the same model changes every layer, and so the key.
 * @throws ConfigError when it cannot be read or is no GGUF file.
 */
export function fingerprintOf(path: string): string {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw new ConfigError(`the model ${path} cannot be read: ${messageOf(error)}`, {
      cause: error,
      hint: 'path names a GGUF file; of a model in parts, the first',
    });
  }
  try {
    const { size } = fstatSync(file);
    const block = Buffer.alloc(BLOCK_BYTES);
    const hash = createHash('sha256').update(String(size));
    for (let index = 0; index < BLOCKS; index++) {
      const start = Math.floor((Math.max(0, size - BLOCK_BYTES) * index) / (BLOCKS - 1));
      const bytes = readSync(file, block, 0, BLOCK_BYTES, start);
      if (index === 0 && block.toString('latin1', 0, MAGIC.length) !== MAGIC) {
        throw new ConfigError(`${path} is no GGUF file: it does not begin with ${MAGIC}`, {
          hint: 'llama.cpp converts models from other formats',
        });
      }
      hash.update(block.subarray(0, bytes));
    }
    return hash.digest('hex').slice(0, 12);
  } finally {
    closeSync(file);
  }
}
