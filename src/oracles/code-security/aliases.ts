/**
 * Other names for functions that analysers look for, in languages whose rules go by names: the names are put back.
 * Python's aliases are followed by its own rules, which know scopes; here a name is what it was once said to be.
 */
import type { Language } from '../../transcripts/code-language.ts';

/** The code with the names that its aliases stand for. */
export function withoutAliases(code: string, language: Language): string {
  if (language === 'javascript' || language === 'typescript') return plainScript(code);
  if (language === 'php') return plainPhp(code);
  return language === 'ruby' ? plainRuby(code) : code;
}

const SCRIPT_NAMES =
  'eval|Function|exec|execSync|execFile|execFileSync|spawn|spawnSync|setTimeout|setInterval|write|writeln|require';
const SUBSCRIPT = /([\w$)\]])\[(['"`])([A-Za-z_$][\w$]{0,60})\2\]/g;
const GLOBAL = /\b(?:globalThis|window|global|self)\.(?=(?:eval|Function|setTimeout|setInterval)\b)/g;
const ASSIGNED = new RegExp(
  `\\b(?:const|let|var)\\s{1,9}([A-Za-z_$][\\w$]{0,60})\\s{0,9}=\\s{0,9}((?:[A-Za-z_$][\\w$]{0,60}\\.){0,3}(?:${SCRIPT_NAMES}))\\s{0,9}[;,\\n]`,
  'g',
);
const RENAMED = new RegExp(
  `\\b(${SCRIPT_NAMES})\\s{0,9}(?::|\\bas\\b)\\s{0,9}([A-Za-z_$][\\w$]{0,60})(?=\\s{0,9}[,}])`,
  'g',
);

/** `tools = require('child_process')`, `import * as tools from 'node:vm'`. */
const MODULE =
  /\b(?:const|let|var)\s{1,9}([A-Za-z_]\w{0,60})\s{0,9}=\s{0,9}require\(\s{0,9}['"](?:node:)?(child_process|vm)['"]|\bimport\s{1,9}(?:\*\s{1,9}as\s{1,9})?([A-Za-z_]\w{0,60})\s{1,9}from\s{1,9}['"](?:node:)?(child_process|vm)['"]/g;

function plainScript(code: string): string {
  const modules = new Map(
    [...code.matchAll(MODULE)].map((match) => [match[1] ?? match[3]!, match[2] ?? match[4]!]),
  );
  const direct =
    modules.size === 0
      ? code
      : code.replace(/(?<![\w$.])[A-Za-z_]\w*(?=\.|\[['"`])/g, (name) => modules.get(name) ?? name);
  const named = direct
    .replace(SUBSCRIPT, (_found, before: string, _quote, name: string) => `${before}.${name}`)
    .replace(GLOBAL, '');
  const names = new Map<string, string>();
  for (const match of named.matchAll(ASSIGNED)) names.set(match[1]!, match[2]!);
  const isModule = /\brequire\(|\bimport\b/.test(named);
  const plain = isModule
    ? named.replace(RENAMED, (_found, name: string, other: string) => {
        names.set(other, name);
        return name;
      })
    : named;
  return withSources(renamed(plain, names));
}

/** A name for what the address or another page says. */
const SOURCE =
  /\b(?:const|let|var)\s{1,9}([A-Za-z_]\w{0,60})\s{0,9}=\s{0,9}([^;\n]{0,200}\b(?:location\.(?:search|hash|href)|document\.(?:URL|referrer)|window\.name)\b[^;\n]{0,200})/g;
const MARKUP = /(\.(?:inner|outer)HTML\s{0,9}\+?=\s{0,9})([A-Za-z_]\w{0,60})(?=\s{0,9}(?:[;\n}]|$))/g;

/** Rules look at one expression: what a page shows as markup is written out where its name is all that is said. */
function withSources(code: string): string {
  if (!code.includes('HTML')) return code;
  const sources = new Map([...code.matchAll(SOURCE)].map((match) => [match[1]!, match[2]!.trim()]));
  return code.replace(MARKUP, (found, before: string, name: string) => {
    const source = sources.get(name);
    return source === undefined ? found : before + source;
  });
}

function renamed(code: string, names: ReadonlyMap<string, string>): string {
  if (names.size === 0) return code;
  // Properties of that name, and declarations, are something else.
  return code.replace(/(?<![\w$.])[A-Za-z_$][\w$]*(?=\s{0,9}\()/g, (name) => names.get(name) ?? name);
}

const PHP_NAMES = 'system|exec|shell_exec|passthru|popen|proc_open|eval|assert|unserialize|create_function';
const PHP_ASSIGNED = new RegExp(`\\$(\\w{1,60})\\s{0,9}=\\s{0,9}(['"])(${PHP_NAMES})\\2\\s{0,9};`, 'gi');
const PHP_CALLED = new RegExp(
  `\\bcall_user_func(?:_array)?\\s{0,9}\\(\\s{0,9}(['"])(${PHP_NAMES})\\1\\s{0,9},\\s{0,9}`,
  'gi',
);

function plainPhp(code: string): string {
  const names = new Map([...code.matchAll(PHP_ASSIGNED)].map((match) => [match[1]!, match[3]!]));
  const called = code.replace(PHP_CALLED, (_found, _quote, name: string) => `${name}(`);
  if (names.size === 0) return called;
  return called.replace(/\$(\w{1,60})(?=\s{0,9}\()/g, (found, name: string) => names.get(name) ?? found);
}

const RUBY_NAMES = 'eval|system|exec|spawn|instance_eval|class_eval';
const RUBY_SENT = new RegExp(
  `(?:\\b[A-Z]\\w{0,40}\\.|\\bself\\.)?\\b(?:send|public_send|__send__)\\s{0,9}\\(?\\s{0,9}[:'"]{1,2}(${RUBY_NAMES})['"]?\\s{0,9},\\s{0,9}`,
  'g',
);
const RUBY_METHOD = new RegExp(`\\bmethod\\(:(${RUBY_NAMES})\\)\\.call(?=\\()`, 'g');

function plainRuby(code: string): string {
  return code
    .replace(RUBY_SENT, (found, name: string) => (found.includes('(') ? `${name}(` : `${name} `))
    .replace(RUBY_METHOD, '$1');
}
