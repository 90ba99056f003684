/**
 * What an oracle says of a response (STYLE rule 7). Undecided is a result of its own: it never becomes a
 * reward, a training example or a benchmark point.
 */
export interface Evidence {
  /** What was found, in one line for people. */
  readonly message: string;
  /** Analyser rule, failing test, judge criterion or format rule. */
  readonly rule: string;
  readonly cwes?: readonly number[];
  readonly severity?: Severity;
  /** 1-based line inside the answer's code block. */
  readonly line?: number;
}

export type Severity = 'low' | 'medium' | 'high' | 'critical';

export type Verdict =
  | { readonly kind: 'pass' }
  | { readonly kind: 'fail'; readonly evidence: readonly Evidence[] }
  | { readonly kind: 'undecided'; readonly cause: string };
