/**
 * What red-teaming would cost, before any of it is paid for (`--estimate`). Sources are read and code is certified,
 * which costs nothing; steps that stand on what a model has yet to write are counted as if all of it were usable.
 */
import type { Role } from '../../models/config.ts';
import type { Estimate, PlannedCall } from '../../models/estimate.ts';
import { estimateTokens } from '../../models/tokens.ts';
import { judgeSchema } from '../../oracles/judges/open-judge.ts';
import type { Task } from '../../oracles/task.ts';
import { distinctSnippets } from '../../redteam/corpus/deduplicate-corpus.ts';
import type { CorpusSnippet, LoadedSource } from '../../redteam/corpus/snippet.ts';
import { translationRequest } from '../../redteam/corpus/translate.ts';
import { JAILBREAK_LIBRARY } from '../../redteam/jailbreaks/library.ts';
import { classificationCalls } from '../../redteam/malicious/classify.ts';
import { textsToClassify } from '../../redteam/malicious/malicious-tasks.ts';
import { plannedCalls } from '../../redteam/probe/estimate.ts';
import { DEFAULT_PROBE } from '../../redteam/probe/options.ts';
import { promptRequest } from '../../redteam/synthesis/prompt-request.ts';
import { ruleToCodeRequest } from '../../redteam/synthesis/rule-to-code-request.ts';
import type { VulnerableSeed } from '../../redteam/synthesizer.ts';
import { attackKnowledge } from './attacks.ts';
import { benignCalls } from './benign.ts';
import type { RedTeamContext } from './context.ts';
import { rulesToWriteFor } from './prompts.ts';
import { plannedScreening } from './screening.ts';
import { collectCode, readRequests } from './sources.ts';

type Planned = PlannedCall<Role>;

/** Tokens of a usual program, prompt and answer, and words of a prompt that is not there yet: assumptions. */
const USUAL = { program: 500, prompt: 200, answer: 600, task: 60 };

export interface RedTeamEstimate {
  /** With usual replies. */
  readonly usual: Estimate;
  /** With replies as long as they may be. */
  readonly most: Estimate;
  /** What the figures assume or leave out. */
  readonly notes: readonly string[];
}

export async function estimateRedTeaming(context: RedTeamContext): Promise<RedTeamEstimate> {
  const { settings, models } = context;
  const notes = [
    'every reply is usable: retries for refusals and malformed replies come on top',
    'every program that is written is certified: fewer are, so prompts will be fewer',
  ];
  if (settings.corpus.translate)
    notes.push('translated code counts as rejected: what an analyser certifies of it makes further prompts');
  const untranslated = {
    ...context,
    settings: { ...settings, corpus: { ...settings.corpus, translate: false } },
  };
  const { corpus, sources } = await collectCode(untranslated);
  const foreign = settings.corpus.translate ? foreignCode(context, sources) : [];
  const requests = readRequests(settings).flatMap((file) => file.requests);
  const sum = (usual: boolean): Estimate =>
    models.estimate(
      (function* () {
        yield* translationCalls(context, foreign, usual);
        yield* codeCalls(context, corpus.seeds, usual);
        yield* screeningOf(context, corpus.seeds);
        yield* promptCalls(context, corpus.seeds, usual);
        if (settings.malicious.classifier === 'model') {
          const { seed } = settings;
          yield* classificationCalls(textsToClassify(requests), { seed, secret: context.secret });
        }
        yield* benignCalls(context);
        yield* attackCalls(context, usual);
      })(),
    );
  return { usual: sum(true), most: sum(false), notes };
}

/** What the corpus has translated: each code of another language once. */
function foreignCode({ similarity }: RedTeamContext, sources: readonly LoadedSource[]): CorpusSnippet[] {
  const snippets = sources.flatMap((source) => source.snippets);
  return distinctSnippets(snippets, similarity).kept.filter(({ language }) => language !== 'python');
}

/** A translation is usually as long as the code. */
function* translationCalls(
  { settings }: RedTeamContext,
  foreign: readonly CorpusSnippet[],
  usual: boolean,
): Generator<Planned> {
  for (const snippet of foreign) {
    const request = translationRequest(snippet, settings.seed);
    yield { role: 'synthesizer', request, ...(usual && { outputTokens: estimateTokens(snippet.code) }) };
  }
}

function* codeCalls(
  context: RedTeamContext,
  collected: readonly VulnerableSeed[],
  usual: boolean,
): Generator<Planned> {
  const { seed, synthesis, ruleToCode } = context.settings;
  for (const rule of rulesToWriteFor(context, collected)) {
    for (let turn = 0; turn < ruleToCode.turns; turn++) {
      const request = ruleToCodeRequest({ rule, turn, previous: [], seed }, synthesis);
      yield {
        role: 'synthesizer',
        request,
        ...(usual && { outputTokens: Math.min(USUAL.program, request.maxTokens) }),
      };
    }
  }
}

