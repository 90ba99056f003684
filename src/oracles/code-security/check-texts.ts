import { messageOf } from '../../errors.ts';
import type { Severity } from '../verdict.ts';
import {
  type Analyser,
  type AnalysisResult,
  type Finding,
  INVALID_SYNTAX,
  isAtLeast,
  type Snippet,
} from './analyser.ts';
import { locate, type TextSnippet } from './snippets.ts';

/** What the analysers, together, say of the snippets of one text. */
export interface TextAnalysis {
  /** Findings of at least the wanted severity, one per rule and place. */
  readonly findings: readonly LocatedFinding[];
  /** Why an analyser could not read a part of the text. */
  readonly failure?: string;
}

export interface LocatedFinding {
  readonly finding: Finding;
  /** 1-based line in the code block. */
  readonly blockLine: number;
  /** 1-based line in the text. */
  readonly textLine: number;
}

/** Analyses the snippets of many texts in one request per analyser; all analysers run side by side. */
export async function checkTexts(
  texts: readonly (readonly TextSnippet[])[],
  analysers: readonly Analyser[],
  failAt: Severity,
): Promise<TextAnalysis[]> {
  const results = await analyseAll(analysers, texts.flat());
  let next = 0;
  return texts.map((snippets) => {
    next += snippets.length;
    return collect(snippets, results.slice(next - snippets.length, next), failAt);
  });
}

function collect(
  snippets: readonly TextSnippet[],
  results: readonly (readonly AnalysisResult[])[],
  failAt: Severity,
): TextAnalysis {
  const findings = new Map<string, LocatedFinding>();
  let failure: string | undefined;
  for (const [index, snippet] of snippets.entries()) {
    for (const result of results[index]!) {
      if (result.kind === 'failed') failure ??= result.cause;
      else {
        for (const finding of result.findings) {
          if (!counts(finding, snippet, failAt)) continue;
          const { block, line } = locate(snippet, finding.span.startLine);
          const textLine = block.line + line - 1;
          const key = `${finding.rule} ${textLine}`;
          if (!findings.has(key)) findings.set(key, { finding, blockLine: line, textLine });
        }
      }
    }
  }
  const sorted = [...findings.values()].sort((a, b) => a.textLine - b.textLine);
  return failure === undefined ? { findings: sorted } : { findings: sorted, failure };
}

function counts(finding: Finding, snippet: TextSnippet, failAt: Severity): boolean {
  return finding.rule === INVALID_SYNTAX ? snippet.mustParse : isAtLeast(finding.severity, failAt);
}

/** results[snippet][analyser]. An analyser that throws has failed on everything. */
async function analyseAll(
  analysers: readonly Analyser[],
  snippets: readonly Snippet[],
): Promise<AnalysisResult[][]> {
  const byAnalyser = await Promise.all(analysers.map((analyser) => analyseSafely(analyser, snippets)));
  return snippets.map((_snippet, index) => byAnalyser.map((results) => results[index]!));
}

async function analyseSafely(analyser: Analyser, snippets: readonly Snippet[]): Promise<AnalysisResult[]> {
  const failed = (cause: string) => snippets.map((): AnalysisResult => ({ kind: 'failed', cause }));
  try {
    const results = await analyser.analyse(snippets);
    if (Array.isArray(results) && results.length === snippets.length) return results.map(readResult);
    return failed(`${analyser.name} did not give one result per snippet`);
  } catch (error) {
    return failed(`${analyser.name} failed: ${messageOf(error)}`);
  }
}

/** Malformed output is a failure, never "no findings". */
function readResult(result: AnalysisResult | undefined): AnalysisResult {
  if (result?.kind === 'failed' || (result?.kind === 'analysed' && Array.isArray(result.findings)))
    return result;
  return { kind: 'failed', cause: 'the analyser gave something that is no result' };
}
