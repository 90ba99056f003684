/**
 * Internal red-teaming from end to end (SPEC "Stage 0"): rules -> certified vulnerable code -> prompts, plus
 * malicious requests, jailbroken versions of both, deduplicated and kept apart from evaluation. It touches no
 * file: the recipe stores what it returns. With a deterministic synthesizer the result depends on the options
 * alone; calls of an LLM synthesizer are made repeatable by caching them.
 */
import type { Analyser } from '../oracles/code-security/analyser.ts';
import type { Task } from '../oracles/task.ts';
import type { Rule } from '../rules/rule.ts';
import { type Coverage, coverageOf, type Drop } from './coverage.ts';
import { cleanTasks } from './hygiene/clean.ts';
import type { EvaluationSet } from './hygiene/decontaminate.ts';
import type { SimilarityOptions } from './hygiene/minhash.ts';
import { jailbreakTasks } from './jailbreaks/jailbreak-tasks.ts';
import type { JailbreakTemplate } from './jailbreaks/templates.ts';
import { ruleToCode } from './rule-to-code.ts';
import type { Strategy, Synthesizer, VulnerableSeed } from './synthesizer.ts';
import { vulnerabilityToPrompt } from './vulnerability-to-prompt.ts';

export interface CampaignOptions {
  readonly rules: readonly Rule[];
  readonly synthesizer: Synthesizer;
  readonly analyser: Analyser;
  /** Malicious requests as they are; `provenance.category` names the category. */
  readonly maliciousPrompts?: readonly Task[];
  readonly jailbreaks: {
    readonly templates: readonly JailbreakTemplate[];
    /** Jailbroken prompts to make of code-security prompts, and of malicious requests. */
    readonly codeSecurity: number;
    readonly malicious: number;
    /** Share of jailbreaks made of two templates; 0 if not given. */
    readonly composed?: number;
  };
  /** What the corpus must not overlap with. */
  readonly evaluationSets: readonly EvaluationSet[];
  readonly seed: number | string;
  readonly turns: { readonly code: number; readonly prompts: number };
  readonly strategies?: readonly Strategy[];
  readonly similarity?: SimilarityOptions;
  /** Synthesizer calls at once. */
  readonly concurrency?: number;
  readonly onProgress?: (progress: CampaignProgress) => void;
}

export interface CampaignProgress {
  readonly stage: 'rule-to-code' | 'vulnerability-to-prompt' | 'jailbreaks';
  readonly done: number;
  readonly total: number;
}

export interface Campaign {
  /** Code-security prompts, malicious requests, then the jailbroken versions of both. */
  readonly tasks: readonly Task[];
  readonly seeds: readonly VulnerableSeed[];
  readonly drops: readonly Drop[];
  readonly coverage: Coverage;
}

export async function runCampaign(options: CampaignOptions): Promise<Campaign> {
  const { seed, turns, jailbreaks } = options;
  const progress = (stage: CampaignProgress['stage']) => (done: number, total: number) =>
    options.onProgress?.({ stage, done, total });

  const code = await ruleToCode({ ...options, turns: turns.code, onProgress: progress('rule-to-code') });
  const prompts = await vulnerabilityToPrompt({
    ...options,
    seeds: code.seeds,
    turns: turns.prompts,
    onProgress: progress('vulnerability-to-prompt'),
  });

  const drops: Drop[] = [];
  const clean = (tasks: readonly Task[]): readonly Task[] => {
    const cleaned = cleanTasks(tasks, options.evaluationSets, options.similarity);
    drops.push(...cleaned.drops);
    return cleaned.kept;
  };
  const security = clean(prompts.tasks);
  const malicious = clean(options.maliciousPrompts ?? []);
  const composed = jailbreaks.composed ?? 0;
  const wrap = (tasks: readonly Task[], count: number, kind: string) =>
    jailbreakTasks(tasks, { templates: jailbreaks.templates, composed, count, seed: `${seed}/${kind}` });
  // A long prompt in a short frame is a near-duplicate of itself: jailbreaks are compared with each other only.
  const jailbroken = clean([
    ...wrap(security, jailbreaks.codeSecurity, 'code-security'),
    ...wrap(malicious, jailbreaks.malicious, 'malicious'),
  ]);
  progress('jailbreaks')(jailbroken.length, jailbroken.length);

  const tasks = [...security, ...malicious, ...jailbroken];
  const coverage = coverageOf({
    tasks,
    drops,
    ruleToCode: code.counts,
    vulnerabilityToPrompt: prompts.counts,
  });
  return { tasks, seeds: code.seeds, drops, coverage };
}
