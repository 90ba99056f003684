/**
 * Semgrep, or its fork Opengrep, over a batch with the rules that the user names. Rules' severities are kept:
 * CRITICAL, HIGH, MEDIUM and LOW as they are; of the older names ERROR is high, WARNING medium, INFO low. But where a
 * rule's own metadata say that it is not about security, or that it asks an auditor to look, its findings are low:
 * registries mix style, correctness and audit rules with rules that find weaknesses. CWEs come from `metadata.cwe`.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { ConfigError, OracleError } from '../../../errors.ts';
import type { Severity } from '../../verdict.ts';
import type { Analyser, Finding } from '../analyser.ts';
import { LANGUAGES, type Language } from '../language.ts';
import {
  type BatchLimits,
  createBatchAnalyser,
  DEFAULT_LIMITS,
  type FileReport,
  fileName,
  readJson,
  type SnippetFile,
} from './batch.ts';
import { findTool } from './find-tool.ts';
import { spanInSnippet } from './positions.ts';
import { lastWords, runTool } from './process.ts';

export interface SemgrepOptions extends Partial<BatchLimits> {
  /** Default `semgrep`, else `opengrep`, on the PATH. */
  readonly command?: string;
  /** A rule file, a folder of them, or a name in the registry (`p/…`, `r/…`, which needs the network). */
  readonly config: string;
}

/** Nothing is sent, nothing suppressed, nothing left out for its size; a rule may take this long on a file. */
const ARGUMENTS = [
  '--json',
  '--quiet',
  '--metrics=off',
  '--disable-version-check',
  '--disable-nosem',
  '--no-git-ignore',
  '--no-rewrite-rule-ids',
  '--max-target-bytes=0',
  '--timeout=20',
];

/**
 * A file of each language that every parser reads. Semgrep looks only at files that it has rules for: where it
 * looks at this one, it must look at every snippet of the language.
 */
const CANARIES: Readonly<Record<Language, string>> = {
  python: 'x = 1\n',
  javascript: 'let x = 1;\n',
  typescript: 'let x = 1;\n',
  java: 'class A {}\n',
  go: 'package a\n',
  c: 'int x;\n',
  cpp: 'int x;\n',
  csharp: 'class A {}\n',
  php: '<?php $x = 1;\n',
  ruby: 'x = 1\n',
  rust: 'fn f() {}\n',
};

const SEVERITIES = {
  CRITICAL: 'critical',
  HIGH: 'high',
  ERROR: 'high',
  MEDIUM: 'medium',
  WARNING: 'medium',
  LOW: 'low',
  INFO: 'low',
  INVENTORY: 'low',
  EXPERIMENT: 'low',
} as const satisfies Record<string, Severity>;

const placeSchema = z.object({ line: z.int(), col: z.int() });

const resultSchema = z.object({
  check_id: z.string().min(1),
  path: z.string(),
  start: placeSchema,
  end: placeSchema,
  extra: z.object({
    message: z.string(),
    severity: z.enum(Object.keys(SEVERITIES) as (keyof typeof SEVERITIES)[]),
    metadata: z
      .object({
        cwe: z.union([z.string(), z.array(z.string())]).optional(),
        references: z.array(z.string()).optional(),
        /** `security`, `correctness`, `best-practice`, ... in the registry's rules. */
        category: z.string().optional(),
        /** `vuln`, `audit`, `secure default`, ... */
        subcategory: z.union([z.string(), z.array(z.string())]).optional(),
      })
      .optional(),
  }),
});
type Result = z.infer<typeof resultSchema>;

const outputSchema = z.object({
  results: z.array(resultSchema),
  errors: z.array(
    z.object({ level: z.string(), message: z.string().default(''), path: z.string().optional() }),
  ),
  paths: z.object({
    scanned: z.array(z.string()),
    skipped: z.array(z.object({ path: z.string(), reason: z.string().default('') })).optional(),
  }),
});
type Output = z.infer<typeof outputSchema>;

/**
 * Its languages are those that the rules are for: code in another one was not looked at, which is not "no findings".
 * @throws PurpcodeError `missing-tool` when neither is installed; ConfigError when the rules are not there or are for
 *   none of our languages; OracleError when it does not work.
 */
export async function createSemgrepAnalyser(options: SemgrepOptions): Promise<Analyser> {
  const config = ruleSource(options.config);
  const { command } = await findTool('semgrep', options.command);
  const limits = { ...DEFAULT_LIMITS, ...options };
  const run = async (folder: string, scratch: string): Promise<string> => {
    const args = ['scan', `--config=${config}`, ...ARGUMENTS, '.'];
    const output = await runTool({ ...limits, command, args, cwd: folder, env: environment(scratch) });
    if (output.exitCode === 0) return output.stdout;
    throw new OracleError(`semgrep ended with code ${output.exitCode}: ${lastWords(output)}`);
  };
  const languages = await languagesOf(run);
  if (languages.length === 0) {
    throw new ConfigError(`the rules of Semgrep, ${options.config}, are for none of our languages`);
  }
  return createBatchAnalyser(
    {
      name: 'semgrep',
      languages,
      async scan(files, folder, scratch) {
        await writeCanaries(folder);
        return readSemgrepOutput(await run(folder, scratch), files);
      },
    },
    limits,
  );
}

type Run = (folder: string, scratch: string) => Promise<string>;

