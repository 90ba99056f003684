/** `purpcode oracle check`: the code-security oracle on files, for people and for CI. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { IoError, messageOf } from '../errors.ts';
import { SEVERITIES } from '../oracles/code-security/analyser.ts';
import { checkTexts } from '../oracles/code-security/check-texts.ts';
import { type FileAnalysis, toSarif } from '../oracles/code-security/sarif.ts';
import { snippetsOf, type TextSnippet, wholeProgram } from '../oracles/code-security/snippets.ts';
import { ANALYSERS, type AnalyserName } from '../oracles/config.ts';
import { openAnalysers } from '../oracles/oracles.ts';
import type { Severity } from '../oracles/verdict.ts';
import {
  guessLanguages,
  LANGUAGE_OF_EXTENSION,
  LANGUAGES,
  type Language,
} from '../transcripts/code-language.ts';
import { calibrateCommand } from './oracle-calibrate.ts';
import { ORACLES_OPTION, readOracleSettings } from './oracle-settings.ts';
import { packageVersion } from './package-version.ts';

const FORMATS = ['text', 'json', 'sarif'] as const;
const RESPONSE = 'response';
const EXIT = { clean: 0, findings: 1, undecided: 2 } as const;

interface CheckOptions {
  readonly format: (typeof FORMATS)[number];
  readonly json?: boolean;
  readonly severity?: Severity;
  readonly as?: Language | typeof RESPONSE;
  readonly oracles?: string;
  readonly analysers?: AnalyserName[];
  readonly rules?: string[];
  readonly enable?: string[];
  readonly disable?: string[];
  readonly semgrepRules?: string;
}

export function oracleCommand(): Command {
  const oracle = new Command('oracle').description('the verifiers that give rewards, by themselves');
  oracle
    .command('check')
    .description('find security weaknesses in source files and in the code of model responses')
    .argument('[paths...]', 'source files, .md responses, folders of both, or - for standard input', ['-'])
    .addOption(new Option('--format <format>', 'how findings are written').choices(FORMATS).default('text'))
    .option('--json', 'the same as --format json')
    .addOption(
      new Option('--severity <least>', 'the least severity that is a finding (default: "medium")').choices(
        SEVERITIES,
      ),
    )
    .addOption(
      new Option('--as <kind>', 'what the input is; by default by its name and looks').choices([
        RESPONSE,
        ...LANGUAGES,
      ]),
    )
    .option(...ORACLES_OPTION)
    .option('--analysers <names>', `of ${ANALYSERS.join(', ')}; default ruff,ast-grep`, analyserNames)
    .option('--rules <folder>', 'ast-grep rules of your own; may be repeated', collect)
    .option('--enable <rule>', 'count only these rules, as S608, ruff/S1* or py-*; may be repeated', collect)
    .option('--disable <rule>', 'do not count this rule; may be repeated', collect)
    .option('--semgrep-rules <config>', 'what Semgrep checks: a file, a folder, or a name such as p/python')
    .addHelpText('after', '\nExit codes: 0 clean, 1 findings, 2 could not decide.')
    .action(check);
  oracle.addCommand(calibrateCommand());
  return oracle;
}

function collect(value: string, list: readonly string[] = []): string[] {
  return [...list, value];
}

function analyserNames(text: string): AnalyserName[] {
  const names = text.split(',').map((name) => name.trim());
  const isKnown = (name: string): name is AnalyserName => (ANALYSERS as readonly string[]).includes(name);
  if (names.every(isKnown)) return names;
  throw new InvalidArgumentError(`There are ${ANALYSERS.join(', ')}.`);
}

async function check(paths: readonly string[], options: CheckOptions): Promise<void> {
  const { analysers, rules, enable, disable, semgrepRules, severity } = options;
  const config = readOracleSettings(options.oracles, {
    analysers,
    rules,
    enabledRules: enable,
    disabledRules: disable,
    semgrepRules,
    failAt: severity,
  });
  const sources = paths.flatMap(readSources);
  const texts = sources.map((source) => snippetsOfSource(source, options.as));
  const ensemble = await openAnalysers(config);
  try {
    const results = await checkTexts(texts, ensemble.analysers, config.failAt);
    const files = sources.map(({ path }, index): FileAnalysis => ({ path, ...results[index]! }));
    console.log(render(files, options.json ? 'json' : options.format));
    process.exitCode = exitCode(files);
  } finally {
    await ensemble.close();
  }
}

/** Findings are a decision, whatever else could not be read. */
function exitCode(files: readonly FileAnalysis[]): number {
  if (files.some(({ findings }) => findings.length > 0)) return EXIT.findings;
  return files.some(({ failure }) => failure !== undefined) ? EXIT.undecided : EXIT.clean;
}

