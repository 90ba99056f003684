/** From a preset or file and `--set` options to a resolved recipe. */
import { ConfigError } from '../errors.ts';
import { exists } from '../runs/files.ts';
import { PRESETS } from './presets.ts';
import { type Recipe, recipeSchema } from './schema.ts';
import { applySetting, describeIssues, type Json, merge, readSettings } from './settings.ts';

/**
 * @param source a preset's name, or the path of a YAML or JSON file; a file may name a preset with `extends`.
 * @param settings `key.path=value` options, applied in order; values are read as YAML.
 * @throws ConfigError naming the file and line, or the key, and what was expected.
 */
export function resolveRecipe(source: string, settings: readonly string[] = []): Recipe {
  const preset = presetOf(source);
  const written = preset === undefined ? readRecipeFile(source) : { name: source, ...preset.recipe };
  const merged = settings.reduce((recipe, setting) => applySetting(recipe, setting), written as Json);
  return parseRecipe(merged, source);
}

function presetOf(name: string) {
  return Object.hasOwn(PRESETS, name) ? PRESETS[name] : undefined;
}

/** @throws ConfigError when a value does not fit the schema. */
export function parseRecipe(value: unknown, source: string): Recipe {
  const parsed = recipeSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ConfigError(`recipe ${source}: ${describeIssues(parsed.error)}`, {
    hint:
      'every key with its meaning and default is in src/recipe/schema.ts; presets: ' +
      Object.keys(PRESETS).join(', '),
  });
}

function readRecipeFile(path: string): Json {
  if (!exists(path)) {
    throw new ConfigError(`there is no preset and no recipe file called ${path}`, {
      hint: `presets: ${Object.keys(PRESETS).join(', ')}`,
    });
  }
  const { extends: parent, ...own } = readSettings(path);
  if (parent === undefined) return own;
  const preset = typeof parent === 'string' ? presetOf(parent) : undefined;
  if (preset === undefined) {
    throw new ConfigError(`${path}: extends: there is no preset ${JSON.stringify(parent)}`, {
      hint: `presets: ${Object.keys(PRESETS).join(', ')}`,
    });
  }
  return merge({ name: String(parent), ...preset.recipe } as Json, own);
}
