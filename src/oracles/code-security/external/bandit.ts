/**
 * Bandit (https://bandit.readthedocs.io) over a batch of Python. Its severities are kept: LOW, MEDIUM and HIGH are
 * low, medium and high, UNDEFINED is medium. Ruff's S rules are ports of Bandit's B rules of the same number, so
 * our sourced CWEs of the twin come first and Bandit's own CWE after them.
 */
import { basename } from 'node:path';
import { z } from 'zod';
import { OracleError } from '../../../errors.ts';
import type { Severity } from '../../verdict.ts';
import type { Analyser, Finding } from '../analyser.ts';
import { RUFF_RULES } from '../ruff-rules.ts';
import {
  type BatchLimits,
  createBatchAnalyser,
  DEFAULT_LIMITS,
  type FileReport,
  readJson,
  type SnippetFile,
} from './batch.ts';
import { findTool } from './find-tool.ts';
import { spanInSnippet } from './positions.ts';
import { lastWords, runTool } from './process.ts';

export interface BanditOptions extends Partial<BatchLimits> {
  /** Default `bandit` on the PATH. */
  readonly command?: string;
}

/** No suppressions, every severity and confidence, the least of context; findings are no failure. */
const ARGUMENTS = ['-r', '.', '-f', 'json', '-q', '--ignore-nosec', '--exit-zero', '-n', '1'];

const SEVERITIES = {
  UNDEFINED: 'medium',
  LOW: 'low',
  MEDIUM: 'medium',
  HIGH: 'high',
} as const satisfies Record<string, Severity>;

const issueSchema = z.object({
  filename: z.string(),
  test_id: z.string().min(1),
  issue_text: z.string(),
  issue_severity: z.enum(['UNDEFINED', 'LOW', 'MEDIUM', 'HIGH']),
  issue_cwe: z.object({ id: z.int().nonnegative().optional() }),
  more_info: z.string(),
  line_number: z.int(),
  line_range: z.array(z.int()),
  col_offset: z.int(),
  end_col_offset: z.int(),
});
type Issue = z.infer<typeof issueSchema>;

const outputSchema = z.object({
  errors: z.array(z.object({ filename: z.string(), reason: z.string() })),
  /** A key for every file that Bandit looked at, and `_totals`. */
  metrics: z.record(z.string(), z.unknown()),
  results: z.array(issueSchema),
});

/** @throws PurpcodeError `missing-tool` when Bandit is not installed. */
export async function createBanditAnalyser(options: BanditOptions = {}): Promise<Analyser> {
  const { command } = await findTool('bandit', options.command);
  const limits = { ...DEFAULT_LIMITS, ...options };
  return createBatchAnalyser(
    {
      name: 'bandit',
      languages: ['python'],
      async scan(files, folder) {
        const output = await runTool({ ...limits, command, args: ARGUMENTS, cwd: folder });
        if (output.exitCode !== 0) {
          throw new OracleError(`bandit ended with code ${output.exitCode}: ${lastWords(output)}`);
        }
        return readBanditOutput(output.stdout, files);
      },
    },
    limits,
  );
}

/** @throws OracleError when the text is no report of Bandit's about these files. */
function readBanditOutput(text: string, files: readonly SnippetFile[]): Map<string, FileReport> {
  const parsed = outputSchema.safeParse(readJson('bandit', text));
  if (!parsed.success)
    throw new OracleError(`bandit's report has another shape: ${z.prettifyError(parsed.error)}`);
  const { errors, metrics, results } = parsed.data;
  const byName = new Map(files.map((file) => [file.name, file]));
  const unread = new Map(errors.map(({ filename, reason }) => [basename(filename), reason]));
  const findings = new Map<string, Finding[]>();
  for (const issue of results) {
    const file = byName.get(basename(issue.filename));
    if (file === undefined)
      throw new OracleError(`bandit reports on ${issue.filename}, which it was not given`);
    findings.set(file.name, [...(findings.get(file.name) ?? []), toFinding(issue, file)]);
  }
  const looked = new Set(Object.keys(metrics).map((path) => basename(path)));
  const reports = new Map<string, FileReport>();
  for (const { name } of files.filter((file) => looked.has(file.name) || unread.has(file.name))) {
    const reason = unread.get(name);
    const own = findings.get(name) ?? [];
    reports.set(name, reason === undefined ? { findings: own } : { findings: own, unread: reason });
  }
  return reports;
}

function toFinding(issue: Issue, file: SnippetFile): Finding {
  const twin = RUFF_RULES[issue.test_id.replace(/^B/, 'S')];
  const own = issue.issue_cwe.id ?? 0;
  const cwes = [...new Set([...(twin?.cwes ?? []), ...(own > 0 ? [own] : [])])];
  return {
    analyser: 'bandit',
    rule: issue.test_id,
    message: issue.issue_text,
    cwes,
    severity: SEVERITIES[issue.issue_severity],
    span: spanInSnippet(file, {
      startLine: issue.line_number,
      startByte: issue.col_offset,
      endLine: Math.max(issue.line_number, ...issue.line_range),
      endByte: issue.end_col_offset,
    }),
    help: twin?.help ?? `See ${issue.more_info}.`,
  };
}
