/** From a file of settings and `--set` options to what red-teaming is told to do. */
import { ConfigError } from '../../errors.ts';
import { applySetting, describeIssues, type Json, readSettings } from '../settings.ts';
import { type RedTeaming, redTeamingSchema } from './schema.ts';

/**
 * @param changes `key.path=value`, applied in order.
 * @throws ConfigError naming file and line, or every wrong key; IoError
 */
export function resolveRedTeaming(path: string, changes: readonly string[] = []): RedTeaming {
  const written = readSettings(path);
  const merged = changes.reduce<Json>((settings, change) => applySetting(settings, change), written);
  const parsed = redTeamingSchema.safeParse(merged);
  if (parsed.success) return parsed.data;
  throw new ConfigError(`${path}: ${describeIssues(parsed.error)}`, {
    hint: 'every key with its meaning and default is in src/recipe/red-teaming/schema.ts; docs/guides/red-teaming.md has an example',
  });
}
