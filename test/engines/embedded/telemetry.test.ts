import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

/** Begins a session, in the main thread or in the engine's worker. */
const SCRIPTS = {
  'a session': `
    import { Graph } from '${source('graph.ts')}';
    import { createSession } from '${source('session.ts')}';
    const graph = new Graph();
    graph.output('y', graph.input('x', [1]));
    await createSession(graph.encode(), 1);`,
  'the engine': `
    import { createEmbeddedEngine } from '${source('engine.ts')}';
    const folder = '${new URL('../../../assets/nano-base', import.meta.url).pathname}';
    const engine = await createEmbeddedEngine({ tokenizerFolder: folder, threads: 1 });
    const client = await engine.createSamplingClient(folder);
    await client.sample([{ prompt: [1, 2, 3], n: 1, maxTokens: 1, temperature: 0, stop: [], seed: 1 }]);
    await engine.close();`,
};

function source(file: string): string {
  return new URL(`../../../src/engines/embedded/${file}`, import.meta.url).href;
}

for (const [what, script] of Object.entries(SCRIPTS))
  test(`${what} reports nothing: the runtime does not even begin a file for it`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'purpcode-home-'));
    const [home, file] = [join(folder, 'home'), join(folder, 'script.mjs')];
    mkdirSync(home);
    writeFileSync(file, script);
    const { CI: _ci, ORT_DISABLE_TELEMETRY: _set, XDG_CACHE_HOME: _cache, ...env } = process.env;
    const child = spawnSync(process.execPath, [file], {
      env: { ...env, HOME: home },
      encoding: 'utf8',
    });
    assert.equal(child.status, 0, child.stderr);
    assert.deepEqual(readdirSync(home), []);
    rmSync(folder, { recursive: true });
  });
