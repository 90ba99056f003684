/**
 * CodeQL over a batch: a database and its security-extended suite per language, read as SARIF. Severity is the
 * band of a rule's `security-severity` on the CVSS scale, as GitHub shows it (9 critical, 7 high, 4 medium, else
 * low); without one the rule's level: error high, warning medium, else low. Go needs a build and PHP is unknown
 * to CodeQL: both are left to the others.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf, OracleError } from '../../../errors.ts';
import type { Severity } from '../../verdict.ts';
import type { Analyser, Finding, Span } from '../analyser.ts';
import type { Language } from '../language.ts';
import {
  type BatchLimits,
  createBatchAnalyser,
  DEFAULT_LIMITS,
  type FileReport,
  readJson,
  type SnippetFile,
} from './batch.ts';
import { findTool } from './find-tool.ts';
import { lastWords, runTool } from './process.ts';

export interface CodeqlOptions extends Partial<BatchLimits> {
  /** Default `codeql` on the PATH. */
  readonly command?: string;
}

/** CodeQL's name of the language. */
const CODEQL_LANGUAGES = {
  python: 'python',
  javascript: 'javascript',
  typescript: 'javascript',
  java: 'java',
  c: 'cpp',
  cpp: 'cpp',
  csharp: 'csharp',
  ruby: 'ruby',
  rust: 'rust',
} as const satisfies Partial<Record<Language, string>>;
type CodeqlLanguage = (typeof CODEQL_LANGUAGES)[keyof typeof CODEQL_LANGUAGES];

const ruleSchema = z.object({
  id: z.string(),
  shortDescription: z.object({ text: z.string() }).optional(),
  fullDescription: z.object({ text: z.string() }).optional(),
  defaultConfiguration: z.object({ level: z.string().optional() }).optional(),
  properties: z
    .object({ tags: z.array(z.string()).optional(), 'security-severity': z.string().optional() })
    .optional(),
});
type Rule = z.infer<typeof ruleSchema>;

const componentSchema = z.object({ rules: z.array(ruleSchema).default([]) });

const regionSchema = z.object({
  startLine: z.int().positive(),
  startColumn: z.int().positive().default(1),
  endLine: z.int().positive().optional(),
  endColumn: z.int().positive().optional(),
});
type Region = z.infer<typeof regionSchema>;

const locationSchema = z.object({
  physicalLocation: z.object({
    artifactLocation: z.object({ uri: z.string() }),
    region: regionSchema.optional(),
  }),
});

const resultSchema = z.object({
  ruleId: z.string().min(1),
  message: z.object({ text: z.string() }),
  locations: z.array(locationSchema).min(1),
});
type Result = z.infer<typeof resultSchema>;

const notificationSchema = z.object({
  descriptor: z.object({ id: z.string().default('') }).default({ id: '' }),
  level: z.string().default('warning'),
  message: z.object({ text: z.string().default('') }),
  locations: z.array(locationSchema).default([]),
});

const sarifSchema = z.object({
  runs: z
    .array(
      z.object({
        tool: z.object({ driver: componentSchema, extensions: z.array(componentSchema).default([]) }),
        invocations: z
          .array(z.object({ toolExecutionNotifications: z.array(notificationSchema).default([]) }))
          .default([]),
        results: z.array(resultSchema),
      }),
    )
    .min(1),
});
type Sarif = z.infer<typeof sarifSchema>;

/** @throws PurpcodeError `missing-tool` when CodeQL is not installed. */
export async function createCodeqlAnalyser(options: CodeqlOptions = {}): Promise<Analyser> {
  const { command } = await findTool('codeql', options.command);
  const limits = { ...DEFAULT_LIMITS, ...options };
  return createBatchAnalyser(
    {
      name: 'codeql',
      languages: Object.keys(CODEQL_LANGUAGES) as (keyof typeof CODEQL_LANGUAGES)[],
      async scan(files, folder, scratch) {
        const reports = new Map<string, FileReport>();
        for (const [language, own] of Map.groupBy(files, (file) => codeqlLanguage(file.language))) {
          const text = await analyseLanguage({ command, language, folder, scratch, limits });
          for (const [name, report] of readCodeqlSarif(text, own)) reports.set(name, report);
        }
        return reports;
      },
    },
    limits,
  );
}

function codeqlLanguage(language: Language): CodeqlLanguage {
  if (language in CODEQL_LANGUAGES) return CODEQL_LANGUAGES[language as keyof typeof CODEQL_LANGUAGES];
  throw new OracleError(`CodeQL does not analyse ${language}`);
}

interface LanguageRun {
  readonly command: string;
  readonly language: CodeqlLanguage;
  readonly folder: string;
  readonly scratch: string;
  readonly limits: BatchLimits;
}

