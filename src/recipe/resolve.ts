/** From a preset or file and `--set` options to a resolved recipe. */
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { ConfigError } from '../errors.ts';
import { exists, readText } from '../runs/files.ts';
import { PRESETS } from './presets.ts';
import { type Recipe, recipeSchema } from './schema.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

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
  const problems = parsed.error.issues.map(describeIssue).join('; ');
  throw new ConfigError(`recipe ${source}: ${problems}`, {
    hint:
      'every key with its meaning and default is in src/recipe/schema.ts; presets: ' +
      Object.keys(PRESETS).join(', '),
  });
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `unknown key ${path === '' ? key : `${path}.${key}`}`).join(', ');
  }
  return `${path}: ${issue.message}`;
}

function readRecipeFile(path: string): Json {
  if (!exists(path)) {
    throw new ConfigError(`there is no preset and no recipe file called ${path}`, {
      hint: `presets: ${Object.keys(PRESETS).join(', ')}`,
    });
  }
  const document = parseDocument(readText(path), { prettyErrors: true });
  const [error] = document.errors;
  if (error) {
    const line = error.linePos?.[0].line;
    throw new ConfigError(`${path}${line === undefined ? '' : `:${line}`}: ${error.message.split('\n')[0]}`, {
      hint: 'recipes are YAML',
    });
  }
  const value = (document.toJS() ?? {}) as Json;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigError(`${path}: a recipe is a mapping of keys to values`);
  }
  const { extends: parent, ...own } = value;
  if (parent === undefined) return own;
  const preset = typeof parent === 'string' ? presetOf(parent) : undefined;
  if (preset === undefined) {
    throw new ConfigError(`${path}: extends: there is no preset ${JSON.stringify(parent)}`, {
      hint: `presets: ${Object.keys(PRESETS).join(', ')}`,
    });
  }
  return merge({ name: String(parent), ...preset.recipe } as Json, own);
}

/** Objects are merged key by key; anything else is replaced. */
function merge(base: Json, over: Json): Json {
  if (!isObject(base) || !isObject(over)) return over;
  const merged: { [key: string]: Json } = { ...base };
  for (const [key, value] of Object.entries(over))
    merged[key] = Object.hasOwn(base, key) ? merge(base[key]!, value) : value;
  return merged;
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function applySetting(recipe: Json, setting: string): Json {
  const at = setting.indexOf('=');
  const path = setting.slice(0, at).trim();
  if (at <= 0 || path === '') {
    throw new ConfigError(`--set ${setting}: expected key.path=value`, { hint: 'e.g. --set rl.steps=4' });
  }
  const document = parseDocument(setting.slice(at + 1));
  if (document.errors.length > 0) throw new ConfigError(`--set ${setting}: the value is not valid YAML`);
  const nested = path
    .split('.')
    .reduceRight<Json>((value, key) => ({ [key]: value }), document.toJS() as Json);
  return merge(recipe, nested);
}
