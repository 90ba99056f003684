/** The rules of a language, read and checked when the language is first met. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NapiConfig } from '@ast-grep/napi';
import { ConfigError, IoError, messageOf } from '../../../errors.ts';
import type { Language } from '../language.ts';
import { asciiClasses } from './ascii-classes.ts';
import type { Grammars } from './languages.ts';
import { type CompiledFlow, compileFlows } from './python/flow.ts';
import { type RuleFile, readRules } from './rule-file.ts';
import { type IsTriggered, indexTriggers } from './triggers.ts';

/** A rule as ast-grep takes it. */
export interface PatternRule {
  readonly file: RuleFile;
  readonly config: NapiConfig;
}

export interface RuleSet {
  readonly patterns: readonly PatternRule[];
  /** What of the rules the code can be about. */
  readonly triggeredIn: (code: string) => IsTriggered;
  /** Undefined where the language has no flow rules. */
  readonly flows: CompiledFlow<RuleFile> | undefined;
}

/** @throws ConfigError for a malformed rule. @throws IoError when this installation lacks the language's rules. */
export function loadRuleSet(language: Language, extra: readonly string[], grammars: Grammars): RuleSet {
  const files = readRules([...ownFolders(language), ...extra]).filter(({ languages }) =>
    languages.includes(language),
  );
  const root = grammars.parse(language, '').root;
  const patterns = files
    .filter(({ rule }) => rule !== undefined)
    .map((file) => {
      const config = toConfig(file);
      try {
        root.findAll(config);
      } catch (cause) {
        throw new ConfigError(`${file.id}: rule: ${messageOf(cause)}`, {
          cause,
          hint: "see ast-grep's rule reference; kinds are those of the language's tree-sitter grammar",
        });
      }
      return { file, config };
    });
  const flows = files.flatMap((rule) => (rule.flow === undefined ? [] : [{ rule, flow: rule.flow }]));
  const triggeredIn = indexTriggers(files);
  return { patterns, triggeredIn, flows: flows.length === 0 ? undefined : compileFlows(flows) };
}

function toConfig({ rule, constraints, utils }: RuleFile): NapiConfig {
  return withAsciiClasses({
    rule: rule ?? {},
    ...(constraints !== undefined && { constraints: constraints as NonNullable<NapiConfig['constraints']> }),
    ...(utils !== undefined && { utils: utils as NonNullable<NapiConfig['utils']> }),
  });
}

/** The same rules with every `regex` in ASCII. */
function withAsciiClasses<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withAsciiClasses) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [
    key,
    key === 'regex' && typeof inner === 'string' ? asciiClasses(inner) : withAsciiClasses(inner),
  ]);
  return Object.fromEntries(entries) as T;
}

/** Rules of JavaScript that hold for TypeScript too lie with JavaScript's; the same for C and C++. */
const SHARED: Partial<Record<Language, readonly Language[]>> = {
  typescript: ['javascript'],
  cpp: ['c'],
};

function ownFolders(language: Language): string[] {
  const rules = rulesFolder();
  const folders = [...(SHARED[language] ?? []), language].map((name) => join(rules, name)).filter(existsSync);
  if (folders.length > 0) return folders;
  throw new IoError(`${join(rules, language)} is missing from this installation`, {
    hint: 'install purpcode again',
  });
}

/** The rules that come with purpcode. The depth below them differs between source and built package. */
export function rulesFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let depth = 0; depth < 6; depth++) {
    const path = join(folder, 'assets', 'rules');
    if (existsSync(path)) return path;
    folder = dirname(folder);
  }
  throw new IoError('assets/rules is missing from this installation', { hint: 'install purpcode again' });
}
