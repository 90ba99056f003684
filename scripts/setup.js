// Set-up for `npm start` and `npm test` on a fresh clone. Plain JavaScript for any Node that npm runs on: it
// installs the locked dependencies, among them Node 26 itself, which npm scripts then find first.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const lock = readFileSync(new URL('../package-lock.json', import.meta.url));
const digest = createHash('sha256').update(lock).digest('hex');
const stamp = new URL('../node_modules/.purpcode-setup', import.meta.url);

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== digest) {
  console.log('Installing dependencies (once; about half a minute and 700 MB)');
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm]] : ['npm', []];
  const result = spawnSync(command, [...args, 'ci', '--no-fund', '--no-audit', '--loglevel=error'], {
    cwd: new URL('..', import.meta.url),
    stdio: 'inherit',
    // The CPU library is inside the package; its install script would look for a CUDA download.
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });
  if (result.status !== 0) {
    console.error('purpcode: npm ci failed; see its message above, mend it, and run the command again');
    process.exit(2);
  }
  mkdirSync(new URL('../node_modules', import.meta.url), { recursive: true });
  writeFileSync(stamp, digest);
}
