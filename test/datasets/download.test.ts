import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { sha256Of } from '../../src/datasets/checksum.ts';
import type { DataFile } from '../../src/datasets/data-file.ts';
import { downloadFile } from '../../src/datasets/download.ts';
import { IoError } from '../../src/errors.ts';
import { makeDataFolder } from './files.ts';

const CONTENT = Buffer.from('id,prompt\n'.repeat(5000));
const sha = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

/** A server of one file that knows ranges and entity tags, and breaks as it is told. */
const server = createServer((request, response) => answer(request, response));
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: { range: string | undefined; ifRange: string | undefined }[] = [];
let origin = '';
const data = makeDataFolder();
let round = 0;
let folder = '';

/** @param cut bytes after which the connection breaks. */
function serveFile(etag: string, cut = Number.POSITIVE_INFINITY) {
  return ({ headers }: IncomingMessage, response: ServerResponse): void => {
    const range = headers.range;
    asked.push({ range, ifRange: headers['if-range'] as string | undefined });
    const same = headers['if-range'] === undefined || headers['if-range'] === etag;
    const start = range !== undefined && same ? Number(/bytes=(\d+)-/.exec(range)![1]) : 0;
    const body = CONTENT.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, {
      etag,
      'content-length': body.length,
      ...(start > 0 ? { 'content-range': `bytes ${start}-${CONTENT.length - 1}/${CONTENT.length}` } : {}),
    });
    if (body.length <= cut) response.end(body);
    else response.write(body.subarray(0, cut), () => setTimeout(() => response.destroy(), 20));
  };
}

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked = [];
  folder = join(data.path, `round-${round++}`);
});

const dataFile = (more: Partial<DataFile> = {}): DataFile => ({
  path: 'set/file.csv',
  url: `${origin}/file.csv`,
  licence: 'MIT',
  ...more,
});
const fails = (promise: Promise<unknown>, pattern: RegExp) =>
  assert.rejects(promise, (error) => error instanceof IoError && pattern.test(error.message));
const left = () => (existsSync(join(folder, 'set')) ? readdirSync(join(folder, 'set')) : []);

