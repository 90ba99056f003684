/** Settings as users write them: a YAML file, and `key.path=value` options that change single ones of it. */
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { ConfigError } from '../errors.ts';
import { readText } from '../runs/files.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** @throws ConfigError naming file and line; IoError */
export function readSettings(path: string): { [key: string]: Json } {
  const document = parseDocument(readText(path), { prettyErrors: true });
  const [error] = document.errors;
  if (error) {
    const line = error.linePos?.[0].line;
    throw new ConfigError(`${path}${line === undefined ? '' : `:${line}`}: ${error.message.split('\n')[0]}`, {
      hint: 'recipes and settings are YAML or JSON',
    });
  }
  const value = (document.toJS() ?? {}) as Json;
  if (isObject(value)) return value;
  throw new ConfigError(`${path}: a file of settings is a mapping of keys to values`);
}

/** Objects are merged key by key; anything else is replaced. */
export function merge(base: Json, over: Json): Json {
  if (!isObject(base) || !isObject(over)) return over;
  const merged: { [key: string]: Json } = { ...base };
  for (const [key, value] of Object.entries(over))
    merged[key] = Object.hasOwn(base, key) ? merge(base[key]!, value) : value;
  return merged;
}

/** @param setting `key.path=value`; the value is read as YAML. @throws ConfigError */
export function applySetting(settings: Json, setting: string): Json {
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
  return merge(settings, nested);
}

/** Every fault with its key, in one line. */
export function describeIssues({ issues }: z.ZodError): string {
  return issues.map(describeIssue).join('; ');
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `unknown key ${path === '' ? key : `${path}.${key}`}`).join(', ');
  }
  return `${path}: ${issue.message}`;
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
