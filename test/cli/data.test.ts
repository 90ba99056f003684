import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeDataFolder } from '../datasets/files.ts';

const data = makeDataFolder();
const MODULE = fileURLToPath(new URL('../../src/cli/data.ts', import.meta.url));
const SCRIPT = `import { dataCommand } from ${JSON.stringify(MODULE)};
try { await dataCommand().parseAsync(process.argv.slice(1), { from: 'user' }); }
catch (error) { console.error(error.message + '\\n' + error.hint); process.exitCode = 2; }`;

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--input-type=module', '-e', SCRIPT, '--', ...args],
      { cwd: data.path },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

describe('purpcode data', () => {
  it('list: home, licence and what is there, also under another name', async () => {
    data.json('data/cybermetric/CyberMetric-80-v1.json', { questions: [] });
    const { stdout, code } = await run('list', 'cybermetric', 'xstest');
    assert.equal(code, 0);
    assert.match(
      stdout,
      /\+ cybermetric\/CyberMetric-500-v1\.json .*\(as cybermetric\/CyberMetric-80-v1\.json\)/,
    );
    assert.match(stdout, /- xstest\/xstest_prompts\.csv {2}CC-BY-4\.0/);
    const rows = JSON.parse((await run('list', '--json')).stdout);
    assert.ok(rows.length > 20);
    for (const { path, licence, home, url } of rows) {
      assert.match(home, /^https:/, path);
      assert.notEqual(licence, '', path);
      if (url !== null) assert.match(url, /^https:/, path);
    }
  });

  it('check: rows, problems and checksums; what is another file is exit code 1', async () => {
    const row = { id: 'a_cwe089_0.py', prompt: 'p', insecure_code: 'c' };
    data.jsonl('copies/sallm/dataset.jsonl', [row, { id: 'x' }]);
    data.file('copies/cysecbench/cysecbench.csv', 'a,b\n1,2\n');
    data.file('copies/harmbench/harmbench_behaviors_text_all.csv', 'Behavior,SemanticCategory\nx,y\n');
    const { stdout, code } = await run(
      'check',
      'sallm',
      'cysecbench',
      'harmbench',
      'mbpp',
      '--data',
      'copies',
    );
    assert.equal(code, 1);
    assert.match(
      stdout,
      /x sallm\/dataset\.jsonl: checksum wrong, 1 of 2 rows can be read\n {4}dataset\.jsonl:2: id/,
    );
    assert.match(stdout, /x cysecbench\/cysecbench\.csv: .* is not CySecBench/);
    assert.match(stdout, /\+ harmbench\/\w+\.csv: checksum unknown, 1 of 1 rows/);
    assert.match(stdout, /- mbpp\/mbpp\.jsonl: not there/);
    const absent = await run('check', 'harmbench', 'xstest', '--data', 'copies');
    assert.equal(absent.code, 1);
    assert.match(absent.stdout, /- xstest\/xstest_prompts\.csv: not there/);
    const fine = await run('check', 'harmbench', '--data', 'copies', '--json');
    assert.equal(fine.code, 0);
    assert.equal(JSON.parse(fine.stdout)[0].readable, 1);
  });

  it('get: leaves what is there, says what must be had by hand, shows the licence', async () => {
    data.file('there/phtest/dataset_v0.1.csv', 'mine');
    const { stdout, code } = await run('get', 'phtest', 'xscode', 'osv', '--data', 'there', '--json');
    assert.equal(code, 0);
    assert.deepEqual(
      JSON.parse(stdout).map(({ path, outcome }: { path: string; outcome: string }) => [path, outcome]),
      [
        ['osv', 'by hand'],
        ['xscode/xscode.jsonl', 'by hand'],
        ['phtest/dataset_v0.1.csv', 'there'],
      ],
    );
  });

  it('get: a download that fails is exit code 2, with the licence and the reason', async () => {
    // A proxy that refuses everything: no test leaves this machine.
    const server = createServer().on('connect', (_request, socket) =>
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    process.env.NODE_USE_ENV_PROXY = '1';
    process.env.HTTPS_PROXY = proxy;
    try {
      const { stdout, stderr, code } = await run('get', 'xstest', '--data', 'got');
      assert.equal(code, 2);
      assert.match(stderr, /licence: CC-BY-4\.0; Röttger/);
      assert.match(stdout, /xstest_prompts\.csv: failed, https:.* cannot be downloaded/);
    } finally {
      server.close();
      delete process.env.NODE_USE_ENV_PROXY;
      delete process.env.HTTPS_PROXY;
    }
  });

  it('names the data sets that there are', async () => {
    const { stderr, code } = await run('get', 'xtest', '--data', join(data.path, 'x'));
    assert.equal(code, 2);
    assert.match(stderr, /there is no data set xtest\nthere are cyberseceval, .*xstest/);
  });
});
