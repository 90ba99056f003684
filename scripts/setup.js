// Set-up for `npm start` and `npm test` on a fresh clone. Plain JavaScript for any Node that npm runs on: it
// installs the locked dependencies, among them Node 26 itself, which npm scripts then find first.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('..', import.meta.url);

if (!isInstalled()) {
  console.log('Installing dependencies (once; under a minute, 700 MB)');
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm]] : ['npm', []];
  const result = spawnSync(command, [...args, 'ci', '--no-fund', '--no-audit', '--loglevel=error'], {
    cwd: fileURLToPath(root),
    stdio: 'inherit',
    shell: !npm && process.platform === 'win32',
    // The CPU library is inside the package; its install script would look for a CUDA download.
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });
  if (result.status !== 0) {
    console.error('purpcode: npm ci failed; see its message above, mend it, and run the command again');
    process.exit(2);
  }
}

const hasNode = existsSync(
  new URL(`node_modules/node/bin/node${process.platform === 'win32' ? '.exe' : ''}`, root),
);
if (!hasNode && Number.parseInt(process.versions.node, 10) < 24) {
  console.error(
    `purpcode: this is Node ${process.versions.node}, and node_modules holds no newer one\n` +
      '  hint: npm config set ignore-scripts false, delete node_modules and try again; or install Node 24 or newer',
  );
  process.exit(2);
}

/** Whether node_modules holds what the lock file says, by the list that npm itself keeps there. */
function isInstalled() {
  const installed = readPackages('node_modules/.package-lock.json');
  const wanted = Object.entries(readPackages('package-lock.json')).filter(([path]) => path !== '');
  return wanted.every(([path, { version, optional }]) =>
    installed[path] ? installed[path].version === version : optional,
  );
}

/** @returns {Record<string, { version: string, optional?: boolean }>} by path; empty without the file. */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(new URL(file, root), 'utf8')).packages;
  } catch {
    return {};
  }
}
