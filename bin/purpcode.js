#!/usr/bin/env node
// Plain JavaScript that any Node from 18 on can parse: it starts the CLI (TypeScript in a clone, JavaScript in the
// published package), under the Node that the clone's dev dependency brings when the machine's own is too old.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const OLDEST = 24;
const REEXECUTED = 'PURPCODE_REEXECUTED';

const source = new URL('../src/cli/main.ts', import.meta.url);
const isClone = existsSync(source);

if (majorOf(process.versions.node) >= OLDEST) {
  quietenExperimentalWarnings();
  if (process.env[REEXECUTED] !== undefined) endWithParent();
  if (isClone && !existsSync(new URL('../node_modules', import.meta.url))) {
    console.error('purpcode: its dependencies are not installed\n  hint: run npm install in this folder');
    process.exitCode = 2;
  } else {
    if (isClone) await import(new URL('../scripts/compile-cache.js', import.meta.url).href);
    const { main } = await import(
      isClone ? source.href : new URL('../dist/cli/main.js', import.meta.url).href
    );
    await main(process.argv.slice(2));
  }
} else {
  const windows = process.platform === 'win32';
  const bundled = fileURLToPath(
    new URL(`../node_modules/node/bin/node${windows ? '.exe' : ''}`, import.meta.url),
  );
  if (process.env[REEXECUTED] === undefined && existsSync(bundled) && majorOf(versionOf(bundled)) >= OLDEST) {
    reexecute(bundled);
  } else {
    const mend = isClone
      ? 'npm install in this folder brings it, or install it from https://nodejs.org'
      : 'install it from https://nodejs.org, or try: npx -p node@26 -p purpcode purpcode';
    console.error(
      `purpcode: Node ${OLDEST} or newer is needed, this is ${process.versions.node}\n  hint: ${mend}`,
    );
    process.exitCode = 2;
  }
}

/** @param {string} version such as `v26.1.0` or `26.1.0` */
function majorOf(version) {
  return Number.parseInt(version.replace(/^v/, ''), 10);
}

function versionOf(node) {
  try {
    return execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  } catch {
    return '0';
  }
}

/** Runs this file again under another Node; signals and the exit code pass through. */
function reexecute(node) {
  const child = spawn(node, [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    // The channel carries nothing: when this process dies, however, the child sees it close.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [REEXECUTED]: '1' },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal's Ctrl-C reaches the whole process group, the child included.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    console.error(`purpcode: cannot start ${node}: ${error.message}`);
    process.exit(2);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 2);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function endWithParent() {
  delete process.env[REEXECUTED];
  if (process.channel === undefined) return;
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}

/** Node 24 calls node:sqlite experimental; that is no news to users. Other warnings are shown. */
function quietenExperimentalWarnings() {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') console.error(`${warning.name}: ${warning.message}`);
  });
}
