/** Stand-ins for installed analysers: scripts that print what the test gives them. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ScriptedTool {
  readonly command: string;
  remove(): void;
}

/**
 * A program whose `version` (as `--version` or `version`) is printed and whose `body` runs otherwise, as the body
 * of a JavaScript module with `args`, `files` (sorted names in the working folder) and `print(text)`.
 */
export function scriptedTool(body: string, version = '1.9.4'): ScriptedTool {
  const folder = mkdtempSync(join(tmpdir(), 'purpcode-test-'));
  const command = join(folder, 'tool.mjs');
  const source = `#!${process.execPath}
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
const args = process.argv.slice(2);
const print = (text) => process.stdout.write(text);
const files = readdirSync('.').sort();
if (args[0].replace(/^-*/, '') === 'version') print(${JSON.stringify(version)});
else {
${body}
}
`;
  writeFileSync(command, source);
  chmodSync(command, 0o700);
  return { command, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
