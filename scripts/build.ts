/**
 * Builds the published package: `src/` to JavaScript and declarations in `dist/`, since Node strips no types
 * under node_modules. Files that are not TypeScript keep their place beside the modules that read them.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

rmSync(at('dist'), { recursive: true, force: true });
const compiler = spawnSync(
  process.execPath,
  [at('node_modules/typescript/bin/tsc'), '-p', at('tsconfig.build.json')],
  {
    stdio: 'inherit',
  },
);
if (compiler.status === 0) {
  cpSync(at('src'), at('dist'), {
    recursive: true,
    filter: (path) => statSync(path).isDirectory() || !path.endsWith('.ts'),
  });
} else {
  process.exitCode = 2;
}
