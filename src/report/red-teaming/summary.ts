/** What red-teaming with language models came to, as plain JSON: `report/summary.json` of its folder. */
import type { CostReport } from '../../models/ledger.ts';
import type { CorpusStatistics } from '../../redteam/corpus/corpus-statistics.ts';
import type { Coverage } from '../../redteam/coverage.ts';
import type { CertificationRates, Diversity } from '../../redteam/diversity.ts';
import type { GenerationCounts } from '../../redteam/generation.ts';
import type { HygieneFigures } from '../../redteam/hygiene/clean.ts';
import type { CorpusOverlap } from '../../redteam/hygiene/overlap.ts';
import type { Side } from '../../redteam/hygiene/split.ts';

/** items = kept + attack + undecided. */
interface Screened {
  readonly items: number;
  readonly attack: number;
  readonly undecided: number;
}

export interface RedTeamSummary {
  readonly name: string;
  readonly seed: number;
  /** models.synthesizer: name of the model that played the role. */
  readonly models: Readonly<Record<string, string>>;
  readonly coverage: Coverage;
  /** Prompts of each side. */
  readonly split: Readonly<Record<Side, number>>;
  readonly corpus: {
    readonly python: CorpusStatistics;
    /** Code of other languages that nobody translated: certified, but no seeds. */
    readonly otherLanguages: CorpusStatistics;
    /** Rows, and what was left out of them, by source. */
    readonly sources: Readonly<
      Record<string, { readonly rows: number; readonly snippets: number; readonly problems: number }>
    >;
  };
  /** Rule2Code: what its turns brought; every turn of every rule is in redteam/rule-to-code.jsonl. */
  readonly certification: Pick<CertificationRates, 'overall' | 'byTurn'>;
  /** Of the code-security prompts, by strategy, and of all kinds of prompts. */
  readonly diversity: Readonly<Record<string, Diversity>>;
  /** Of each step that asked a model. */
  readonly generations: Readonly<Record<string, GenerationCounts>>;
  /** Of seeds and benign prompts, then of jailbroken prompts. */
  readonly hygiene: { readonly prompts: HygieneFigures; readonly jailbreaks: HygieneFigures };
  /** Evaluation sets whose file is not there: overlap with them is not known. */
  readonly notChecked: readonly string[];
  readonly malicious: {
    readonly requests: number;
    readonly kept: number;
    readonly other: number;
    readonly undecided: number;
    readonly repeated: number;
  };
  /**
   * The look for means of attack in code and in the target's answers; what is one, or undecided, is not kept.
   * `by`: the role that looked, null: nobody did and all was kept.
   */
  readonly screening: {
    readonly by: string | null;
    readonly code: Screened;
    readonly conversations: Screened;
  };
  /** attacks.search.broken: attacks on the target by what they came to. */
  readonly attacks: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The corpus beside public ones. */
  readonly overlap: readonly CorpusOverlap[];
  /** Rows of files that could not be used; the list is in redteam/problems.jsonl. */
  readonly problems: number;
  readonly cost: CostReport;
  /** Of the last start. */
  readonly seconds: number;
}
