/** Certified snippets as the seeds that Vul2Prompt takes. */
import { contentKey } from '../../content-key.ts';
import { areRelated } from '../../oracles/code-security/agreement.ts';
import type { Finding } from '../../oracles/code-security/analyser.ts';
import type { Rule } from '../../rules/rule.ts';
import { contextWindows, excerpt } from '../context-windows.ts';
import type { VulnerableSeed } from '../synthesizer.ts';
import type { CertifiedSnippet } from './certify-corpus.ts';
import type { Origin } from './snippet.ts';

/** The rule of a library that a finding breaks, by its analyser's rule or its weakness. */
export type RuleFor = (finding: Finding) => Rule | undefined;

export interface CorpusSeeds {
  /** One a snippet, in order. */
  readonly seeds: readonly VulnerableSeed[];
  /** Certified, but the library has no rule for any of their findings. */
  readonly withoutRule: readonly CertifiedSnippet[];
}

export function seedsFrom(certified: readonly CertifiedSnippet[], ruleFor: RuleFor): CorpusSeeds {
  const seeds: VulnerableSeed[] = [];
  const withoutRule: CertifiedSnippet[] = [];
  for (const own of certified) {
    const seed = seedOf(own, ruleFor);
    if (seed === undefined) withoutRule.push(own);
    else seeds.push(seed);
  }
  return { seeds, withoutRule };
}

/**
 * Its rule is that of the finding that the source has labelled, or else of the most severe one; findings of that rule
 * come first, for provenance names the first.
 */
function seedOf({ snippet, findings }: CertifiedSnippet, ruleFor: RuleFor): VulnerableSeed | undefined {
  const { code, origin, cwes } = snippet;
  const ruled = findings.flatMap((finding) => {
    const rule = ruleFor(finding);
    return rule === undefined ? [] : [{ finding, rule }];
  });
  const chosen =
    ruled.find(({ finding }) => finding.cwes.some((cwe) => cwes.includes(cwe))) ??
    ruled.find(({ finding }) => areRelated(finding.cwes, cwes)) ??
    ruled[0];
  if (chosen === undefined) return undefined;
  const { rule } = chosen;
  const own = ruled.flatMap((other) => (other.rule.id === rule.id ? [other.finding] : []));
  const rest = findings.filter((finding) => !own.includes(finding));
  const ranges = findings.map(({ span }) => ({ start: span.startLine, end: span.endLine }));
  return {
    code,
    family: familyOf(origin),
    slots: {},
    key: contentKey({ code, rule: rule.id }),
    rule,
    turn: 0,
    findings: [...own, ...rest],
    excerpt: excerpt(code, contextWindows(ranges, code.split('\n').length)),
    origin: {
      ...origin,
      labels: cwes,
      ...(snippet.translatedFrom !== undefined && { translatedFrom: snippet.translatedFrom }),
    },
  };
}

/** Code of one fix is one family: its functions share the mistake, and must not be on both sides of a split. */
function familyOf({ source, place, url, advisory }: Origin): string {
  return `${source}/${advisory ?? url ?? place}`;
}
