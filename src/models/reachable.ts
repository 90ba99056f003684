/** Whether an endpoint is there at all, asked before work that would be paid for elsewhere first. */
import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';
import { ModelError, messageOf } from '../errors.ts';
import type { EndpointConfig } from './config.ts';

const PATIENCE_MS = 10_000;
const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/;

/** What no retry mends in a moment. A reset, or any answer, comes from a server that is there. */
const DOWN = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'EAI_AGAIN']);

/**
 * Asks for the list of models, which costs nothing; what the answer says is not looked at. Where a proxy may be needed
 * nothing is asked.
 * @param role named in the error. @throws ModelError when nobody listens there.
 */
export async function checkReachable(
  { baseUrl, model }: Pick<EndpointConfig, 'baseUrl' | 'model'>,
  role: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const url = new URL(`${baseUrl.replace(/\/+$/, '')}/models`);
  if (!LOOPBACK.test(url.hostname) && isProxied(environment)) return;
  try {
    await answered(url);
  } catch (error) {
    if (!DOWN.has((error as NodeJS.ErrnoException).code ?? '')) return;
    throw new ModelError(
      `${role} (${model} at ${baseUrl}) cannot be reached: ${messageOf(error) || (error as NodeJS.ErrnoException).code}`,
      {
        cause: error,
        hint: `check that the server runs at ${baseUrl}; nothing was asked or paid yet`,
      },
    );
  }
}

function answered(url: URL): Promise<void> {
  return new Promise((resolve, reject) => {
    const get = url.protocol === 'https:' ? httpsGet : httpGet;
    const request = get(url, { agent: false, timeout: PATIENCE_MS }, (answer) => {
      answer.destroy();
      resolve();
    });
    request.on('timeout', () =>
      request.destroy(
        Object.assign(new Error(`no answer in ${PATIENCE_MS / 1000} s`), { code: 'ETIMEDOUT' }),
      ),
    );
    request.on('error', reject);
  });
}

function isProxied(environment: NodeJS.ProcessEnv): boolean {
  return ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'].some(
    (name) => (environment[name] ?? '') !== '',
  );
}
