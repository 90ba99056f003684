/**
 * Several analysers as one: which rules count, from which severity, and how many analysers must agree. Union by
 * default, because analysers miss much more than they flag wrongly (docs/decisions/0010-analysers.md).
 */
import { ConfigError, messageOf } from '../../errors.ts';
import type { Severity } from '../verdict.ts';
import { areRelated } from './agreement.ts';
import {
  type Analyser,
  type AnalysisResult,
  type Finding,
  isAboutReading,
  isAtLeast,
  languagesOf,
  reads,
  type Snippet,
  TOO_DEEP,
} from './analyser.ts';

export interface EnsembleOptions {
  readonly analysers: readonly Analyser[];
  /** When given, only rules that one of these patterns names count: `S101`, `ruff/S1*`, `py-*`. Default: all. */
  readonly enabledRules?: readonly string[];
  /** These do not count, whatever is enabled. */
  readonly disabledRules?: readonly string[];
  /** Findings below it are dropped; default low: all count. */
  readonly minSeverity?: Severity;
  /**
   * `union`: what any analyser finds. A number: what at least so many analysers find, by CWE or its family, at
   * most two lines apart (or all of them, where fewer read the language); then `minSeverity` must be the severity that decides, for a finding outweighs the
   * failure of another analyser. Default union.
   */
  readonly agreement?: 'union' | number;
}

/** How far apart two analysers may see the same mistake: one names the call, the other its argument. */
const NEAR_LINES = 2;

/**
 * The analysers to hand to an oracle. Under union one for one, so that each keeps its own results and failures;
 * under agreement a single one. That code does not parse is never switched off, nor put to the vote.
 * @throws ConfigError for no analyser, an empty pattern, or more votes than analysers.
 */
export function createEnsemble(options: EnsembleOptions): Analyser[] {
  const { analysers, agreement = 'union' } = options;
  if (analysers.length === 0) throw new ConfigError('an ensemble needs at least one analyser');
  const counts = findingFilter(options);
  const filtered = analysers.map(
    (analyser): Analyser => ({
      ...analyser,
      analyse: async (snippets) =>
        (await analyser.analyse(snippets)).map((result) => filterFindings(result, counts)),
    }),
  );
  if (agreement === 'union' || agreement === 1) return filtered;
  if (!Number.isInteger(agreement) || agreement < 1 || agreement > analysers.length) {
    throw new ConfigError(`${agreement} of ${analysers.length} analysers cannot agree`, {
      hint: `'union', or a number from 1 to ${analysers.length}`,
    });
  }
  return [agreeing(filtered, agreement)];
}

function filterFindings(result: AnalysisResult, counts: (finding: Finding) => boolean): AnalysisResult {
  return result.kind === 'failed' ? result : { kind: 'analysed', findings: result.findings.filter(counts) };
}

function findingFilter(options: EnsembleOptions): (finding: Finding) => boolean {
  const { enabledRules, disabledRules = [], minSeverity = 'low' } = options;
  const enabled = enabledRules?.map(rulePattern);
  const disabled = disabledRules.map(rulePattern);
  return (finding) => {
    if (isAboutReading(finding)) return true;
    const matches = (pattern: RegExp) => names(pattern, finding);
    if (!isAtLeast(finding.severity, minSeverity) || disabled.some(matches)) return false;
    return enabled === undefined || enabled.some(matches);
  };
}

type RuleName = Pick<Finding, 'analyser' | 'rule'>;

function names(pattern: RegExp, { analyser, rule }: RuleName): boolean {
  return pattern.test(rule) || pattern.test(`${analyser}/${rule}`);
}

/** Patterns that name none of the rules: as the only ones enabled they would let everything pass. */
export function patternsWithoutRule(patterns: readonly string[], rules: readonly RuleName[]): string[] {
  return patterns.filter((text) => {
    const pattern = rulePattern(text);
    return !rules.some((rule) => names(pattern, rule));
  });
}

/** `*` stands for any characters, `?` for one; the whole name must match. */
function rulePattern(pattern: string): RegExp {
  const text = pattern.trim();
  if (text === '')
    throw new ConfigError('a rule pattern is empty', { hint: 'for example S101, ruff/S1* or py-*' });
  const escaped = text.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}

function agreeing(analysers: readonly Analyser[], votes: number): Analyser {
  const languages = languagesOf(analysers);
  return {
    name: analysers.map(({ name }) => name).join('+'),
    ...(languages === undefined ? {} : { languages }),
    async analyse(snippets) {
      const runs = await Promise.all(analysers.map((analyser) => runSafely(analyser, snippets)));
      return snippets.map(({ language }, index) =>
        combine(
          runs.map((results) => results[index] ?? { kind: 'failed', cause: 'an analyser gave no result' }),
          // More than there are readers could never agree, and everything would pass.
          Math.min(votes, analysers.filter((analyser) => reads(analyser, language)).length),
        ),
      );
    },
  };
}

async function runSafely(analyser: Analyser, snippets: readonly Snippet[]): Promise<AnalysisResult[]> {
  try {
    return await analyser.analyse(snippets);
  } catch (error) {
    const cause = `${analyser.name} failed: ${messageOf(error)}`;
    return snippets.map(() => ({ kind: 'failed', cause }));
  }
}

/** What enough analysers agree on. A failed one could have added its vote: without agreement nothing is known. */
function combine(results: readonly AnalysisResult[], votes: number): AnalysisResult {
  const byAnalyser = results.map((result) => (result.kind === 'analysed' ? result.findings : []));
  const all = byAnalyser.flat();
  const agreed = all.filter((finding) => !isAboutReading(finding) && support(finding, byAnalyser) >= votes);
  const failure = results.find((result) => result.kind === 'failed');
  const unread = all.filter(isAboutReading);
  if (failure !== undefined && agreed.length === 0 && !unread.some(({ rule }) => rule === TOO_DEEP))
    return failure;
  return { kind: 'analysed', findings: [...agreed, ...unread] };
}

/** How many analysers see the finding's mistake, its own included. */
function support(finding: Finding, byAnalyser: readonly (readonly Finding[])[]): number {
  return byAnalyser.filter((findings) =>
    findings.some((other) => other === finding || isSameMistake(finding, other)),
  ).length;
}

function isSameMistake({ cwes, span }: Finding, other: Finding): boolean {
  const apart = Math.max(span.startLine - other.span.endLine, other.span.startLine - span.endLine, 0);
  return apart <= NEAR_LINES && areRelated(cwes, other.cwes);
}
