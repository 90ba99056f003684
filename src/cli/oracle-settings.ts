/** `--oracles FILE` and the options that change single settings of it, for every command that verifies. */
import { ConfigError } from '../errors.ts';
import { type OraclesConfig, type OraclesSettings, oraclesSchema } from '../oracles/config.ts';
import { readSettings } from '../recipe/settings.ts';

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
  const written = path === undefined ? {} : readSettings(path);
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