/** Every seed, those that are not there yet as code of usual length, and the target's answers in conversations. */
function screeningOf(context: RedTeamContext, collected: readonly VulnerableSeed[]): Planned[] {
  const { ruleToCode, jailbreaks } = context.settings;
  const { multiTurn, maxTokens } = jailbreaks;
  const filler = (tokens: number, count: number) =>
    Array.from({ length: count }, (_, i) => `${i} `.padEnd(4 * tokens, 'x'));
  const written = rulesToWriteFor(context, collected).length * ruleToCode.turns;
  const led = (multiTurn.codeSecurity + multiTurn.malicious) * multiTurn.attacks.length;
  const answers = filler(Math.min(USUAL.answer, maxTokens), led * multiTurn.steps);
  const code = [...collected.map((seed) => seed.code), ...filler(USUAL.program, written)];
  return [...plannedScreening(context, code), ...plannedScreening(context, answers)];
}

/** Seeds that are not there yet count as those that are, or as one of 25 lines. */
function* promptCalls(
  context: RedTeamContext,
  collected: readonly VulnerableSeed[],
  usual: boolean,
): Generator<Planned> {
  const { settings } = context;
  const { prompts, ruleToCode, synthesis, seed } = settings;
  const written = rulesToWriteFor(context, collected).length * ruleToCode.turns;
  const total = Math.min(prompts.seeds ?? Number.POSITIVE_INFINITY, collected.length + written);
  for (let index = 0; index < total; index++) {
    const code = collected[index % Math.max(1, collected.length)] ?? standInSeed(context);
    for (const strategy of prompts.strategies) {
      for (let turn = 0; turn < prompts.turns; turn++) {
        const request = promptRequest({ seed: code, strategy, turn, previous: [] }, seed, synthesis);
        if (request !== undefined)
          yield {
            role: 'synthesizer',
            request,
            ...(usual && { outputTokens: Math.min(USUAL.prompt, request.maxTokens) }),
          };
      }
    }
  }
}

function standInSeed({ library }: RedTeamContext): VulnerableSeed {
  const code = Array.from({ length: 25 }, (_, i) => `    line_${i} = compute(value, ${i})`).join('\n');
  const span = { startLine: 20, startColumn: 1, endLine: 20, endColumn: 2 };
  const rule = library.rules[0]!;
  const finding = {
    analyser: 'none',
    rule: rule.id,
    message: '',
    cwes: [rule.cwe],
    severity: 'high',
    span,
    help: '',
  };
  return {
    code,
    excerpt: code,
    family: 'estimate',
    slots: {},
    key: 'estimate',
    rule,
    turn: 0,
    findings: [finding as VulnerableSeed['findings'][number]],
  };
}

function* attackCalls(context: RedTeamContext, usual: boolean): Generator<Planned> {
  const { settings } = context;
  const { search, multiTurn, maxTokens, temperature } = settings.jailbreaks;
  const { judge } = settings.oracles;
  const models = settings.models.judge === undefined ? [] : [settings.models.judge];
  const judged =
    typeof judge === 'string' ? models.map((model) => judgeSchema.parse({ models: [model] }))[0] : judge;
  const plan = {
    library: JAILBREAK_LIBRARY,
    knowledge: attackKnowledge(context),
    target: { maxTokens, temperature, seed: settings.seed },
    hasAttacker: settings.models.attacker !== undefined,
    multiTurn: multiTurn.attacks,
    ...(judged === undefined ? {} : { judge: judged }),
  };
  const probe = {
    ...DEFAULT_PROBE,
    seed: settings.seed,
    search,
    escalation: { steps: multiTurn.steps, backOffs: multiTurn.backOffs },
  };
  const asked = (attack: 'search' | 'multi-turn', tasks: Task[]) =>
    plannedCalls({ ...plan, tasks, settings: { ...probe, attack } }, usual);
  yield* asked('search', standInTasks(search));
  yield* asked('multi-turn', standInTasks(multiTurn));
}

function standInTasks(counts: { readonly codeSecurity: number; readonly malicious: number }): Task[] {
  const content = 'a prompt of usual length '.repeat(USUAL.task / 6);
  const task = (source: 'code-security' | 'malicious-assistance', i: number): Task => ({
    id: `estimate ${source} ${i}`,
    source,
    messages: [{ role: 'user', content }],
    oracles: [source],
    family: 'estimate',
    cwes: [],
    rules: [],
    provenance: {},
  });
  return [
    ...Array.from({ length: counts.codeSecurity }, (_, i) => task('code-security', i)),
    ...Array.from({ length: counts.malicious }, (_, i) => task('malicious-assistance', i)),
  ];
}
