/** `--oracles FILE` and the options that change single settings of it, for every command that verifies. */
import { parseDocument } from 'yaml';
import { ConfigError } from '../errors.ts';
import { type OraclesConfig, type OraclesSettings, oraclesSchema } from '../oracles/config.ts';
import { readText } from '../runs/files.ts';

export const ORACLES_OPTION = [
  '--oracles <file>',
  'settings of analysers, sandbox and judge, YAML or JSON (docs/guides/oracles.md)',
] as const;

/**
 * The settings of a file, with those of `changes` in their place.
 * @param defaults of the command, where the file says nothing.
 * @throws ConfigError naming the file, the line or the key.
 */
export function readOracleSettings(
  path: string | undefined,
  changes: OraclesSettings = {},
  defaults: OraclesSettings = {},
): OraclesConfig {
  const written = path === undefined ? {} : readMapping(path);
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const parsed = oraclesSchema.safeParse({ ...defaults, ...written, ...given });
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) =>
    issue.code === 'unrecognized_keys'
      ? `unknown key ${[...issue.path, issue.keys[0]].join('.')}`
      : `${issue.path.join('.')}: ${issue.message}`,
  );
  throw new ConfigError(`${path ?? 'options'}: ${faults.join('; ')}`, {
    hint: 'docs/guides/oracles.md lists the settings with their defaults',
  });
}

/** A file of settings, YAML or JSON. @throws ConfigError naming the line. */
export function readMapping(path: string): Record<string, unknown> {
  const document = parseDocument(readText(path));
  const [error] = document.errors;
  if (error !== undefined) {
    const line = error.linePos?.[0].line;
    const place = line === undefined ? path : `${path}:${line}`;
    throw new ConfigError(`${place}: ${error.message.split('\n')[0]}`, { hint: 'it is YAML or JSON' });
  }
  const value: unknown = document.toJS() ?? {};
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new ConfigError(`${path}: expected a mapping of settings to values`);
}
