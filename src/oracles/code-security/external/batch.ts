/**
 * From snippets to files that an installed analyser reads, and back: one process per batch, in a private folder
 * that is removed afterwards. What the tool could not read is never "no findings".
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, OracleError } from '../../../errors.ts';
import type { Analyser, AnalysisResult, Finding, Snippet } from '../analyser.ts';
import { LANGUAGES, type Language } from '../language.ts';
import { neutraliseSuppressions } from '../suppressions.ts';
import { createSyntaxCheck } from './parsers.ts';

/** A snippet as the tool gets it. */
export interface SnippetFile {
  /** File name in the batch's folder. */
  readonly name: string;
  readonly language: Language;
  /** As analysed: suppressions neutralised at the same length, `prefix` not in it. */
  readonly code: string;
  /** Stands before the code in the file's first line. */
  readonly prefix: string;
}

/** What a tool says of one file. */
export interface FileReport {
  readonly findings: readonly Finding[];
  /** Why it could not read the file, or a part of it. */
  readonly unread?: string;
}

export interface BatchTool {
  readonly name: string;
  readonly languages: readonly Language[];
  /**
   * Runs the tool over the folder, which holds exactly these files. A file without a report was missed.
   * @param scratch an empty folder beside it, for what the tool writes.
   * @throws when the run as a whole says nothing.
   */
  scan(files: readonly SnippetFile[], folder: string, scratch: string): Promise<Map<string, FileReport>>;
}

/** Limits of one process; what exceeds them fails. */
export interface BatchLimits {
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
}

export const DEFAULT_LIMITS: BatchLimits = { timeoutMs: 300_000, maxOutputBytes: 256 * 2 ** 20 };

/** As in ruff.ts: what is longer is not analysed but undecided. */
const MAX_CHARACTERS = 1_000_000;
/** A batch whose run fails is halved to find the snippet that is to blame, with at most this many runs more. */
const MAX_RETRIES = 24;

const EXTENSIONS: Readonly<Record<Language, string>> = {
  python: 'py',
  javascript: 'js',
  typescript: 'ts',
  java: 'java',
  go: 'go',
  c: 'c',
  cpp: 'cpp',
  csharp: 'cs',
  php: 'php',
  ruby: 'rb',
  rust: 'rs',
};

/** The name of a file with a snippet. Nothing of the snippet is in it. */
export function fileName(stem: string, language: Language): string {
  return `${stem}.${EXTENSIONS[language]}`;
}

export function createBatchAnalyser(tool: BatchTool, { timeoutMs }: BatchLimits): Analyser {
  const checkSyntax = createSyntaxCheck(tool.name);
  return {
    name: tool.name,
    languages: tool.languages,
    async analyse(snippets) {
      const batch: Batch = { tool, retries: MAX_RETRIES, deadline: performance.now() + 2 * timeoutMs };
      const files = snippets.map((snippet, index) => toFile(tool, snippet, index));
      const readable = files.filter((file) => file !== undefined && file.code.length <= MAX_CHARACTERS);
      const reports = await scanAll(batch, readable as SnippetFile[]);
      return snippets.map(({ code }, index): AnalysisResult => {
        const file = files[index];
        if (file === undefined) return { kind: 'analysed', findings: [] };
        if (code.length > MAX_CHARACTERS)
          return failed(`the code is longer than ${MAX_CHARACTERS} characters`);
        return toResult(tool.name, file, reports.get(file.name), checkSyntax);
      });
    },
  };
}

interface Batch {
  readonly tool: BatchTool;
  /** By the clock of `performance.now()`: past it nothing is tried again. */
  readonly deadline: number;
  retries: number;
}

function toFile(tool: BatchTool, { code, language }: Snippet, index: number): SnippetFile | undefined {
  const known = LANGUAGES.find((candidate) => candidate === language);
  if (known === undefined || !tool.languages.includes(known)) return undefined;
  // Without its tag PHP is markup to every parser.
  const prefix = known === 'php' && !/<\?(?:php|=)/i.test(code) ? '<?php ' : '';
  const neutral = neutraliseSuppressions(code);
  return { name: fileName(`s${index}`, known), language: known, code: neutral, prefix };
}

/** What does not parse is a finding; what only the tool cannot read leaves the snippet undecided. */
function toResult(
  tool: string,
  file: SnippetFile,
  report: FileReport | undefined,
  checkSyntax: ReturnType<typeof createSyntaxCheck>,
): AnalysisResult {
  if (report === undefined) return failed(`${tool} did not report on the snippet`);
  let syntax: Finding[];
  try {
    syntax = checkSyntax(file.code, file.language);
  } catch (error) {
    return failed(`the parser of ${file.language} crashed: ${messageOf(error)}`);
  }
  if (report.unread !== undefined && syntax.length === 0) {
    return failed(`${tool} could not read the snippet: ${report.unread}`);
  }
  return { kind: 'analysed', findings: [...report.findings, ...syntax] };
}

function failed(cause: string): AnalysisResult {
  return { kind: 'failed', cause };
}

async function scanAll(batch: Batch, files: readonly SnippetFile[]): Promise<Map<string, FileReport>> {
  if (files.length === 0) return new Map();
  try {
    return await scanOnce(batch.tool, files);
  } catch (error) {
    const unread = messageOf(error);
    const again = files.length > 1 && batch.retries >= 2 && performance.now() < batch.deadline;
    if (!again) return new Map(files.map(({ name }) => [name, { findings: [], unread }]));
    batch.retries -= 2;
    const middle = Math.ceil(files.length / 2);
    const first = await scanAll(batch, files.slice(0, middle));
    return new Map([...first, ...(await scanAll(batch, files.slice(middle)))]);
  }
}

async function scanOnce(tool: BatchTool, files: readonly SnippetFile[]): Promise<Map<string, FileReport>> {
  const root = await mkdtemp(join(tmpdir(), 'purpcode-'));
  try {
    const [folder, scratch] = [await mkdtemp(join(root, 'code-')), await mkdtemp(join(root, 'scratch-'))];
    for (const { name, prefix, code } of files) await writeFile(join(folder, name), prefix + code);
    return await tool.scan(files, folder, scratch);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** What a tool printed, as JSON. @throws OracleError when it is none. */
export function readJson(tool: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new OracleError(`${tool} printed no JSON: ${messageOf(error)}`, { cause: error });
  }
}
