/** Advisories and commits over HTTP, from a server here that misbehaves. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, beforeEach, describe, it } from 'node:test';
import { fetchAdvisories } from '../../../src/redteam/corpus/osv/advisories.ts';
import { collectFromAdvisories } from '../../../src/redteam/corpus/osv/collect.ts';
import { createGithubReader } from '../../../src/redteam/corpus/osv/github-reader.ts';

const HASH = 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3';
const AFTER = 'import os\n\n\ndef run(name):\n    check(name)\n    os.remove(name)\n';
const diffOf = (path: string) =>
  `diff --git a/${path} b/${path}
index 1111111..2222222 100644
--- a/${path}
+++ b/${path}
@@ -2,4 +2,5 @@ import os
${' '}
${' '}
 def run(name):
-    os.system("rm " + name)
+    check(name)
+    os.remove(name)
`;

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const answers = new Map<string, Answer>();
const asked: { readonly path: string; readonly token: string | undefined }[] = [];
const server = createServer((request, response) => {
  const path = request.url ?? '';
  asked.push({ path, token: request.headers.authorization });
  const answer = answers.get(path);
  if (answer === undefined) response.writeHead(404).end();
  else answer(request, response);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
after(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => {
  answers.clear();
  asked.length = 0;
});

const text =
  (body: string | Uint8Array): Answer =>
  (_request, response) =>
    response.writeHead(200).end(body);
const network = { fetch: globalThis.fetch, timeoutMs: 5_000, retries: 2, backoffSeconds: 0.01 };
const github = (more: { readonly token?: string } = {}) =>
  createGithubReader({
    ...network,
    ...more,
    maxDiffBytes: 20_000,
    maxFileBytes: 20_000,
    webUrl: url,
    rawUrl: `${url}/raw`,
  });
const advisory = (id: string, ...commits: readonly string[]) => ({
  id,
  references: commits.map((commit) => ({ type: 'FIX', url: `https://github.com/ada/shop/commit/${commit}` })),
  database_specific: { cwe_ids: ['CWE-78'] },
});
const collect = async (more: { readonly token?: string } = {}) => {
  answers.set('/v1/vulns/GHSA-1', text(JSON.stringify(advisory('GHSA-1', HASH))));
  const advisories = await fetchAdvisories(['GHSA-1'], { ...network, apiUrl: url });
  return await collectFromAdvisories({ advisories, reader: github(more) });
};
const DIFF = `/ada/shop/commit/${HASH}.diff`;
const RAW = `/raw/ada/shop/${HASH}/shop/run.py`;

describe('advisories of the API', () => {
  it('come by their ids; what is no id, not there or no advisory is named', async () => {
    answers.set('/v1/vulns/GHSA-1', text(JSON.stringify(advisory('GHSA-1', HASH))));
    answers.set('/v1/vulns/GHSA-2', text('<html>'));
    answers.set('/v1/vulns/GHSA-3', text('{}'));
    const { rows, problems, count } = await fetchAdvisories(
      ['GHSA-1', 'GHSA-2', 'GHSA-3', 'GHSA-4', '../../admin'],
      { ...network, apiUrl: url },
    );
    assert.deepEqual(
      rows.map(({ value }) => [value.id, value.cwes, value.fixes.length]),
      [['GHSA-1', [78], 1]],
    );
    assert.equal(count, 5);
    assert.deepEqual(
      problems.map(({ place, reason }) => [place, reason.split(' ')[0]]),
      [
        ['GHSA-2', 'not'],
        ['GHSA-3', 'id:'],
        ['GHSA-4', 'not-found:'],
        ['../../admin', 'this'],
      ],
    );
    assert.ok(asked.every(({ path }) => path.startsWith('/v1/vulns/GHSA-')));
  });
});

describe('commits of GitHub', () => {
  it('are a diff and the files after it, turned round', async () => {
    answers.set(DIFF, text(diffOf('shop/run.py')));
    answers.set(RAW, text(AFTER));
    const { snippets, counts } = await collect({ token: 'secret' });
    assert.deepEqual(
      snippets.map(({ code, cwes, origin }) => [code, cwes, origin.place, origin.advisory]),
      [['import os\n\n\ndef run(name):\n    os.system("rm " + name)', [78], 'shop/run.py:4', 'GHSA-1']],
    );
    assert.deepEqual(counts.dropped, {});
    assert.deepEqual(
      asked.map(({ path, token }) => [path, token]),
      [
        ['/v1/vulns/GHSA-1', undefined],
        [DIFF, 'Bearer secret'],
        [RAW, 'Bearer secret'],
      ],
    );
  });

  it('are asked for again while the server is busy, and not for ever', async () => {
    let busy = 2;
    answers.set(DIFF, (_request, response) => {
      if (busy-- > 0) response.writeHead(busy === 0 ? 503 : 429, { 'retry-after': '0' }).end();
      else response.writeHead(200).end(diffOf('shop/run.py'));
    });
    answers.set(RAW, (request) => request.socket.destroy());
    const { snippets, counts } = await collect();
    assert.deepEqual(snippets, []);
    assert.deepEqual(counts.dropped, { 'file: unreachable': 1 });
    assert.deepEqual(
      [DIFF, RAW].map((path) => asked.filter((request) => request.path === path).length),
      [3, 3],
    );
  });

  it('of a hundred megabytes are not read to their end', async () => {
    const block = Buffer.alloc(64 * 1024, 0x20);
    let sent = 0;
    const flood: Answer = (_request, response) => {
      response.writeHead(200);
      const pump = (): void => {
        while (sent < 100 * 1024 * 1024) {
          sent += block.length;
          if (response.destroyed || !response.write(block)) break;
        }
        if (sent >= 100 * 1024 * 1024) response.end();
      };
      response.on('drain', pump);
      pump();
    };
    answers.set(DIFF, flood);
    assert.deepEqual((await collect()).counts.dropped, { 'commit: too-large': 1 });
    assert.ok(sent < 20 * 1024 * 1024, `${sent} bytes were sent`);
    // The same when it says so beforehand.
    answers.set(DIFF, (_request, response) => {
      response.writeHead(200, { 'content-length': 100 * 1024 * 1024 });
      response.write('x');
    });
    assert.deepEqual((await collect()).counts.dropped, { 'commit: too-large': 1 });
  });

  it('with hostile paths, other encodings and files of another commit are counted', async () => {
    const paths = ['../../../etc/passwd.py', 'shop/run.py', 'shop/latin.py', 'shop/other.py'];
    answers.set(DIFF, text(paths.map(diffOf).join('')));
    answers.set(RAW, text(AFTER));
    answers.set(RAW.replace('run', 'latin'), text(Buffer.from('caf\xe9', 'latin1')));
    answers.set(RAW.replace('run', 'other'), text(AFTER.replace('check', 'look')));
    const { snippets, counts } = await collect();
    assert.equal(snippets.length, 1);
    assert.deepEqual(counts.dropped, {
      'file: hostile-path': 1,
      'file: not-text': 1,
      'file: does-not-fit': 1,
    });
    assert.equal(asked.length, 5);
  });

  it('that lead elsewhere are not followed out of HTTPS, and the token stays here', async () => {
    const target = createServer((request, response) => {
      asked.push({ path: `other${request.url}`, token: request.headers.authorization });
      response.writeHead(200).end(diffOf('shop/run.py'));
    });
    target.listen(0, '127.0.0.1');
    await once(target, 'listening');
    const other = `http://127.0.0.1:${(target.address() as AddressInfo).port}`;
    try {
      answers.set(RAW, text(AFTER));
      answers.set(DIFF, (_request, response) =>
        response.writeHead(302, { location: `${other}/moved` }).end(),
      );
      assert.equal((await collect({ token: 'secret' })).snippets.length, 1);
      assert.equal(asked.find(({ path }) => path === 'other/moved')?.token, undefined);
      answers.set(DIFF, (_request, response) =>
        response.writeHead(302, { location: 'http://192.0.2.1/plain' }).end(),
      );
      assert.deepEqual((await collect()).counts.dropped, { 'commit: unreachable': 1 });
      answers.set(DIFF, (_request, response) => response.writeHead(302, { location: DIFF }).end());
      assert.deepEqual((await collect()).counts.dropped, { 'commit: unreachable': 1 });
    } finally {
      target.close();
      target.closeAllConnections();
    }
  });

  it('of other hosts are unknown, and pages instead of diffs do not fit', async () => {
    answers.set(DIFF, text('<html>sign in</html>'));
    assert.deepEqual((await collect()).counts.dropped, { 'commit: does-not-fit': 1 });
    const fix = { repository: 'https://gitlab.com/ada/shop', commit: HASH, url: '' };
    const elsewhere = await github().diff(fix);
    assert.equal(elsewhere.kind === 'unread' && elsewhere.fault, 'unknown-repository');
    const evil = await github().diff({ ...fix, repository: 'https://github.com/a/b', commit: '../x' });
    assert.equal(evil.kind === 'unread' && evil.fault, 'hostile-commit');
  });
});
