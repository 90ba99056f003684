/** The package as users get it: packed, installed in an empty folder, run from there. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
};
const NO_REGISTRY =
  /ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|ENOTCACHED|EHOSTUNREACH|ENETUNREACH|ERR_SOCKET|E40[134]/;

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

describe('the packed package', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'purpcode-pack-')));
  const home = join(folder, 'home');
  let packed: Packed;

  before(() => {
    mkdirSync(home);
    writeFileSync(join(home, 'package.json'), '{ "private": true, "type": "module" }\n');
    const { status, stdout, stderr } = npm(['pack', '--json', '--pack-destination', folder], root);
    assert.equal(status, 0, stderr);
    // npm prints what the build scripts print before its own JSON.
    [packed] = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as [Packed];
    install(join(folder, packed.filename));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('holds the built package with its assets, and nothing else of the repository', () => {
    const paths = packed.files.map(({ path }) => path);
    const parts = ['bin/purpcode.js', 'dist/cli/main.js', 'dist/index.d.ts', 'LICENSE', 'NOTICE'];
    for (const path of [...parts, 'integrations/python/purpcode_reward.py']) {
      assert.ok(paths.includes(path), `${path} is missing`);
    }
    for (const asset of readdirSync(join(root, 'assets'), { recursive: true, withFileTypes: true })) {
      const path = join(asset.parentPath, asset.name).slice(root.length);
      if (asset.isFile()) assert.ok(paths.includes(path), `${path} is missing`);
    }
    const allowed =
      /^(bin|dist|assets|integrations)\/|^(package\.json|LICENSE|NOTICE|README\.md|CHANGELOG\.md)$/;
    assert.deepEqual(
      paths.filter((path) => !allowed.test(path) || /(?<!\.d)\.ts$/.test(path)),
      [],
    );
  });

  test('doctor: everything required works', () => {
    const { status, stdout, stderr } = purpcode(['doctor', '--json']);
    assert.equal(stderr, '');
    const { checks } = JSON.parse(stdout) as {
      checks: { name: string; required: boolean; ok: boolean; detail: string }[];
    };
    assert.deepEqual(
      checks.filter(({ required, ok }) => required && !ok).map(({ name, detail }) => `${name}: ${detail}`),
      [],
    );
    assert.equal(status, 0);
  });

  test('can be imported, with types', () => {
    const program = [
      "import { groupAdvantages, parseRecipe, type Recipe } from 'purpcode';",
      "const recipe: Recipe = parseRecipe({ seed: 7 }, 'test');",
      'const advantages: (number | null)[] | undefined = groupAdvantages([1, 0, 0, 1]);',
      'console.log(JSON.stringify({ seed: recipe.seed, advantages }));',
      '// @ts-expect-error: the types are real',
      "export const wrong = () => groupAdvantages('1, 0');",
    ].join('\n');
    writeFileSync(join(home, 'program.ts'), `${program}\n`);
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--skipLibCheck'];
    const types = run(process.execPath, [tsc, ...options, '--types', '', 'program.ts']);
    assert.equal(types.stdout, '');
    assert.equal(types.status, 0);
    const { stdout } = run(process.execPath, ['program.ts']);
    assert.equal(stdout.split('\n')[0], '{"seed":7,"advantages":[1,-1,-1,1]}');
  });

  test('run: a short recipe, from rules to report', () => {
    const settings = [
      ...['pool.lookalikes=8', 'pool.utility=8', 'pool.questions=6', 'redteam.maliciousPrompts=8'],
      ...['ruleLearning.prompts=12', 'rl.steps=1', 'rl.groups=3', 'model.maxTokens=120'],
      'evals.scale=0.05',
      'evals.temperatures=[0]',
      'evals.baseWithRules=false',
    ];
    const short = settings.flatMap((setting) => ['--set', setting]);
    const { status, stderr } = purpcode(['run', 'nano-smoke', '--run', 'run', ...short]);
    assert.equal(status, 0, stderr);
    const summary = JSON.parse(readFileSync(join(home, 'run/report/summary.json'), 'utf8')) as {
      recipe: string;
      axes: Record<string, Record<string, unknown>>;
    };
    assert.equal(summary.recipe, 'nano-smoke');
    assert.deepEqual(Object.keys(summary.axes).sort(), [
      'code-security',
      'malicious-assistance',
      'overrefusal',
      'utility',
    ]);
    assert.ok(existsSync(join(home, 'run/report/index.html')));
  });

  function run(command: string, args: readonly string[], cwd = home) {
    const { status, stdout, stderr } = spawnSync(command, args, {
      cwd,
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
      env: {
        ...process.env,
        PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
        // Where NuGet cannot be reached, onnxruntime-node's look for a CUDA download fails the installation.
        ONNXRUNTIME_NODE_INSTALL: 'skip',
        npm_config_loglevel: 'error',
        npm_config_audit: 'false',
        npm_config_fund: 'false',
        npm_config_fetch_retries: '0',
      },
    });
    return { status, stdout, stderr };
  }

  function npm(args: readonly string[], cwd?: string) {
    return run('npm', args, cwd);
  }

  function purpcode(args: readonly string[]) {
    return run('npx', ['--no-install', 'purpcode', ...args]);
  }

  /** By npm; or, where no registry can be reached, unpacked beside links to this checkout's dependencies. */
  function install(tarball: string): void {
    const { status, stderr } = npm(['install', '--prefer-offline', '--no-package-lock', tarball]);
    if (status === 0) return;
    assert.match(stderr, NO_REGISTRY);
    const modules = join(home, 'node_modules');
    rmSync(modules, { recursive: true, force: true });
    for (const name of Object.keys(manifest.dependencies)) {
      mkdirSync(dirname(join(modules, name)), { recursive: true });
      symlinkSync(join(root, 'node_modules', name), join(modules, name));
    }
    mkdirSync(join(modules, '.bin'));
    mkdirSync(join(modules, 'purpcode'));
    const unpacked = run('tar', ['-xzf', tarball, '--strip-components=1', '-C', join(modules, 'purpcode')]);
    assert.equal(unpacked.status, 0, unpacked.stderr);
    symlinkSync('../purpcode/bin/purpcode.js', join(modules, '.bin', 'purpcode'));
  }
});
