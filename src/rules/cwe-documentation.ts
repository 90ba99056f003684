/** What the CWE list says of a weakness beyond its description, as the documentation of a rule. */
import type { CweExample, CweWeakness } from './cwe-catalog.ts';
import { type Documentation, type RuleExample, sentence, shortened } from './rule-documentation.ts';

/** Nothing for an entry of the shipped table. */
export function documentationOf(weakness: CweWeakness | undefined): Documentation {
  if (weakness === undefined) return { paragraphs: [], examples: [] };
  return { paragraphs: paragraphsOf(weakness), examples: examplesOf(weakness) };
}

/** The most telling first. */
function paragraphsOf(weakness: CweWeakness): string[] {
  const { extendedDescription, consequences, mitigations, alternateTerms, background } = weakness;
  const inCode = mitigations.filter(({ phases }) => phases.includes('Implementation'));
  const others = mitigations.filter((mitigation) => !inCode.includes(mitigation));
  return [
    ...(extendedDescription === undefined ? [] : [shortened(extendedDescription)]),
    ...consequences
      .slice(0, 2)
      .map(({ scopes, impacts, note }) =>
        shortened(
          `Consequence (${scopes.join(', ')}): ${sentence(impacts.join(', '))}${note === undefined ? '' : ` ${note}`}`,
          400,
        ),
      ),
    ...[...inCode, ...others]
      .slice(0, 3)
      .map(({ description }) => shortened(`Mitigation: ${description}`, 500)),
    ...(alternateTerms.length === 0
      ? []
      : [shortened(`Also called ${alternateTerms.map(({ term }) => term).join('; ')}.`, 200)]),
    ...background.map((text) => shortened(text, 600)),
  ];
}

const FENCE_LABELS: Readonly<Record<string, string>> = { 'C++': 'cpp', 'C#': 'csharp', Shell: 'sh' };
const EXAMPLE_BYTES = 1_500;

/** The bad code of the list's examples, each with the good code that follows in the same example. */
function examplesOf(weakness: CweWeakness): RuleExample[] {
  return weakness.examples.flatMap(pairsOf).filter(({ bad }) => bad.length <= EXAMPLE_BYTES);
}

function pairsOf({ parts }: CweExample): RuleExample[] {
  const pairs: { language: string; bad: string; good?: string }[] = [];
  for (const part of parts) {
    if (part.kind === 'text') continue;
    const last = pairs.at(-1);
    if (part.nature === 'Bad') {
      const name = part.language ?? '';
      pairs.push({ language: FENCE_LABELS[name] ?? name.toLowerCase(), bad: part.code });
    } else if (part.nature === 'Good' && last !== undefined && part.code.length <= EXAMPLE_BYTES) {
      last.good ??= part.code;
    }
  }
  return pairs;
}
