/** Frames between purpcode and a warden: length (4 bytes, big endian) of what follows, one letter, JSON. */

const HEAD = 4;
/** Beyond what any program may print or report in one frame. */
const LARGEST = 64 * 2 ** 20;

export function encodeFrame(tag: string, message: unknown): Buffer {
  const data = Buffer.from(tag + JSON.stringify(message), 'utf8');
  const head = Buffer.alloc(HEAD);
  head.writeUInt32BE(data.length);
  return Buffer.concat([head, data]);
}

/** Puts chunks of a stream together to frames. */
export class FrameReader {
  readonly #take: (tag: string, data: Buffer) => void;
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(take: (tag: string, data: Buffer) => void) {
    this.#take = take;
  }

  /** Throws when the stream does not hold frames. */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    while (this.#size >= HEAD) {
      const head = this.#chunks[0]!.length >= HEAD ? this.#chunks[0]! : this.#join();
      const size = head.readUInt32BE(0);
      if (size < 1 || size > LARGEST) throw new Error(`a frame of ${size} bytes`);
      if (this.#size < HEAD + size) return;
      const data = this.#join();
      this.#chunks = [data.subarray(HEAD + size)];
      this.#size -= HEAD + size;
      this.#take(data.toString('latin1', HEAD, HEAD + 1), data.subarray(HEAD + 1, HEAD + size));
    }
  }

  #join(): Buffer {
    const joined = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }
}
