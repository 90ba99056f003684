/** Rule2Code (SPEC "Stage 0"): vulnerable code per rule, kept only when an analyser confirms the weakness. */
import { contentKey } from '../content-key.ts';
import { mapConcurrent } from '../models/map-concurrent.ts';
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

/** What became of one turn of a rule. `declined`: the synthesizer had nothing to offer. */
export interface CodeTurn {
  readonly rule: string;
  readonly cwe: number;
  /** From 0. */
  readonly turn: number;
  readonly outcome: 'certified' | 'rejected' | 'undecided' | 'repeated' | 'declined';
}

export interface VulnerableCode {
  /** In order of turn, then rule. */
  readonly seeds: readonly VulnerableSeed[];
  /** One per rule, in order. */
  readonly counts: readonly Readonly<RuleToCodeCounts>[];
  /** One per turn and rule, in this order. */
  readonly turns: readonly CodeTurn[];
}

interface RuleState {
  readonly rule: Rule;
  readonly counts: RuleToCodeCounts;
  /** What was written so far, each once. */
  readonly previous: SeedCode[];
}

/** The analyser sees each turn's snippets of all rules as one batch. */
export async function ruleToCode(options: RuleToCodeOptions): Promise<VulnerableCode> {
  const { rules, synthesizer, analyser, turns, concurrency = 8, minSeverity = 'medium' } = options;
  const states = rules.map((rule): RuleState => ({ rule, counts: emptyCounts(rule), previous: [] }));
  const seeds: VulnerableSeed[] = [];
  const record: CodeTurn[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const written = await Array.fromAsync(
      mapConcurrent(states, { limit: concurrency }, ({ rule, previous }, _index, signal) =>
        synthesizer.writeVulnerableCode(rule, turn, { previous: [...previous], signal }),
      ),
    );
    const fresh = states.map(({ previous }, index) => newSeed(written[index], previous));
    const certificates = await certifyAll(states, fresh, analyser, minSeverity);
    for (const [index, { rule, counts, previous }] of states.entries()) {
      const seed = fresh[index];
      const certificate = certificates[index];
      const outcome = certificate?.kind ?? (written[index] === undefined ? 'declined' : 'repeated');
      record.push({ rule: rule.id, cwe: rule.cwe, turn, outcome });
      if (outcome === 'declined') continue;
      counts.written++;
      counts[outcome]++;
      if (seed === undefined) continue;
      previous.push(seed);
      if (certificate?.kind === 'certified') seeds.push(seedOf(rule, seed, turn, certificate.findings));
    }
    options.onProgress?.((turn + 1) * rules.length, turns * rules.length);
  }
  return { seeds, counts: states.map(({ counts }) => counts), turns: record };
}

function newSeed(seed: SeedCode | undefined, previous: readonly SeedCode[]): SeedCode | undefined {
  return previous.some(({ code }) => code === seed?.code) ? undefined : seed;
}

/** One per rule, undefined where there is no seed. */
async function certifyAll(
  states: readonly RuleState[],
  seeds: readonly (SeedCode | undefined)[],
  analyser: Analyser,
  minSeverity: Severity,
): Promise<(Certificate | undefined)[]> {
  const snippets = seeds.flatMap((seed) =>
    seed === undefined ? [] : [{ code: seed.code, language: 'python' }],
  );
  const results = (await analyser.analyse(snippets)).values();
  return states.map(({ rule }, index) =>
    seeds[index] === undefined ? undefined : certify(rule, results.next().value!, minSeverity),
  );
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

function emptyCounts({ id, cwe }: Rule): RuleToCodeCounts {
  return { rule: id, cwe, written: 0, certified: 0, rejected: 0, undecided: 0, repeated: 0 };
}
