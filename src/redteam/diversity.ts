/** How different generated texts are from each other, and how often generated code was certified. */
import { Random } from '../random.ts';
import { wordsOf } from './hygiene/minhash.ts';
import type { CodeTurn } from './rule-to-code.ts';

export interface Diversity {
  readonly texts: number;
  /** distinct[n - 1] for n = 1, 2, 3; null where no text has n words. */
  readonly distinct: readonly (number | null)[];
  /** null for fewer than two texts. */
  readonly meanPairwiseJaccard: number | null;
}

export function diversityOf(texts: readonly string[], seed: number | string): Diversity {
  return {
    texts: texts.length,
    distinct: [1, 2, 3].map((n) => distinctN(texts, n)),
    meanPairwiseJaccard: meanPairwiseJaccard(texts, seed),
  };
}

/**
 * Distinct n-grams of words over all n-grams, of all texts together (Li et al. 2016, "distinct-n"): 1 when none
 * occurs twice. It falls as texts are added: compare corpora of about the same size.
 */
export function distinctN(texts: readonly string[], n: number): number | null {
  const seen = new Set<string>();
  let total = 0;
  for (const text of texts) {
    const words = wordsOf(text);
    for (let at = 0; at + n <= words.length; at++, total++) seen.add(words.slice(at, at + n).join(' '));
  }
  return total === 0 ? null : seen.size / total;
}

/** All pairs of so many texts are compared (two million pairs, less than a second); of more texts a sample. */
const MOST_TEXTS = 2_000;

/**
 * Mean Jaccard similarity of the sets of words of two texts, over all pairs of them: 0 when no two share a word, 1
 * when all have the same words. Texts without words are left out.
 * @param seed of the sample above 2,000 texts.
 */
export function meanPairwiseJaccard(
  texts: readonly string[],
  seed: number | string,
  mostTexts: number = MOST_TEXTS,
): number | null {
  const sample =
    texts.length <= mostTexts ? texts : new Random(seed, 'diversity').shuffle(texts).slice(0, mostTexts);
  const sets = sample.map((text) => new Set(wordsOf(text))).filter(({ size }) => size > 0);
  /** Earlier texts with a word. */
  const textsWith = new Map<string, number[]>();
  let sum = 0;
  for (const [at, words] of sets.entries()) {
    const shared = new Uint32Array(at);
    for (const word of words) {
      const others = textsWith.get(word) ?? [];
      for (const other of others) shared[other]!++;
      others.push(at);
      textsWith.set(word, others);
    }
    for (const [other, both] of shared.entries()) sum += both / (words.size + sets[other]!.size - both);
  }
  const pairs = (sets.length * (sets.length - 1)) / 2;
  return pairs === 0 ? null : sum / pairs;
}

export interface CertificationRate {
  /** Turns that the synthesizer was asked for. */
  readonly asked: number;
  readonly certified: number;
  /** Looked at by the analyser, with a result: certified and rejected ones. */
  readonly decided: number;
  /** certified / decided; null when nothing was decided. */
  readonly rate: number | null;
  /** certified / asked: what a call brings. */
  readonly yield: number;
}

export interface CertificationRates {
  readonly overall: CertificationRate;
  /** By rule id, in the order of their first turns. */
  readonly byRule: Readonly<Record<string, CertificationRate>>;
  /** byTurn[turn]: falls when a rule runs out of scenarios. */
  readonly byTurn: readonly CertificationRate[];
}

export function certificationRates(turns: readonly CodeTurn[]): CertificationRates {
  const byTurn = Map.groupBy(turns, ({ turn }) => turn);
  const byRule = Map.groupBy(turns, ({ rule }) => rule);
  const last = Math.max(-1, ...byTurn.keys());
  return {
    overall: rateOf(turns),
    byRule: Object.fromEntries([...byRule].map(([rule, own]) => [rule, rateOf(own)])),
    byTurn: Array.from({ length: last + 1 }, (_, turn) => rateOf(byTurn.get(turn) ?? [])),
  };
}

function rateOf(turns: readonly CodeTurn[]): CertificationRate {
  const count = (outcome: CodeTurn['outcome']) => turns.filter((turn) => turn.outcome === outcome).length;
  const certified = count('certified');
  const decided = certified + count('rejected');
  return {
    asked: turns.length,
    certified,
    decided,
    rate: decided === 0 ? null : certified / decided,
    yield: turns.length === 0 ? 0 : certified / turns.length,
  };
}