/** The languages that there are rules for: those whose canaries it looks at. */
async function languagesOf(run: Run): Promise<Language[]> {
  const root = await mkdtemp(join(tmpdir(), 'purpcode-'));
  try {
    const [folder, scratch] = [await mkdtemp(join(root, 'code-')), await mkdtemp(join(root, 'scratch-'))];
    await writeCanaries(folder);
    const output = readOutput(await run(folder, scratch));
    problems(output);
    const scanned = scannedFiles(output);
    return LANGUAGES.filter((language) => scanned.has(fileName('canary', language)));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function writeCanaries(folder: string): Promise<void> {
  for (const language of LANGUAGES) {
    await writeFile(join(folder, fileName('canary', language)), CANARIES[language]);
  }
}

function ruleSource(config: string): string {
  if (existsSync(config)) return resolve(config);
  if (/^[pr]\/[\w./-]+$/.test(config)) return config;
  throw new ConfigError(`the rules of Semgrep are not there: ${config}`, {
    hint: 'a rule file, a folder of them, or a name in its registry such as p/python',
  });
}

/** The user's settings and log stay as they are. */
function environment(scratch: string): Record<string, string> {
  return {
    SEMGREP_SETTINGS_FILE: join(scratch, 'settings.yml'),
    SEMGREP_LOG_FILE: join(scratch, 'semgrep.log'),
    SEMGREP_VERSION_CACHE_PATH: join(scratch, 'version'),
    SEMGREP_ENABLE_VERSION_CHECK: '0',
    SEMGREP_SEND_METRICS: 'off',
  };
}

/** @throws OracleError when the text is no report of Semgrep's about these files. */
function readSemgrepOutput(text: string, files: readonly SnippetFile[]): Map<string, FileReport> {
  const output = readOutput(text);
  const unread = problems(output);
  const findings = findingsByFile(output.results, files);
  const scanned = scannedFiles(output);
  const reports = new Map<string, FileReport>();
  for (const { name } of files) {
    const own = findings.get(name) ?? [];
    const reason = unread.get(name);
    if (reason !== undefined) reports.set(name, { findings: own, unread: reason });
    else if (scanned.has(name)) reports.set(name, { findings: own });
  }
  if (!LANGUAGES.some((language) => scanned.has(fileName('canary', language)))) {
    throw new OracleError('semgrep looked at no file');
  }
  return reports;
}

/** @throws OracleError */
function readOutput(text: string): Output {
  const parsed = outputSchema.safeParse(readJson('semgrep', text));
  if (parsed.success) return parsed.data;
  throw new OracleError(`semgrep's report has another shape: ${z.prettifyError(parsed.error)}`);
}

function scannedFiles({ paths }: Output): Set<string> {
  return new Set(paths.scanned.map(plainName));
}

/** By file name, why it was not or not wholly read. @throws OracleError for what is wrong with the whole run. */
function problems({ errors, paths }: Output): Map<string, string> {
  const unread = new Map<string, string>();
  for (const { path, reason } of paths.skipped ?? []) unread.set(plainName(path), `skipped, ${reason}`);
  for (const { level, message, path } of errors) {
    const [line = ''] = message.split('\n');
    if (path !== undefined) unread.set(plainName(path), line);
    else if (level !== 'info') throw new OracleError(`semgrep: ${line}`, { hint: 'semgrep --validate' });
  }
  return unread;
}

function findingsByFile(results: readonly Result[], files: readonly SnippetFile[]): Map<string, Finding[]> {
  const byName = new Map(files.map((file) => [file.name, file]));
  const findings = new Map<string, Finding[]>();
  for (const result of results) {
    const name = plainName(result.path);
    const file = byName.get(name);
    if (file !== undefined) findings.set(name, [...(findings.get(name) ?? []), toFinding(result, file)]);
    else if (!name.startsWith('canary.')) {
      throw new OracleError(`semgrep reports on ${result.path}, which it was not given`);
    }
  }
  return findings;
}

function plainName(path: string): string {
  return path.replace(/^\.[\\/]/, '');
}

function toFinding({ check_id, start, end, extra }: Result, file: SnippetFile): Finding {
  const { cwe = [], references = [] } = extra.metadata ?? {};
  const numbers = [cwe].flat().flatMap((text) => /CWE-(\d+)/i.exec(text)?.[1] ?? []);
  const message = extra.message.trim().replace(/\s+/g, ' ');
  return {
    analyser: 'semgrep',
    rule: check_id,
    message,
    cwes: [...new Set(numbers.map(Number))].filter((number) => number > 0),
    severity: isAboutWeaknesses(extra.metadata) ? SEVERITIES[extra.severity] : 'low',
    // Semgrep counts UTF-8 bytes from 1.
    span: spanInSnippet(file, {
      startLine: start.line,
      startByte: start.col - 1,
      endLine: end.line,
      endByte: end.col - 1,
    }),
    help: references[0] === undefined ? message : `See ${references[0]}.`,
  };
}

/** By its own words; a rule without such metadata, as one's own, is taken at its severity. */
function isAboutWeaknesses(metadata: Result['extra']['metadata']): boolean {
  const { category = 'security', subcategory = [] } = metadata ?? {};
  const kinds = [subcategory].flat();
  return category === 'security' && (!kinds.includes('audit') || kinds.includes('vuln'));
}
