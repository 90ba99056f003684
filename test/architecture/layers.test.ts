import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { importCycles, layerViolations, readImports } from './import-graph.ts';
import { fileOffences } from './tracked-files.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tree = (files: Record<string, string>) => new Map(Object.entries(files));

describe('the checker, on made-up trees', () => {
  test('every form of import is read, whatever stands around it', () => {
    const source = `
      /* import { no } from './commented.ts'; */
      // import './commented-too.ts';
      import a from './a.ts';
      import type { B } from "./b.ts";
      import {
        c, // the importer's c
        type D,
      } from './c.ts';
      import './d.ts';
      export * from './e.ts';
      export { f } from './f.ts';
      const g = await import('./g.ts');
      type H = import('./h.ts').H;
    `;
    const found = readImports(source).map((specifier) => specifier.slice(2, 3));
    assert.deepEqual(found.sort(), ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
  });

  test('an import may go down', () => {
    const files = tree({
      'src/rl/trainer.ts': "import type { Engine } from '../engines/engine.ts';",
      'src/engines/engine.ts': "import { PurpcodeError } from '../errors.ts';",
      'src/recipe/stages/report.ts': "import { page } from '../../report/page.ts';",
      'src/cli/main.ts': "const run = () => import('./run.ts');",
    });
    assert.deepEqual(layerViolations(files), []);
  });

  test('an import may not go up, not even for a type, nor across to a peer, nor out of the layers', () => {
    const files = tree({
      'src/engines/engine.ts': "import type { Rollout } from '../rl/rollouts.ts';",
      'src/rl/trainer.ts': "import { world } from '../nano/world.ts';",
      'src/report/page.ts': "export { schema } from '../recipe/schema.ts';",
      'src/errors.ts': "const late = () => import('./cli/main.ts');",
      'src/oracles/oracle.ts': "import { x } from '../helpers/x.ts';",
      'src/runs/files.ts': "import { y } from '../../test/y.ts';",
    });
    assert.deepEqual(layerViolations(files), [
      'src/engines/engine.ts -> src/rl/rollouts.ts: engines is below rl',
      'src/rl/trainer.ts -> src/nano/world.ts: rl and nano are peers',
      'src/report/page.ts -> src/recipe/schema.ts: report is below recipe',
      'src/errors.ts -> src/cli/main.ts: errors is below cli',
      'src/oracles/oracle.ts -> src/helpers/x.ts: helpers has no layer',
      'src/runs/files.ts -> test/y.ts: test/y.ts has no layer',
    ]);
  });

  test('cycles are found, and a diamond is none', () => {
    const cyclic = tree({
      'src/rl/a.ts': "import './b.ts';",
      'src/rl/b.ts': "import type { C } from './c.ts';",
      'src/rl/c.ts': "import { a } from './a.ts';",
    });
    assert.deepEqual(importCycles(cyclic), ['src/rl/a.ts -> src/rl/b.ts -> src/rl/c.ts -> src/rl/a.ts']);
    const diamond = tree({
      'src/rl/a.ts': "import './b.ts';\nimport './c.ts';",
      'src/rl/b.ts': "import './d.ts';",
      'src/rl/c.ts': "import './d.ts';",
      'src/rl/d.ts': '',
    });
    assert.deepEqual(importCycles(diamond), []);
  });

  test('long files, big files and traces of a machine are found', () => {
    const offences = (path: string, text: string) => fileOffences({ path, bytes: Buffer.from(text) });
    assert.deepEqual(offences('src/a.ts', 'x\n'.repeat(600)), []);
    assert.deepEqual(offences('src/a.ts', 'x\n'.repeat(601)), ['src/a.ts: 601 lines, more than 600']);
    assert.deepEqual(offences('assets/cwe.json', 'x\n'.repeat(601)), []);
    assert.deepEqual(offences('a.bin', '\0'.repeat(10 * 2 ** 20)), []);
    assert.deepEqual(offences('a.bin', '\0'.repeat(10 * 2 ** 20 + 1)), ['a.bin: 11 MiB, more than 10']);
    const home = ['', 'home', 'ada', 'runs'].join('/');
    assert.deepEqual(offences('README.md', `cd ${home}\n`), [`README.md:1: ${home.slice(0, -3)}`]);
    const registry = ['https:', '', 'registry.example.org'].join('/');
    assert.deepEqual(offences('x.lock', `a\n"${registry}/zod"\n`), [`x.lock:2: ${registry}`]);
    assert.deepEqual(offences('README.md', 'src/root/a.ts and ./work/x and https://nodejs.org\n'), []);
  });
});

describe('this repository', () => {
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(root, path)));
  const sources = new Map(
    files
      .filter((path) => path.startsWith('src/') && path.endsWith('.ts'))
      .map((path) => [path, readFileSync(join(root, path), 'utf8')]),
  );

  test('imports go one way', () => {
    assert.ok(sources.size > 50, `only ${sources.size} source files were found`);
    assert.deepEqual(layerViolations(sources), []);
  });

  test('there are no import cycles', () => {
    assert.deepEqual(importCycles(sources), []);
  });

  test('no tracked file is too long, too big or tied to a machine', () => {
    assert.deepEqual(
      files.flatMap((path) => fileOffences({ path, bytes: readFileSync(join(root, path)) })),
      [],
    );
  });
});