describe('downloading a file', () => {
  it('writes it whole, with its checksum right, and never over one that is there', async () => {
    answer = serveFile('"1"');
    const seen: number[] = [];
    const file = dataFile({ sha256: sha(CONTENT) });
    const path = await downloadFile(file, folder, { onBytes: (bytes) => seen.push(bytes) });
    assert.deepEqual(readFileSync(path), CONTENT);
    assert.equal(seen.at(-1), CONTENT.length);
    assert.deepEqual(left(), ['file.csv']);
    await fails(downloadFile(file, folder), /is there already/);
    assert.equal(asked.length, 1);
  });

  it('goes on behind what has arrived when the connection breaks', async () => {
    let calls = 0;
    answer = (request, response) => serveFile('"1"', calls++ === 0 ? 20_000 : undefined)(request, response);
    const path = await downloadFile(dataFile(), folder);
    assert.deepEqual(readFileSync(path), CONTENT);
    assert.deepEqual(asked, [
      { range: undefined, ifRange: undefined },
      { range: 'bytes=20000-', ifRange: '"1"' },
    ]);
  });

  it('goes on in a later run, and begins anew when the file is another one by then', async () => {
    answer = serveFile('"1"', 5000);
    await fails(downloadFile(dataFile(), folder), /cannot be downloaded/);
    const arrived = readFileSync(join(folder, 'set/file.csv.part')).length;
    assert.ok(arrived > 0 && arrived < CONTENT.length);
    asked = [];
    answer = serveFile('"2"');
    assert.deepEqual(readFileSync(await downloadFile(dataFile(), folder)), CONTENT);
    assert.deepEqual(asked, [{ range: `bytes=${arrived}-`, ifRange: '"1"' }]);
  });

  it('keeps nothing that is not the file', async () => {
    answer = serveFile('"1"');
    const wrong = '0'.repeat(64);
    await fails(
      downloadFile(dataFile({ sha256: wrong }), folder),
      new RegExp(`${sha(CONTENT)}, not ${wrong}`),
    );
    assert.deepEqual(left(), []);
  });

  it('knows a file by the name that git gives its content, where that alone is known', async () => {
    answer = serveFile('"1"');
    // `git hash-object` of the same bytes.
    const gitBlob = 'f20fa197af3150020e53297dc96d71e5d97fa182';
    await fails(
      downloadFile(dataFile({ gitBlob: '0'.repeat(40) }), folder),
      new RegExp(`git's blob name is ${gitBlob}, not 0`),
    );
    assert.deepEqual(left(), []);
    assert.deepEqual(readFileSync(await downloadFile(dataFile({ gitBlob }), folder)), CONTENT);
  });

  it('keeps nothing that is too large, whether the server says so or not', async () => {
    answer = serveFile('"1"');
    await fails(downloadFile(dataFile(), folder, { maxBytes: 100 }), /larger than 100 bytes/);
    answer = (_request, response) => {
      response.writeHead(200);
      response.end(CONTENT);
    };
    await fails(downloadFile(dataFile(), folder, { maxBytes: 100 }), /larger than 100 bytes/);
    assert.deepEqual(left(), []);
  });

  it('tries again when the server is busy, and not when it has no such file', async () => {
    let calls = 0;
    answer = (request, response) => {
      if (calls++ > 0) return serveFile('"1"')(request, response);
      response.writeHead(503).end();
    };
    assert.deepEqual(readFileSync(await downloadFile(dataFile(), folder)), CONTENT);
    answer = (_request, response) => {
      calls++;
      response.writeHead(404).end('no');
    };
    calls = 0;
    await fails(downloadFile(dataFile({ path: 'set/other.csv' }), folder), /answers 404/);
    assert.equal(calls, 1);
  });

  it('stays on HTTPS, but for this machine', async () => {
    answer = (_request, response) => response.writeHead(302, { location: 'http://192.0.2.1/file.csv' }).end();
    await fails(
      downloadFile(dataFile(), folder),
      /leads to http:\/\/192\.0\.2\.1\/file\.csv, which is not HTTPS/,
    );
    answer = (request, response) => {
      if (request.url === '/here') return serveFile('"1"')(request, response);
      response.writeHead(302, { location: '/here' }).end();
    };
    assert.deepEqual(readFileSync(await downloadFile(dataFile(), folder)), CONTENT);
    await fails(downloadFile(dataFile({ path: 'x', url: 'http://192.0.2.1/x' }), folder), /not HTTPS/);
    await fails(downloadFile({ path: 'y', licence: 'MIT' }, folder), /has no address/);
  });
});

describe('downloading a folder', () => {
  const members = ['py/a.py', 'py/b.py', 'c/c.c'];
  const contentOf = (name: string) => `the content of ${name}`;
  const folderSha = sha(members.map((name) => `${sha(contentOf(name))}  ${name}\n`).join(''));
  const file = (more: Partial<DataFile> = {}): DataFile =>
    dataFile({ path: 'set', url: `${origin}/core/`, folder: true, members, sha256: folderSha, ...more });

  it('brings its members, those that are missing only, and checks them together', async () => {
    const urls: string[] = [];
    answer = (request, response) => {
      urls.push(request.url!);
      if (request.url === '/core/c/c.c' && urls.length < 4) response.writeHead(404).end();
      else response.end(contentOf(request.url!.slice('/core/'.length)));
    };
    await fails(downloadFile(file(), folder), /answers 404/);
    assert.ok(!existsSync(join(folder, 'set')));
    // What another run brought.
    mkdirSync(join(folder, 'set.part/py'), { recursive: true });
    for (const name of ['py/a.py', 'py/b.py']) writeFileSync(join(folder, 'set.part', name), contentOf(name));
    urls.length = 3;
    const path = await downloadFile(file(), folder);
    assert.deepEqual(urls.slice(3), ['/core/c/c.c']);
    assert.equal(readFileSync(join(path, 'py/b.py'), 'utf8'), contentOf('py/b.py'));
    assert.equal(sha256Of(path, file()), folderSha);
    assert.deepEqual(readdirSync(folder), ['set']);
  });
});