interface Source {
  readonly path: string;
  readonly text: string;
}

const STDIN = '-';
const EXTENSIONS = [...LANGUAGE_OF_EXTENSION.keys(), '.md'];
const SKIPPED_FOLDERS = new Set(['node_modules', '__pycache__', 'venv', 'site-packages']);

/** @throws IoError when a path cannot be read or a folder holds nothing to check. */
function readSources(path: string): Source[] {
  try {
    if (path === STDIN) return [{ path: 'stdin', text: decode(readFileSync(0)) }];
    if (!statSync(path).isDirectory()) return [{ path, text: decode(readFileSync(path)) }];
    const files = filesBelow(path);
    if (files.length > 0) return files.map((file) => ({ path: file, text: decode(readFileSync(file)) }));
  } catch (error) {
    throw new IoError(`${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  throw new IoError(`${path} has no file to check`, {
    hint: `read are ${EXTENSIONS.join(' ')}`,
  });
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.') || SKIPPED_FOLDERS.has(entry.name)) return [];
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() && EXTENSIONS.includes(extensionOf(entry.name)) ? [path] : [];
  });
}

function extensionOf(path: string): string {
  return extname(path).toLowerCase();
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

/** A response is recognised by a fence or a heading at the start of a line, other text by its looks. */
function snippetsOfSource({ path, text }: Source, as: CheckOptions['as']): TextSnippet[] {
  const extension = extensionOf(path);
  const named = LANGUAGE_OF_EXTENSION.get(extension);
  const isResponse = extension === '.md' || (named === undefined && /^\s*(?:```|~~~|## )/m.test(text));
  const kind = as ?? named ?? (isResponse ? RESPONSE : looksLike(text));
  return kind === RESPONSE ? snippetsOf(text) : wholeProgram(text, kind);
}

function looksLike(text: string): Language {
  const { languages, sure } = guessLanguages(text, '');
  return sure ? languages[0]! : 'python';
}

function render(files: readonly FileAnalysis[], format: CheckOptions['format']): string {
  if (format === 'sarif') return JSON.stringify(toSarif(files, packageVersion()), undefined, 2);
  if (format === 'json') return JSON.stringify({ files: files.map(toJson) }, undefined, 2);
  const lines = files.flatMap((file) => [
    ...file.findings.map((found) => toLine(file.path, found)),
    ...failureLine(file),
  ]);
  return [...lines, summary(files)].join('\n');
}

function toJson({ path, findings, failure }: FileAnalysis): unknown {
  return {
    path,
    findings: findings.map(({ finding, textLine }) => ({
      line: textLine,
      column: finding.span.startColumn,
      rule: finding.rule,
      cwes: finding.cwes,
      severity: finding.severity,
      message: finding.message,
      help: finding.help,
      analyser: finding.analyser,
    })),
    ...(failure === undefined ? {} : { undecided: failure }),
  };
}

function toLine(path: string, { finding, textLine }: FileAnalysis['findings'][number]): string {
  const { rule, cwes, severity, message, help, span } = finding;
  const weakness = cwes.length === 0 ? '' : ` (CWE-${cwes[0]})`;
  return `${path}:${textLine}:${span.startColumn}: ${severity} ${rule}${weakness} ${message}\n    ${help}`;
}

function failureLine({ path, failure }: FileAnalysis): string[] {
  return failure === undefined ? [] : [`${path}: undecided: ${failure}`];
}

function summary(files: readonly FileAnalysis[]): string {
  const findings = files.reduce((sum, file) => sum + file.findings.length, 0);
  const undecided = files.filter(({ failure }) => failure !== undefined).length;
  const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;
  const rest = undecided === 0 ? '' : `, ${undecided} undecided`;
  return `${plural(findings, 'finding')} in ${plural(files.length, 'file')}${rest}`;
}
