/** Rules are data: one YAML file each, ast-grep's rule language and what we add to it (docs/guides/writing-rules.md). */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { ConfigError, messageOf } from '../../../errors.ts';
import { LANGUAGES, type Language } from '../language.ts';
import { flowSchema } from './python/flow-schema.ts';

const PREFIXES: Readonly<Record<Language, string>> = {
  python: 'py',
  javascript: 'js',
  typescript: 'js',
  java: 'java',
  go: 'go',
  c: 'c',
  cpp: 'cpp',
  csharp: 'cs',
  php: 'php',
  ruby: 'rb',
  rust: 'rs',
};

const line = z.string().regex(/^\S.*$/, 'must be one line');
const languageSchema = z.enum(LANGUAGES);
const ruleObject = z.record(z.string(), z.unknown());

/** The file of a rule. */
const ruleSchema = z.strictObject({
  /** The file's name, with the prefix of the language: `py-tar-extractall`. */
  id: z.string().regex(/^[a-z]+(?:-[a-z0-9]+)+$/),
  language: z.union([languageSchema, z.array(languageSchema).min(1)]),
  /** CWE numbers, the most telling one first. */
  cwe: z.array(z.int().positive()).min(1),
  /** As in ruff-rules.ts: `low` flags so much safe code that it must not decide a reward. */
  severity: z.enum(['low', 'medium', 'high', 'critical']),
  message: line,
  /** What to do instead. */
  help: line,
  /** What goes wrong; when it is flagged and when not; source. */
  note: z.string().min(1),
  /** The rule is tried only in code that has one of these. */
  triggers: z.array(z.string().min(1)).min(1),
  /** ast-grep's rule, and beside it ast-grep's constraints and utilities. */
  rule: ruleObject.optional(),
  constraints: ruleObject.optional(),
  utils: ruleObject.optional(),
  /** Instead of `rule`, or beside it: sources and sinks. Python only. */
  flow: flowSchema.optional(),
  /** Code that this rule must flag, and code that it must not. */
  bad: z.array(z.string().min(1)).min(1),
  good: z.array(z.string().min(1)).min(1),
});

export type RuleFile = z.infer<typeof ruleSchema> & { readonly languages: readonly Language[] };

/**
 * Reads every rule of the folders, in the order of their names.
 * @throws ConfigError that names the file and the field.
 */
export function readRules(folders: readonly string[]): RuleFile[] {
  const files = new Map<string, string>();
  const rules: RuleFile[] = [];
  for (const path of folders.flatMap(ruleFiles)) {
    const rule = readRule(path);
    const other = files.get(rule.id);
    if (other !== undefined) throw new ConfigError(`${path}: ${other} has the same id, ${rule.id}`);
    files.set(rule.id, path);
    rules.push(rule);
  }
  return rules;
}

function ruleFiles(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch (cause) {
    throw new ConfigError(`the folder of rules ${folder} cannot be read`, {
      cause,
      hint: 'name a folder that holds rule files, <id>.yml',
    });
  }
  return names
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

function readRule(path: string): RuleFile {
  const fail = (problem: string, cause?: unknown): never => {
    throw new ConfigError(`${path}: ${problem}`, { cause, hint: 'see docs/guides/writing-rules.md' });
  };
  let value: unknown;
  try {
    const document = parseDocument(readFileSync(path, 'utf8'), { prettyErrors: true });
    if (document.errors[0] !== undefined) throw document.errors[0];
    value = document.toJS();
  } catch (cause) {
    return fail(messageOf(cause), cause);
  }
  const parsed = ruleSchema.safeParse(value);
  if (!parsed.success) {
    return fail(
      parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`).join('; '),
    );
  }
  const rule = parsed.data;
  const languages = Array.isArray(rule.language) ? rule.language : [rule.language];
  if (basename(path).replace(/\.ya?ml$/, '') !== rule.id) fail(`id: ${rule.id} is not the file's name`);
  if (!rule.id.startsWith(`${PREFIXES[languages[0]!]}-`))
    fail(`id: must begin with ${PREFIXES[languages[0]!]}-`);
  if (rule.rule === undefined && rule.flow === undefined) fail('rule: is missing');
  if (rule.flow !== undefined && languages.some((language) => language !== 'python'))
    fail('flow: is for Python only');
  return { ...rule, languages };
}
