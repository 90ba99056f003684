/** Findings as SARIF 2.1.0 (OASIS), the format that code scanners and forges exchange. */
import type { Severity } from '../verdict.ts';
import type { TextAnalysis } from './check-texts.ts';

export interface FileAnalysis extends TextAnalysis {
  /** As the user named it, or relative to the folder that was named. */
  readonly path: string;
}

const LEVELS = { low: 'note', medium: 'warning', high: 'error', critical: 'error' } as const;
/** GitHub reads `security-severity` on the CVSS scale: the middle of each band. */
const SECURITY_SEVERITY: Readonly<Record<Severity, string>> = {
  low: '2.0',
  medium: '5.5',
  high: '8.0',
  critical: '9.5',
};

/** One run of the tool, as a plain JSON value. */
export function toSarif(files: readonly FileAnalysis[], version: string): unknown {
  const findings = files.flatMap(({ findings: own }) => own.map(({ finding }) => finding));
  const rules = [...new Map(findings.map((finding) => [finding.rule, finding])).values()];
  const ruleIndex = new Map(rules.map(({ rule }, index) => [rule, index]));
  const failures = files.filter(({ failure }) => failure !== undefined);
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'purpcode',
            version,
            rules: rules.map(({ rule, help, cwes, severity, message }) => ({
              id: rule,
              shortDescription: { text: message },
              help: { text: help },
              properties: {
                tags: ['security', ...cwes.map((cwe) => `external/cwe/cwe-${cwe}`)],
                'security-severity': SECURITY_SEVERITY[severity],
              },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: failures.length === 0,
            toolExecutionNotifications: failures.map(({ path, failure }) => ({
              level: 'error',
              message: { text: `${path}: ${failure}` },
            })),
          },
        ],
        results: files.flatMap(({ path, findings: own }) =>
          own.map(({ finding, textLine }) => ({
            ruleId: finding.rule,
            ruleIndex: ruleIndex.get(finding.rule)!,
            level: LEVELS[finding.severity],
            message: { text: finding.message },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: toUri(path) },
                  region: { startLine: textLine, startColumn: finding.span.startColumn },
                },
              },
            ],
          })),
        ),
      },
    ],
  };
}

function toUri(path: string): string {
  return path.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
}
