/** Rule2Code (SPEC "Stage 0"): vulnerable code per rule, kept only when an analyser confirms the weakness. */
import { contentKey } from '../content-key.ts';
import {
  type Analyser,
  type AnalysisResult,
  type Finding,
  INVALID_SYNTAX,
  isAtLeast,
} from '../oracles/code-security/analyser.ts';
import type { Severity } from '../oracles/verdict.ts';
import type { Rule } from '../rules/rule.ts';
import { contextWindows, excerpt } from './context-windows.ts';
import { inOrder } from './in-order.ts';
import type { SeedCode, Synthesizer, VulnerableSeed } from './synthesizer.ts';

export interface RuleToCodeOptions {
  readonly rules: readonly Rule[];
  readonly synthesizer: Synthesizer;
  readonly analyser: Analyser;
  /** Turns per rule, each asking for another scenario. */
  readonly turns: number;
  /** Findings below it certify nothing: the oracle would let the same code pass. */
  readonly minSeverity?: Severity;
  /** Synthesizer calls at once. */
  readonly concurrency?: number;
  /** After every turn over all rules. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What became of a rule's turns: written = certified + rejected + undecided + repeated. */
export interface RuleToCodeCounts {
  readonly rule: string;
  readonly cwe: number;
  written: number;
  certified: number;
  /** The analyser found nothing of this rule, or the code does not parse. */
  rejected: number;
  /** The analyser failed; the code is not used. */
  undecided: number;
  /** Equal to the code of an earlier turn. */
  repeated: number;
}

export interface VulnerableCode {
  /** In order of turn, then rule. */
  readonly seeds: readonly VulnerableSeed[];
  /** One per rule, in order. */
  readonly counts: readonly Readonly<RuleToCodeCounts>[];
}

/** The analyser sees each turn's snippets of all rules as one batch. */
export async function ruleToCode(options: RuleToCodeOptions): Promise<VulnerableCode> {
  const { rules, synthesizer, analyser, turns, concurrency = 8, minSeverity = 'medium' } = options;
  const counts = rules.map(({ id, cwe }) => emptyCounts(id, cwe));
  const seen = rules.map(() => new Set<string>());
  const seeds: VulnerableSeed[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const written = await inOrder(rules, concurrency, (rule) => synthesizer.writeVulnerableCode(rule, turn));
    const fresh = written.flatMap((seed, ruleIndex) => {
      if (seed === undefined) return [];
      counts[ruleIndex]!.written++;
      if (seen[ruleIndex]!.has(seed.code)) {
        counts[ruleIndex]!.repeated++;
        return [];
      }
      seen[ruleIndex]!.add(seed.code);
      return [{ seed, ruleIndex }];
    });
    const results = await analyser.analyse(
      fresh.map(({ seed }) => ({ code: seed.code, language: 'python' })),
    );
    for (const [i, { seed, ruleIndex }] of fresh.entries()) {
      const rule = rules[ruleIndex]!;
      const verdict = certify(rule, results[i]!, minSeverity);
      counts[ruleIndex]![verdict.kind]++;
      if (verdict.kind === 'certified') seeds.push(seedOf(rule, seed, turn, verdict.findings));
    }
    options.onProgress?.((turn + 1) * rules.length, turns * rules.length);
  }
  return { seeds, counts };
}

type Certificate =
  | { readonly kind: 'certified'; readonly findings: readonly Finding[] }
  | { readonly kind: 'rejected' }
  | { readonly kind: 'undecided' };

/** Certified by at least one finding of the rule's own weakness or analyser rules, in code that parses. */
export function certify(rule: Rule, result: AnalysisResult, minSeverity: Severity): Certificate {
  if (result.kind === 'failed') return { kind: 'undecided' };
  if (result.findings.some((finding) => finding.rule === INVALID_SYNTAX)) return { kind: 'rejected' };
  const findings = result.findings.filter(
    (finding) =>
      isAtLeast(finding.severity, minSeverity) &&
      (finding.cwes.includes(rule.cwe) || rule.analyserRules.includes(finding.rule)),
  );
  return findings.length === 0 ? { kind: 'rejected' } : { kind: 'certified', findings };
}

function seedOf(rule: Rule, written: SeedCode, turn: number, findings: readonly Finding[]): VulnerableSeed {
  const ranges = findings.map(({ span }) => ({ start: span.startLine, end: span.endLine }));
  const windows = contextWindows(ranges, written.code.split('\n').length);
  return {
    ...written,
    key: contentKey({ code: written.code, rule: rule.id }),
    rule,
    turn,
    findings,
    excerpt: excerpt(written.code, windows),
  };
}

function emptyCounts(rule: string, cwe: number): RuleToCodeCounts {
  return { rule, cwe, written: 0, certified: 0, rejected: 0, undecided: 0, repeated: 0 };
}
