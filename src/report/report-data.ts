/** What the page is made of, beyond the summary. */
import type { Evidence } from '../oracles/verdict.ts';
import type { Coverage } from '../redteam/coverage.ts';
import type { StepReport } from '../rl/trainer.ts';
import type { Summary } from './summary.ts';

export interface SftPoint {
  readonly step: number;
  /** Nats per trained token. */
  readonly loss: number;
  readonly learningRate: number;
}

export type RlPoint = StepReport & { readonly step: number };

export interface ReportAnswer {
  readonly checkpoint: string;
  /** As the model wrote it: hostile. */
  readonly response: string;
  readonly outcome: 'pass' | 'fail' | 'undecided';
  readonly evidence: readonly Evidence[];
}

/** A prompt and its answers, from the base model to the last checkpoint. */
export interface ReportExample {
  readonly benchmark: string;
  readonly prompt: string;
  readonly answers: readonly ReportAnswer[];
}

export interface ReportData {
  readonly summary: Summary;
  readonly sft: readonly SftPoint[];
  readonly rl: readonly RlPoint[];
  /** `redteam/coverage.json`; null for a run without red-teaming. */
  readonly coverage: Coverage | null;
  readonly examples: readonly ReportExample[];
}
