import { readFileSync } from 'node:fs';

/** Version of purpcode. The depth is the same in source (src/cli) and in the built package (dist/cli). */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
