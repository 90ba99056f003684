/** What of the corpus the analysers confirm (SPEC "Vulnerable-code corpus"); only that becomes a seed. */
import { areRelated } from '../../oracles/code-security/agreement.ts';
import {
  type Analyser,
  type AnalysisResult,
  type Finding,
  INVALID_SYNTAX,
  isAtLeast,
  SEVERITIES,
} from '../../oracles/code-security/analyser.ts';
import { neutraliseSuppressions } from '../../oracles/code-security/suppressions.ts';
import type { Severity } from '../../oracles/verdict.ts';
import type { CorpusSnippet } from './snippet.ts';

/**
 * Whether the findings mean what the source says: a weakness in common (`same`), one of the same family (`related`,
 * src/oracles/code-security/agreement.ts), none (`different`), or the source names none (`unlabelled`).
 */
export type LabelAgreement = 'same' | 'related' | 'different' | 'unlabelled';

export interface CertifiedSnippet {
  readonly snippet: CorpusSnippet;
  /** Those that count, never empty: the most severe first, then by line. */
  readonly findings: readonly Finding[];
  /** The most telling weakness of each finding, in their order, each once. */
  readonly cwes: readonly number[];
  readonly agreement: LabelAgreement;
}

export interface UndecidedSnippet {
  readonly snippet: CorpusSnippet;
  readonly cause: string;
}

export interface Certification {
  readonly certified: readonly CertifiedSnippet[];
  /** An analyser failed on them: they are used for nothing, and not rejected either. */
  readonly undecided: readonly UndecidedSnippet[];
  readonly rejected: readonly RejectedSnippet[];
}

export interface RejectedSnippet {
  readonly snippet: CorpusSnippet;
  /** `clean`: no finding that counts. */
  readonly reason: Rejection;
}

export type Rejection = 'clean' | 'invalid-syntax';

export interface CertifyOptions {
  /** The ensemble, e.g. `unionOf(openAnalysers(...).analysers)`. */
  readonly analyser: Analyser;
  /** Findings below it certify nothing: the oracle would let the same code pass. */
  readonly minSeverity?: Severity;
  /** Snippets in one request to the analyser. */
  readonly batch?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

const DEFAULT_BATCH = 256;

export async function certifySnippets(
  snippets: readonly CorpusSnippet[],
  options: CertifyOptions,
): Promise<Certification> {
  const { analyser, minSeverity = 'medium', batch = DEFAULT_BATCH, onProgress } = options;
  const certified: CertifiedSnippet[] = [];
  const undecided: UndecidedSnippet[] = [];
  const rejected: RejectedSnippet[] = [];
  for (let from = 0; from < snippets.length; from += batch) {
    const part = snippets.slice(from, from + batch);
    const results = await analyser.analyse(
      // Code of the wild says `# nosec` where a finding was known and lived with.
      part.map(({ code, language }) => ({ code: neutraliseSuppressions(code), language })),
    );
    for (const [index, snippet] of part.entries()) {
      const result = results[index] ?? { kind: 'failed', cause: `${analyser.name} gave no result` };
      const verdict = certificateOf(snippet, result, minSeverity);
      if (verdict.kind === 'certified') certified.push(verdict.certified);
      else if (verdict.kind === 'undecided') undecided.push({ snippet, cause: verdict.cause });
      else rejected.push({ snippet, reason: verdict.reason });
    }
    onProgress?.(Math.min(from + batch, snippets.length), snippets.length);
  }
  return { certified, undecided, rejected };
}

type Certificate =
  | { readonly kind: 'certified'; readonly certified: CertifiedSnippet }
  | { readonly kind: 'undecided'; readonly cause: string }
  | { readonly kind: 'rejected'; readonly reason: Rejection };

function certificateOf(snippet: CorpusSnippet, result: AnalysisResult, minSeverity: Severity): Certificate {
  if (result.kind === 'failed') return { kind: 'undecided', cause: result.cause };
  if (result.findings.some(({ rule }) => rule === INVALID_SYNTAX))
    return { kind: 'rejected', reason: 'invalid-syntax' };
  const findings = result.findings
    .filter(({ severity, cwes }) => isAtLeast(severity, minSeverity) && cwes.length > 0)
    .sort((a, b) => weight(b) - weight(a) || a.span.startLine - b.span.startLine);
  if (findings.length === 0) return { kind: 'rejected', reason: 'clean' };
  const cwes = [...new Set(findings.map((finding) => finding.cwes[0]!))];
  const agreement = agreementOf(
    snippet.cwes,
    findings.flatMap((finding) => finding.cwes),
  );
  return { kind: 'certified', certified: { snippet, findings, cwes, agreement } };
}

function weight({ severity }: Finding): number {
  return SEVERITIES.indexOf(severity);
}

function agreementOf(labels: readonly number[], found: readonly number[]): LabelAgreement {
  if (labels.length === 0) return 'unlabelled';
  if (labels.some((cwe) => found.includes(cwe))) return 'same';
  return areRelated(labels, found) ? 'related' : 'different';
}
