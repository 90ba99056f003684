/**
 * An interpreter's memory as it was after boot, and how it becomes that again: pages whose hash differs are copied,
 * the others are what they were (see docs/decisions, two interpreters).
 */
import { randomFillSync } from 'node:crypto';
import { createPageHash, HASH_WORDS, PAGE_BYTES, type PageHash } from './page-hash.ts';
import type { WebAssemblyMemory } from './web-assembly.ts';

export class MemoryImage {
  readonly #memory: WebAssemblyMemory;
  readonly #image: Uint8Array;
  readonly #hash: PageHash;
  readonly #hashes: Uint32Array;
  /** Pages that matter: from, to (exclusive). */
  readonly #ranges: readonly (readonly [number, number])[];

  /**
   * @param used bytes from the memory's beginning that are in use.
   * @param dead bytes of the stack below its pointer. Code that was compiled from C writes there before it reads,
   * and Python cannot address it: what programs leave there is not cleaned up.
   */
  constructor(memory: WebAssemblyMemory, used: number, dead: { readonly from: number; readonly to: number }) {
    this.#memory = memory;
    const pages = Math.ceil(used / PAGE_BYTES);
    this.#image = new Uint8Array(memory.buffer).slice(0, pages * PAGE_BYTES);
    this.#hash = createPageHash(memory, pages, (key) => randomFillSync(key));
    this.#ranges = [
      [0, Math.ceil(dead.from / PAGE_BYTES)],
      [Math.floor(dead.to / PAGE_BYTES), pages],
    ];
    this.#update();
    this.#hashes = this.#hash.hashes.slice();
  }

  /** @param used bytes in use now. Returns the pages that it put back. */
  restore(used: number): number {
    const bytes = new Uint8Array(this.#memory.buffer);
    this.#update();
    let copied = 0;
    for (const [first, last] of this.#ranges) {
      for (let page = first; page < last; page++) {
        const from = page;
        while (page < last && this.#differs(page)) page++;
        if (page === from) continue;
        bytes.set(this.#image.subarray(from * PAGE_BYTES, page * PAGE_BYTES), from * PAGE_BYTES);
        copied += page - from;
      }
    }
    // The allocator takes memory that it has not used yet to be zero.
    if (used > this.#image.length) bytes.fill(0, this.#image.length, used);
    return copied;
  }

  #update(): void {
    for (const [first, last] of this.#ranges) this.#hash.update(first, last);
  }

  #differs(page: number): boolean {
    const now = this.#hash.hashes;
    for (let word = page * HASH_WORDS; word < (page + 1) * HASH_WORDS; word++) {
      if (now[word] !== this.#hashes[word]) return true;
    }
    return false;
  }
}
