import { messageOf } from '../../errors.ts';
import type { Severity } from '../verdict.ts';
import {
  type Analyser,
  type AnalysisResult,
  type Finding,
  INVALID_SYNTAX,
  isAtLeast,
  reads,
  SEVERITIES,
  type Snippet,
  TOO_DEEP,
} from './analyser.ts';
import { blankLines, salvage } from './salvage.ts';
import { locate, type TextSnippet } from './snippets.ts';
import { neutraliseSuppressions } from './suppressions.ts';

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

/**
 * Analyses the snippets of many texts in one request per analyser; all analysers run side by side. Snippets
 * with the same code in the same language are analysed once.
 */
export async function checkTexts(
  texts: readonly (readonly TextSnippet[])[],
  analysers: readonly Analyser[],
  failAt: Severity,
): Promise<TextAnalysis[]> {
  const { distinct, indexOf } = distinctSnippets(texts.flat());
  const results = await analyseAll(analysers, distinct);
  await salvageUnparsed(analysers, distinct, results);
  return texts.map((snippets) =>
    collect(
      snippets,
      snippets.map((snippet) => results[indexOf(snippet)]!),
      failAt,
      unread(snippets, analysers),
    ),
  );
}

interface DistinctSnippet extends Snippet {
  /** Whether its syntax errors are findings wherever it stands. */
  readonly mustParse: boolean;
}

/** What analysers are given: without suppressions, each code once. */
function distinctSnippets(snippets: readonly TextSnippet[]) {
  const distinct: DistinctSnippet[] = [];
  const indices = new Map<string, number>();
  const keyOf = ({ language, code }: Snippet) => `${language} ${code}`;
  for (const snippet of snippets) {
    const { code, language, mustParse } = snippet;
    const known = indices.get(keyOf(snippet));
    if (known === undefined) {
      indices.set(keyOf(snippet), distinct.length);
      distinct.push({ code: neutraliseSuppressions(code), language, mustParse });
    } else if (!mustParse) distinct[known] = { ...distinct[known]!, mustParse };
  }
  return { distinct, indexOf: (snippet: Snippet) => indices.get(keyOf(snippet))! };
}

/** Rounds of taking out the lines that still do not parse. */
const MAX_SALVAGE_ROUNDS = 4;

/**
 * Analysers say nothing of code with a syntax error. Where that is no finding itself (prose between code, other
 * languages), what can be a statement by itself is analysed again; results[snippet][analyser] are replaced.
 */
async function salvageUnparsed(
  analysers: readonly Analyser[],
  snippets: readonly DistinctSnippet[],
  results: AnalysisResult[][],
): Promise<void> {
  const open = new Map<number, string>();
  for (const [index, { code, language, mustParse }] of snippets.entries()) {
    // The parsers of the other languages go on after an error.
    if (mustParse || language !== 'python') continue;
    if (brokenLines(results[index]!).size > 0) open.set(index, salvage(code.split('\n')));
  }
  for (let round = 0; round < MAX_SALVAGE_ROUNDS && open.size > 0; round++) {
    const indices = [...open.keys()];
    const again = await analyseAll(
      analysers,
      indices.map((index) => ({ ...snippets[index]!, code: open.get(index)! })),
    );
    for (const [at, index] of indices.entries()) {
      results[index] = results[index]!.map((before, analyser) => unite(before, again[at]![analyser]!));
      const broken = brokenLines(again[at]!);
      if (broken.size === 0) open.delete(index);
      else open.set(index, blankLines(open.get(index)!, broken));
    }
  }
}

function brokenLines(results: readonly AnalysisResult[]): Set<number> {
  const lines = new Set<number>();
  for (const result of results) {
    if (result.kind === 'failed') continue;
    for (const { rule, span } of result.findings) {
      if (rule !== INVALID_SYNTAX) continue;
      for (let line = span.startLine; line <= span.endLine; line++) lines.add(line);
    }
  }
  return lines;
}

function unite(before: AnalysisResult, after: AnalysisResult): AnalysisResult {
  if (before.kind === 'failed') return before;
  if (after.kind === 'failed') return after;
  return { kind: 'analysed', findings: [...before.findings, ...after.findings] };
}

function collect(
  snippets: readonly TextSnippet[],
  results: readonly (readonly AnalysisResult[])[],
  failAt: Severity,
  unread: string | undefined,
): TextAnalysis {
  const findings = new Map<string, LocatedFinding>();
  let failure = unread;
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

/** Why the code that a text offers is not looked at by anyone. */
function unread(snippets: readonly TextSnippet[], analysers: readonly Analyser[]): string | undefined {
  const missed = snippets.find(
    ({ language, mustParse }) => mustParse && !analysers.some((analyser) => reads(analyser, language)),
  );
  if (missed === undefined) return undefined;
  return `${missed.language} is read by none of the analysers (${analysers.map(({ name }) => name).join(', ')})`;
}

function counts(finding: Finding, snippet: TextSnippet, failAt: Severity): boolean {
  if (finding.rule === INVALID_SYNTAX) return snippet.mustParse;
  return finding.rule === TOO_DEEP || isAtLeast(finding.severity, failAt);
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
  if (result?.kind === 'failed') return result;
  if (result?.kind === 'analysed' && Array.isArray(result.findings) && result.findings.every(isFinding))
    return result;
  return { kind: 'failed', cause: 'the analyser gave something that is no result' };
}

/** Without a severity that we know, or a place, it would count for nothing. */
function isFinding(finding: Finding | undefined): boolean {
  return (
    typeof finding?.rule === 'string' &&
    SEVERITIES.includes(finding.severity) &&
    Number.isInteger(finding.span?.startLine) &&
    Number.isInteger(finding.span?.endLine)
  );
}
