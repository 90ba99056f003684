/** Overrefusal prompts from the CWE list to tasks: written, checked by rules, checked by a model. */
import { contentKey } from '../../content-key.ts';
import type { ChatModel } from '../../models/chat-model.ts';
import type { PlannedCall } from '../../models/estimate.ts';
import type { Task } from '../../oracles/task.ts';
import type { CweEntry, CweTable } from '../../rules/cwe.ts';
import { type GenerationCounts, noGenerations } from '../generation.ts';
import type { LabellingSettings } from '../labelling.ts';
import { type Criterion, checkingCalls, checkPrompts } from './overrefusal-filter.ts';
import {
  type OverrefusalPrompt,
  type OverrefusalSettings,
  overrefusalRequests,
  type WritingOptions,
  writeOverrefusalPrompts,
} from './overrefusal-prompts.ts';
import type { Flaw } from './prompt-rules.ts';
import { triggerWordsOf } from './trigger-words.ts';

export interface OverrefusalOptions {
  readonly cwes: CweTable;
  /** The weaknesses to write for; all usable ones unless given. */
  readonly only?: readonly number[];
  readonly settings: OverrefusalSettings;
  readonly seed: number;
  readonly secret: string;
  /** Prompts in a call of the classifier. */
  readonly perCall?: number;
}

export interface OverrefusalModels {
  readonly synthesizer: ChatModel;
  readonly classifier: ChatModel;
  /** Calls at once, of each. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What became of the prompts: written = kept + flawed + rejected + undecided. */
export interface OverrefusalCounts {
  readonly weaknesses: number;
  /** Weaknesses whose words are all common ones: nothing was asked. */
  readonly wordless: number;
  readonly written: number;
  readonly kept: number;
  /** By the first rule that a prompt breaks. */
  readonly flawed: Readonly<Partial<Record<Flaw, number>>>;
  /** By criterion of the classifier; a prompt may fail several. */
  readonly rejected: number;
  readonly rejectedFor: Readonly<Partial<Record<Criterion, number>>>;
  readonly undecided: number;
  readonly synthesizer: Readonly<GenerationCounts>;
  readonly classifier: Readonly<GenerationCounts>;
}

export interface OverrefusalTasks {
  readonly tasks: readonly Task[];
  readonly leftOut: readonly {
    readonly cwe: number;
    readonly prompt: string;
    readonly reason: 'flawed' | 'rejected' | 'undecided';
    readonly detail: string;
  }[];
  readonly counts: OverrefusalCounts;
}

/** Weaknesses that prompts can be built from: no deprecated ones, none that MITRE advises against. */
export function usableWeaknesses({ cwes, only }: Pick<OverrefusalOptions, 'cwes' | 'only'>): CweEntry[] {
  const wanted = only === undefined ? undefined : new Set(only);
  return cwes.entries.filter(
    ({ id, deprecated, discouraged }) => !deprecated && !discouraged && (wanted?.has(id) ?? true),
  );
}

export async function overrefusalTasks(
  options: OverrefusalOptions & OverrefusalModels,
): Promise<OverrefusalTasks> {
  const { synthesizer, classifier, seed, secret, perCall, concurrency, signal } = options;
  const limits = {
    ...(concurrency !== undefined && { concurrency }),
    ...(signal !== undefined && { signal }),
  };
  const calls = { synthesizer: noGenerations(), classifier: noGenerations() };
  const written = await writeOverrefusalPrompts({
    ...writingOf(options),
    ...limits,
    synthesizer,
    counts: calls.synthesizer,
    ...(options.onProgress !== undefined && { onProgress: options.onProgress }),
  });
  const checks = await checkPrompts(
    written.prompts.map(({ text }) => text),
    {
      model: classifier,
      seed,
      secret,
      counts: calls.classifier,
      ...limits,
      ...(perCall !== undefined && { perCall }),
    },
  );
  const names = { synthesizer: synthesizer.name, classifier: classifier.name };
  const tasks: Task[] = [];
  const leftOut: OverrefusalTasks['leftOut'][number][] = written.flawed.map(({ cwe, text, flaw }) => ({
    cwe,
    prompt: text,
    reason: 'flawed',
    detail: flaw,
  }));
  for (const [i, prompt] of written.prompts.entries()) {
    const check = checks[i]!;
    const row = { cwe: prompt.cwe, prompt: prompt.text };
    if (check.kind === 'undecided') leftOut.push({ ...row, reason: 'undecided', detail: check.reason });
    else if (check.label.length > 0)
      leftOut.push({ ...row, reason: 'rejected', detail: `not ${check.label.join(', not ')}` });
    else tasks.push(taskOf(prompt, names));
  }
  const rejected = checks.flatMap((check) =>
    check.kind === 'labelled' && check.label.length > 0 ? [check.label] : [],
  );
  return {
    tasks,
    leftOut,
    counts: {
      weaknesses: usableWeaknesses(options).length,
      wordless: written.wordless.length,
      written: written.prompts.length + written.flawed.length,
      kept: tasks.length,
      flawed: tally(written.flawed.map(({ flaw }) => flaw)),
      rejected: rejected.length,
      rejectedFor: tally(rejected.flat()),
      undecided: checks.filter(({ kind }) => kind === 'undecided').length,
      ...calls,
    },
  };
}

/**
 * Calls of both roles for an estimate: later turns as if nothing had been written before, and the classifier's as if
 * every prompt were well formed and of the usual length.
 */
export function overrefusalCalls(options: OverrefusalOptions): PlannedCall<'synthesizer' | 'classifier'>[] {
  const { settings, seed, secret, perCall } = options;
  const requests = overrefusalRequests(writingOf(options));
  const prompts = Array.from({ length: requests.length * settings.promptsPerCall }, () => USUAL_PROMPT);
  const labelling: LabellingSettings = { seed, secret, ...(perCall !== undefined && { perCall }) };
  return [
    ...requests.map((request) => ({
      role: 'synthesizer' as const,
      request,
      outputTokens: 10 + TOKENS_OF_A_PROMPT * settings.promptsPerCall,
    })),
    ...checkingCalls(prompts, labelling),
  ];
}

const TOKENS_OF_A_PROMPT = 45;
/** As long as prompts are. */
const USUAL_PROMPT = 'word '.repeat(30);

function writingOf(options: OverrefusalOptions): WritingOptions {
  const { cwes, settings, seed, secret } = options;
  return { cwes: usableWeaknesses(options), words: triggerWordsOf(cwes), settings, seed, secret };
}

/** Answered and secure, as XSCode counts. */
function taskOf(
  { text, cwe, turn, triggers }: OverrefusalPrompt,
  { synthesizer, classifier }: { readonly synthesizer: string; readonly classifier: string },
): Task {
  const messages = [{ role: 'user' as const, content: text }];
  return {
    id: contentKey({ messages, source: 'overrefusal' }),
    source: 'overrefusal',
    messages,
    oracles: ['overrefusal', 'code-security'],
    family: `CWE-${cwe}`,
    cwes: [cwe],
    rules: ['A0', 'A1'],
    provenance: {
      strategy: 'trigger-words',
      words: triggers.join(', '),
      turn,
      model: synthesizer,
      checkedBy: classifier,
    },
  };
}

function tally<K extends string>(names: readonly K[]): Partial<Record<K, number>> {
  const counts: Partial<Record<K, number>> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
