import { type SimilarityOptions, wordsOf } from './minhash.ts';
import { type Fingerprint, NearDuplicateIndex } from './near-duplicates.ts';

/** Texts that no training prompt may repeat, e.g. a benchmark's prompts. */
export interface EvaluationSet {
  readonly name: string;
  readonly texts: readonly string[];
  /** Where each text stands, e.g. `HumanEval.jsonl.gz:12`; `name[position]` unless given. */
  readonly places?: readonly string[];
}

/** An entry of an evaluation set that a text repeats. */
export interface Repeated {
  /** `exact`: the same words in the same order, punctuation and case aside. */
  readonly reason: 'exact' | 'near';
  readonly set: string;
  /** Position in that set's texts. */
  readonly entry: number;
  readonly place: string;
  readonly similarity: number;
}

export interface Contaminated<T> extends Repeated {
  readonly item: T;
}

/** The texts of evaluation sets; one that several sets have belongs to the first of them. */
export class EvaluationIndex {
  readonly #origins: Omit<Repeated, 'reason' | 'similarity'>[] = [];
  readonly #exact = new Map<string, number>();
  readonly #near: NearDuplicateIndex;

  constructor(sets: readonly EvaluationSet[], options: SimilarityOptions) {
    this.#near = new NearDuplicateIndex(options);
    for (const { name, texts, places } of sets)
      for (const [entry, text] of texts.entries()) {
        const normalised = normalisedText(text);
        if (this.#exact.has(normalised)) continue;
        this.#exact.set(normalised, this.#near.add(this.#near.fingerprint(text)));
        this.#origins.push({ set: name, entry, place: places?.[entry] ?? `${name}[${entry}]` });
      }
  }

  /** Fits every index of the same options. */
  fingerprint(text: string): Fingerprint {
    return this.#near.fingerprint(text);
  }

  find(text: string, fingerprint: Fingerprint): Repeated | undefined {
    const same = this.#exact.get(normalisedText(text));
    if (same !== undefined) return { reason: 'exact', ...this.#origins[same]!, similarity: 1 };
    const match = this.#near.find(fingerprint);
    if (match === undefined) return undefined;
    return { reason: 'near', ...this.#origins[match.index]!, similarity: match.similarity };
  }
}

/** The words alone; a text without words stays as it is. */
function normalisedText(text: string): string {
  const words = wordsOf(text);
  return words.length === 0 ? text.trim() : words.join(' ');
}