/** @returns the report in SARIF. */
async function analyseLanguage({ command, language, folder, scratch, limits }: LanguageRun): Promise<string> {
  const [database, report] = [join(scratch, language), join(scratch, `${language}.sarif`)];
  const suite = `codeql/${language}-queries:codeql-suites/${language}-security-extended.qls`;
  const create = ['create', `--language=${language}`, `--source-root=${folder}`, '--build-mode=none'];
  const analyze = ['analyze', '--format=sarifv2.1.0', `--output=${report}`, '--ungroup-results'];
  for (const args of [
    [...create, '--threads=0', '--quiet', '--', database],
    [...analyze, '--threads=0', '--quiet', '--', database, suite],
  ]) {
    const output = await runTool({ ...limits, command, args: ['database', ...args], cwd: scratch });
    if (output.exitCode !== 0) {
      throw new OracleError(
        `codeql database ${args[0]} ended with code ${output.exitCode}: ${lastWords(output)}`,
      );
    }
  }
  try {
    const { size } = await stat(report);
    if (size <= limits.maxOutputBytes) return await readFile(report, 'utf8');
  } catch (cause) {
    throw new OracleError(`codeql left no report: ${messageOf(cause)}`, { cause });
  }
  throw new OracleError(`codeql wrote more than ${limits.maxOutputBytes} bytes`);
}

/**
 * The suite's own diagnostic queries list every file that was extracted, and the errors and warnings (a syntax
 * error is a warning) of the extraction.
 * @throws OracleError when the text is no report of CodeQL's about these files.
 */
function readCodeqlSarif(text: string, files: readonly SnippetFile[]): Map<string, FileReport> {
  const parsed = sarifSchema.safeParse(readJson('codeql', text));
  if (!parsed.success)
    throw new OracleError(`codeql's report has another shape: ${z.prettifyError(parsed.error)}`);
  const { extracted, unread } = extraction(parsed.data);
  const findings = findingsByFile(parsed.data, files);
  const reports = new Map<string, FileReport>();
  for (const { name } of files) {
    const own = findings.get(name) ?? [];
    const reason = unread.get(name);
    if (reason !== undefined) reports.set(name, { findings: own, unread: reason });
    else if (extracted.has(name)) reports.set(name, { findings: own });
  }
  return reports;
}

function extraction({ runs }: Sarif): { extracted: Set<string>; unread: Map<string, string> } {
  const extracted = new Set<string>();
  const unread = new Map<string, string>();
  const notifications = runs.flatMap((run) =>
    run.invocations.flatMap((one) => one.toolExecutionNotifications),
  );
  for (const { descriptor, level, message, locations } of notifications) {
    for (const { physicalLocation } of locations) {
      const name = physicalLocation.artifactLocation.uri;
      if (/\/diagnostics\/successfully-extracted-files$/.test(descriptor.id)) extracted.add(name);
      else if (level === 'error' || level === 'warning') unread.set(name, message.text);
    }
  }
  return { extracted, unread };
}

function findingsByFile({ runs }: Sarif, files: readonly SnippetFile[]): Map<string, Finding[]> {
  const byName = new Map(files.map((file) => [file.name, file]));
  const findings = new Map<string, Finding[]>();
  for (const { tool, results } of runs) {
    const rules = [tool.driver, ...tool.extensions].flatMap((component) => component.rules);
    const byId = new Map(rules.map((rule) => [rule.id, rule]));
    for (const result of results) {
      const { uri } = result.locations[0]!.physicalLocation.artifactLocation;
      const [file, rule] = [byName.get(uri), byId.get(result.ruleId)];
      if (file === undefined) throw new OracleError(`codeql reports on ${uri}, which it was not given`);
      if (rule === undefined) throw new OracleError(`codeql does not describe its rule ${result.ruleId}`);
      findings.set(uri, [...(findings.get(uri) ?? []), toFinding(result, rule)]);
    }
  }
  return findings;
}

function toFinding({ ruleId, message, locations }: Result, rule: Rule): Finding {
  const tags = rule.properties?.tags ?? [];
  const cwes = tags.flatMap((tag) => /^external\/cwe\/cwe-0*(\d+)$/.exec(tag)?.[1] ?? []).map(Number);
  const text = message.text.trim().replace(/\s+/g, ' ');
  return {
    analyser: 'codeql',
    rule: ruleId,
    message: text,
    cwes,
    severity: severityOf(rule),
    span: toSpan(locations[0]!.physicalLocation.region),
    help: rule.fullDescription?.text ?? rule.shortDescription?.text ?? text,
  };
}

/** SARIF leaves out what is the same as the start, and the whole region when the file is meant. */
function toSpan(region: Region | undefined): Span {
  const { startLine, startColumn } = region ?? { startLine: 1, startColumn: 1 };
  const endLine = region?.endLine ?? startLine;
  return { startLine, startColumn, endLine, endColumn: region?.endColumn ?? startColumn };
}

function severityOf({ properties, defaultConfiguration }: Rule): Severity {
  const score = Number(properties?.['security-severity'] ?? Number.NaN);
  if (!Number.isNaN(score))
    return score >= 9 ? 'critical' : score >= 7 ? 'high' : score >= 4 ? 'medium' : 'low';
  const level = defaultConfiguration?.level ?? 'warning';
  return level === 'error' ? 'high' : level === 'warning' ? 'medium' : 'low';
}
