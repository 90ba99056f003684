/** The main thread's end of the worker. */
import { extname } from 'node:path';
import { type Transferable, Worker } from 'node:worker_threads';
import { EngineError, messageOf } from '../../errors.ts';
import {
  type Arguments,
  type Method,
  type Reply,
  type Request,
  type Result,
  receivedError,
} from './messages.ts';
import { disableTelemetry } from './telemetry.ts';

export class WorkerClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  #calls = 0;
  #dead: EngineError | undefined;

  constructor(options: { threads: number }) {
    disableTelemetry();
    // worker.ts in a checkout, worker.js in the published package
    const url = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);
    this.#worker = new Worker(url, { workerData: options, name: 'purpcode-engine' });
    this.#worker.unref(); // an idle engine does not keep the process alive
    this.#worker.on('message', (reply: Reply) => this.#receive(reply));
    this.#worker.on('error', (cause) => {
      this.#fail(new EngineError(`the engine's worker thread died: ${messageOf(cause)}`, { cause }));
    });
    this.#worker.on('exit', () => this.#fail(new EngineError('the engine is closed')));
  }

  /** Calls are served in the order they are made. `transfer`red buffers are gone from this thread. */
  call<M extends Method>(
    method: M,
    args: Arguments<M>,
    transfer: readonly Transferable[] = [],
  ): Promise<Result<M>> {
    if (this.#dead) return Promise.reject(this.#dead);
    const call = this.#calls++;
    const { promise, resolve, reject } = Promise.withResolvers<Result<M>>();
    this.#waiting.set(call, { resolve, reject });
    this.#worker.ref();
    this.#worker.postMessage({ call, method, args } satisfies Request, transfer);
    return promise;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #receive(reply: Reply): void {
    const { resolve, reject } = this.#waiting.get(reply.call)!;
    this.#waiting.delete(reply.call);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ('error' in reply) reject(receivedError(reply.error));
    else resolve(reply.result as never);
  }

  #fail(error: EngineError): void {
    this.#dead ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#dead);
    this.#waiting.clear();
  }
}
