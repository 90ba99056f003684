/** Code-security prompts: code for poorly covered rules, then four ways of asking for every seed. */
import type { Task } from '../../oracles/task.ts';
import { Random } from '../../random.ts';
import type { GenerationCounts } from '../../redteam/generation.ts';
import { sampleEvenly } from '../../redteam/jailbreaks/sampling.ts';
import { analyserRules } from '../../redteam/rule-library/analyser-rules.ts';
import { certifiableRules, poorlyCovered } from '../../redteam/rule-library/rule-coverage.ts';
import { ruleToCode, type VulnerableCode } from '../../redteam/rule-to-code.ts';
import {
  createLanguageModelSynthesizer,
  type LanguageModelSynthesizer,
} from '../../redteam/synthesis/language-model-synthesizer.ts';
import type { VulnerableSeed } from '../../redteam/synthesizer.ts';
import { type VulnerabilityPrompts, vulnerabilityToPrompt } from '../../redteam/vulnerability-to-prompt.ts';
import type { Rule } from '../../rules/rule.ts';
import type { RedTeamContext } from './context.ts';
import { type Screening, screen } from './screening.ts';

export interface SecurityPrompts {
  /** Collected ones, then those that were written; no means of attack among them. */
  readonly seeds: readonly VulnerableSeed[];
  readonly screened: Screening<VulnerableSeed>;
  readonly code: VulnerableCode;
  readonly prompts: VulnerabilityPrompts;
  readonly tasks: readonly Task[];
  /** By step. */
  readonly generations: Readonly<Record<string, GenerationCounts>>;
}

export async function writeSecurityPrompts(
  context: RedTeamContext,
  collected: readonly VulnerableSeed[],
): Promise<SecurityPrompts> {
  const { settings, models, progress, concurrency } = context;
  const synthesizer = createLanguageModelSynthesizer({
    model: models.model('synthesizer'),
    seed: settings.seed,
    settings: settings.synthesis,
  });
  const limit = concurrency('synthesizer');
  const code = await writeCode(context, { collected, synthesizer, limit });
  const screened = await screen(context, distinctSeeds([...collected, ...code.seeds]), {
    kind: 'code',
    keyOf: ({ key }) => key,
    textsOf: ({ code }) => [code],
  });
  const all = screened.kept;
  const { seeds: count } = settings.prompts;
  const random = new Random(settings.seed, 'prompt seeds');
  const seeds = count === undefined ? all : sampleEvenly(all, ({ rule }) => rule.cwe, { count, random });
  const job = progress.start('prompts', seeds.length);
  const prompts = await vulnerabilityToPrompt({
    ...settings.prompts,
    seeds,
    synthesizer,
    concurrency: limit,
    onProgress: (done) => job.update(done),
  });
  job.end(`${prompts.tasks.length} prompts from ${seeds.length} seeds`);
  const { counts } = synthesizer;
  const strategies = Object.entries(counts.prompts).map(([name, own]) => [`prompts, ${name}`, own] as const);
  return {
    seeds: all,
    screened,
    code,
    prompts,
    tasks: prompts.tasks,
    generations: {
      'code for rules': counts.code,
      ...(screened.generations && { 'check of code': screened.generations }),
      ...Object.fromEntries(strategies),
    },
  };
}

async function writeCode(
  context: RedTeamContext,
  options: {
    readonly collected: readonly VulnerableSeed[];
    readonly synthesizer: LanguageModelSynthesizer;
    readonly limit: number;
  },
): Promise<VulnerableCode> {
  const { settings, progress, analyser } = context;
  const { turns } = settings.ruleToCode;
  const rules = rulesToWriteFor(context, options.collected);
  const job = progress.start('code for rules', rules.length * turns);
  const code = await ruleToCode({
    rules,
    synthesizer: options.synthesizer,
    analyser,
    turns,
    minSeverity: settings.corpus.minSeverity,
    concurrency: options.limit,
    onProgress: (done) => job.update(done),
  });
  job.end(`${code.seeds.length} certified programs for ${rules.length} rules`);
  return code;
}

/** The rules that an analyser can certify, those with the fewest seeds first. */
export function rulesToWriteFor(
  { settings, library }: Pick<RedTeamContext, 'settings' | 'library'>,
  collected: readonly VulnerableSeed[],
): Rule[] {
  const { rules: count, only } = settings.ruleToCode;
  const wanted = only === undefined ? library.rules : library.rules.filter(({ id }) => only.includes(id));
  const certifiable = certifiableRules(wanted, analyserRules(settings.oracles.rules), {
    minSeverity: settings.corpus.minSeverity,
  });
  const counts = Map.groupBy(collected, ({ rule }) => rule.cwe);
  return poorlyCovered(certifiable, new Map([...counts].map(([cwe, seeds]) => [cwe, seeds.length])), count);
}

/** Each code once, the first stays: written again for another rule, its prompts could be torn apart by the split. */
function distinctSeeds(seeds: readonly VulnerableSeed[]): VulnerableSeed[] {
  return [...Map.groupBy(seeds, ({ code }) => code.trim()).values()].map(([first]) => first!);
}
