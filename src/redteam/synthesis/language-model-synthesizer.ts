/**
 * A language model as the synthesizer of red-teaming. Each call is made by the content of its request alone, so that
 * a run that was killed asks the same again and finds the replies in its journal.
 */
import type { ChatModel } from '../../models/chat-model.ts';
import { createPythonParser } from '../../oracles/code-security/ruff.ts';
import type { Rule } from '../../rules/rule.ts';
import { type GenerationCounts, generate, noGenerations } from '../generation.ts';
import {
  type CodeRequest,
  type PromptDraft,
  type PromptRequest,
  type SeedCode,
  STRATEGIES,
  type Strategy,
  type Synthesizer,
  type VulnerableSeed,
} from '../synthesizer.ts';
import { promptRequest, readPrompt } from './prompt-request.ts';
import { readProgram, ruleToCodeRequest } from './rule-to-code-request.ts';
import { type SynthesisSettings, synthesisSchema } from './settings.ts';

export interface LanguageModelSynthesizer extends Synthesizer {
  readonly counts: SynthesisCounts;
}

export interface SynthesisCounts {
  readonly code: GenerationCounts;
  readonly prompts: Readonly<Record<Strategy, GenerationCounts>>;
  /** Continuations that were not asked for: nothing to continue stands before the first finding. */
  withoutPrefix: number;
}

export interface LanguageModelSynthesizerOptions {
  /** The role `synthesizer`. */
  readonly model: ChatModel;
  /** Of the run. */
  readonly seed: number | string;
  readonly settings?: Partial<SynthesisSettings>;
}

/** Its methods reject with a ModelError when there is no use in asking on; refusals and malformed replies are undefined. */
export function createLanguageModelSynthesizer(
  options: LanguageModelSynthesizerOptions,
): LanguageModelSynthesizer {
  const { model, seed } = options;
  const settings = synthesisSchema.parse(options.settings ?? {});
  const parser = createPythonParser('rule-to-code');
  const parses = (code: string) => parser(code).length === 0;
  const counts: SynthesisCounts = {
    code: noGenerations(),
    prompts: Object.fromEntries(STRATEGIES.map((strategy) => [strategy, noGenerations()])) as Record<
      Strategy,
      GenerationCounts
    >,
    withoutPrefix: 0,
  };
  const signalOf = ({ signal }: { readonly signal?: AbortSignal }) =>
    signal === undefined ? {} : { signal };
  return {
    counts,
    async writeVulnerableCode(rule: Rule, turn: number, request: CodeRequest): Promise<SeedCode | undefined> {
      const previous = request.previous.map(({ slots }) => (slots as { scenario: string }).scenario);
      const made = await generate({
        model,
        request: ruleToCodeRequest({ rule, turn, previous, seed }, settings),
        read: (text) => readProgram(text, parses),
        retries: settings.retries,
        counts: counts.code,
        ...signalOf(request),
      });
      if (made.kind !== 'made') return undefined;
      const { code, scenario } = made.value;
      return {
        code,
        family: `CWE-${rule.cwe}`,
        slots: { scenario },
        provenance: { model: model.name, attempts: made.attempts },
      };
    },
    async writePrompt(ask: PromptRequest): Promise<PromptDraft | undefined> {
      const request = promptRequest(ask, seed, settings);
      if (request === undefined) {
        counts.withoutPrefix++;
        return undefined;
      }
      const made = await generate({
        model,
        request,
        read: (text) => readPrompt(text, ask),
        retries: settings.retries,
        counts: counts.prompts[ask.strategy],
        ...signalOf(ask),
      });
      if (made.kind !== 'made') return undefined;
      return { text: made.value, provenance: provenanceOf(model.name, made.attempts, ask.seed) };
    },
  };
}

/** Vul2Prompt adds seed, rule, strategy and turn. */
function provenanceOf(
  model: string,
  attempts: number,
  { findings, provenance }: VulnerableSeed,
): Record<string, string | number> {
  const places = findings.map(({ analyser, rule, span }) => `${analyser}/${rule}:${span.startLine}`);
  return {
    ...(provenance?.model !== undefined && { codeModel: provenance.model }),
    model,
    attempts,
    findings: [...new Set(places)].join(' '),
  };
}
