/** Entry point of the worker thread. Calls are served strictly in the order they come. */
import { parentPort, workerData } from 'node:worker_threads';
import { type Reply, type Request, sendableError } from './messages.ts';
import { buffers } from './sequences.ts';
import { EngineService } from './service.ts';

if (parentPort) serve(parentPort);

function serve(port: NonNullable<typeof parentPort>): void {
  const service = new EngineService(workerData as { threads: number });
  let last: Promise<void> = Promise.resolve();
  port.on('message', (request: Request) => {
    last = last.then(() => answer(request));
  });

  async function answer({ call, method, args }: Request): Promise<void> {
    let reply: Reply;
    try {
      const handler = service[method] as (...values: readonly unknown[]) => unknown;
      reply = { call, result: await handler.apply(service, args as unknown[]) };
    } catch (error) {
      reply = { call, error: sendableError(error) };
    }
    const result = 'result' in reply ? reply.result : undefined;
    port.postMessage(reply, typeof result === 'object' && result ? buffers(result) : []);
  }
}
