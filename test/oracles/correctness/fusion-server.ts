/**
 * A server that speaks Sandbox Fusion's API and really runs the scripts, each with python3 under bubblewrap, as
 * one container would: tests and answer see each other's processes there. And it can be broken in several ways.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Fault = 'garbage' | '429' | '500' | 'reset' | 'truncated' | 'forged' | 'sandbox-error' | '401';

export interface FusionServer {
  readonly url: string;
  /** Faults of the next requests, in order; then it works. */
  readonly faults: Fault[];
  readonly requests: { authorization: string | undefined; language: unknown }[];
  close(): void;
}

const BWRAP = 'bwrap';
const CONTAINER = [
  ...['--unshare-all', '--die-with-parent', '--new-session', '--ro-bind', '/', '/', '--proc', '/proc'],
  ...['--dev', '/dev', '--tmpfs', '/tmp', '--chdir', '/tmp'],
];

export async function startFusionServer(): Promise<FusionServer> {
  const faults: Fault[] = [];
  const requests: FusionServer['requests'] = [];
  const server = createServer((request, response) => {
    read(request)
      .then(async (text) => {
        const body = JSON.parse(text);
        requests.push({ authorization: request.headers.authorization, language: body.language });
        await answer(body, response, faults.shift());
      })
      .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    faults,
    requests,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

interface RunBody {
  readonly code: string;
  readonly stdin: string;
  readonly run_timeout: number;
}

async function answer(body: RunBody, response: ServerResponse, fault: Fault | undefined): Promise<void> {
  if (fault === '429' || fault === '500' || fault === '401') {
    response.writeHead(Number(fault)).end('busy');
    return;
  }
  if (fault === 'reset') {
    response.destroy();
    return;
  }
  response.setHeader('content-type', 'application/json');
  if (fault === 'garbage') {
    response.end('<html>{"status": "Success"');
    return;
  }
  if (fault === 'sandbox-error') {
    response.end(JSON.stringify({ status: 'SandboxError', message: 'no container', run_result: null }));
    return;
  }
  const run = await runScript(body);
  if (fault === 'truncated') run.stdout = run.stdout.slice(0, run.stdout.length / 2);
  if (fault === 'forged') run.stdout = 'P{"name":"x","outcome":"passed"}\nE null\n';
  const status = run.status === 'Finished' && run.return_code === 0 ? 'Success' : 'Failed';
  response.end(JSON.stringify({ status, message: '', compile_result: null, run_result: run, files: {} }));
}

interface Run {
  status: 'Finished' | 'TimeLimitExceeded';
  return_code: number | null;
  stdout: string;
  stderr: string;
  execution_time: number;
}

function runScript({ code, stdin, run_timeout }: RunBody): Promise<Run> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const folder = mkdtempSync(join(tmpdir(), 'purpcode-fusion-'));
    const script = join(folder, 'main.py');
    writeFileSync(script, code);
    const bound = ['--ro-bind', script, '/tmp/main.py', '--', '/usr/bin/python3', '/tmp/main.py'];
    const child = spawn(BWRAP, [...CONTAINER, ...bound], { env: { PATH: '/usr/bin' } });
    let [stdout, stderr, late] = ['', '', false];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, run_timeout * 1000);
    child.on('error', reject);
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);
    child.on('close', (status) => {
      clearTimeout(timer);
      rmSync(folder, { recursive: true });
      const execution_time = (performance.now() - began) / 1000;
      if (late) resolve({ status: 'TimeLimitExceeded', return_code: null, stdout, stderr, execution_time });
      else resolve({ status: 'Finished', return_code: status, stdout, stderr, execution_time });
    });
  });
}
