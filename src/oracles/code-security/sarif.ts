/**
 * Findings as SARIF 2.1.0 (OASIS), the format that code scanners and forges exchange. One run, so that a forge shows
 * one tool; every analyser is an extension of it that holds its rules, as CodeQL's query packs are.
 */
import { createHash } from 'node:crypto';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Location, Log, Notification, ReportingDescriptor, Result, ToolComponent } from 'sarif';
import { type CweTable, loadCweTable } from '../../rules/cwe.ts';
import type { Severity } from '../verdict.ts';
import { type Finding, INVALID_SYNTAX } from './analyser.ts';
import type { LocatedFinding, TextAnalysis } from './check-texts.ts';

export interface FileAnalysis extends TextAnalysis {
  /** As the user named it, or relative to the folder that was named. */
  readonly path: string;
}

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
const HOME = 'https://www.npmjs.com/package/purpcode';
const LEVELS = { low: 'note', medium: 'warning', high: 'error', critical: 'error' } as const;
/** GitHub reads `security-severity` on the CVSS scale: the middle of each band. */
const SECURITY_SEVERITY: Readonly<Record<Severity, string>> = {
  low: '2.0',
  medium: '5.5',
  high: '8.0',
  critical: '9.5',
};
const UNDECIDED: ReportingDescriptor = {
  id: 'undecided',
  shortDescription: { text: 'A part of the file could not be analysed.' },
  defaultConfiguration: { level: 'error' },
};

/** @param version of purpcode. */
export function toSarif(files: readonly FileAnalysis[], version: string): Log {
  const found = files.flatMap(({ findings }) => findings.map(({ finding }) => finding));
  const extensions = toExtensions(found);
  const undecided = files.flatMap(toNotification);
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'purpcode',
            version,
            informationUri: HOME,
            rules: [],
            notifications: [UNDECIDED],
          },
          extensions,
        },
        // GitHub's category, which tells the tools of one commit apart; no id of a single run.
        automationDetails: { id: 'purpcode/' },
        columnKind: 'utf16CodeUnits',
        invocations: [{ executionSuccessful: undecided.length === 0, toolExecutionNotifications: undecided }],
        results: files.flatMap((file) => toResults(file, extensions)),
      },
    ],
  };
}

/** One per analyser, with the rules that it found broken; both in the order of their first finding. */
function toExtensions(findings: readonly Finding[]): ToolComponent[] {
  const table = loadCweTable();
  return [...Map.groupBy(findings, ({ analyser }) => analyser)].map(([name, own]) => {
    const rules = new Map<string, Finding>();
    for (const finding of own) if (!rules.has(finding.rule)) rules.set(finding.rule, finding);
    return { name, rules: [...rules.values()].map((finding) => toRule(finding, table)) };
  });
}

/** A rule is described by its weakness: the message of one finding may be about that code alone. */
function toRule({ rule, help, cwes, severity, message }: Finding, table: CweTable): ReportingDescriptor {
  const weaknesses = cwes.flatMap((cwe) => table.get(cwe) ?? []);
  const [first] = weaknesses;
  const title = first?.name ?? (rule === INVALID_SYNTAX ? 'Code that does not parse' : message);
  const links = weaknesses.map(({ id, name }) => ({ text: `CWE-${id}: ${name}`, uri: cweUri(id) }));
  return {
    id: rule,
    shortDescription: { text: title },
    fullDescription: { text: first?.description ?? title },
    help: {
      text: [help, ...links.map(({ text, uri }) => `${text} (${uri})`)].join('\n'),
      markdown: [help, '', ...links.map(({ text, uri }) => `- [${text}](${uri})`)].join('\n').trimEnd(),
    },
    ...(first === undefined ? {} : { helpUri: cweUri(first.id) }),
    defaultConfiguration: { level: LEVELS[severity] },
    properties: {
      tags: ['security', ...cwes.map((cwe) => `external/cwe/cwe-${String(cwe).padStart(3, '0')}`)],
      'security-severity': SECURITY_SEVERITY[severity],
    },
  };
}

function cweUri(cwe: number): string {
  return `https://cwe.mitre.org/data/definitions/${cwe}.html`;
}

function toResults({ path, findings }: FileAnalysis, extensions: readonly ToolComponent[]): Result[] {
  const seen = new Map<string, number>();
  return findings.map((located): Result => {
    const { analyser, rule, message, severity } = located.finding;
    const component = extensions.findIndex(({ name }) => name === analyser);
    const index = extensions[component]?.rules?.findIndex(({ id }) => id === rule) ?? -1;
    // What stays the same when lines move; equal findings in a file are told apart by their order.
    const identity = JSON.stringify([path, analyser, rule, message]);
    const nth = seen.get(identity) ?? 0;
    seen.set(identity, nth + 1);
    return {
      ruleId: rule,
      rule: { id: rule, index, toolComponent: { index: component, name: analyser } },
      level: LEVELS[severity],
      message: { text: withoutLinks(message) },
      locations: [toLocation(path, located)],
      partialFingerprints: { 'finding/v1': `${createHash('sha256').update(identity).digest('hex')}:${nth}` },
    };
  });
}

/** Messages quote the code, and `[text](target)` in one would be a link (SARIF 3.11.6). */
function withoutLinks(message: string): string {
  return message.replaceAll('](', '] (');
}

function toLocation(path: string, { finding: { span }, textLine }: LocatedFinding): Location {
  return {
    physicalLocation: {
      artifactLocation: { uri: toUri(path) },
      region: {
        startLine: textLine,
        startColumn: span.startColumn,
        endLine: textLine + span.endLine - span.startLine,
        endColumn: span.endColumn,
      },
    },
  };
}

function toNotification({ path, failure }: FileAnalysis): Notification[] {
  if (failure === undefined) return [];
  return [
    {
      descriptor: { id: UNDECIDED.id, index: 0 },
      level: 'error',
      message: { text: withoutLinks(`${path}: ${failure}`) },
      locations: [{ physicalLocation: { artifactLocation: { uri: toUri(path) } } }],
    },
  ];
}

function toUri(path: string): string {
  if (isAbsolute(path)) return pathToFileURL(path).href;
  return path.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
}
