/** The reward service on a socket. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { IoError, messageOf } from '../errors.ts';
import { createRewardApp, type RewardAppOptions } from './app.ts';

export interface RewardServerOptions extends RewardAppOptions {
  readonly host: string;
  /** 0 lets the system choose one. */
  readonly port: number;
}

export interface RewardServer {
  /** `http://127.0.0.1:8400` */
  readonly url: string;
  /** Takes no more requests and resolves when those that have begun are answered, at most after `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

/** A client that sends its request slower than this loses its connection. */
const HEADERS_MS = 20_000;
const REQUEST_MS = 120_000;

/** @throws IoError when the address cannot be listened on. */
export async function startRewardServer(options: RewardServerOptions): Promise<RewardServer> {
  const app = createRewardApp(options);
  const server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: HEADERS_MS });
  server.on('request', getRequestListener(app.fetch));
  await listen(server, options);
  const { address, port, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    async stop(graceMs) {
      const closed = new Promise((resolve) => server.close(resolve));
      const late = setTimeout(() => server.closeAllConnections(), graceMs);
      await Promise.race([app.drain(), closed]);
      server.closeIdleConnections();
      await closed;
      clearTimeout(late);
    },
  };
}

function listen(server: Server, { host, port }: RewardServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new IoError(`cannot listen on ${host}:${port}: ${messageOf(error)}`, {
          cause: error,
          hint: 'choose another port with --port',
        }),
      ),
    );
    server.listen(port, host, resolve);
  });
}
