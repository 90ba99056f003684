/** Jailbroken versions of clean prompts: primitives of the library, search against the target, conversations with it. */
import { mapConcurrent } from '../../models/map-concurrent.ts';
import { judgeWatch } from '../../oracles/judges/judge-watch.ts';
import { createRewardModel } from '../../oracles/reward.ts';
import type { Task } from '../../oracles/task.ts';
import { Random } from '../../random.ts';
import type { GenerationCounts } from '../../redteam/generation.ts';
import { type AttackOracle, createAttackOracle } from '../../redteam/jailbreaks/attack-oracle.ts';
import { type Attacker, createAttacker } from '../../redteam/jailbreaks/attacker.ts';
import { type AttackGoal, type AttackKnowledge, goalOf } from '../../redteam/jailbreaks/goal.ts';
import { JAILBREAK_LIBRARY } from '../../redteam/jailbreaks/library.ts';
import { libraryJailbreakTasks } from '../../redteam/jailbreaks/library-tasks.ts';
import { escalate, escalatedTask } from '../../redteam/jailbreaks/multi-turn/escalate.ts';
import { ruleExamples } from '../../redteam/jailbreaks/rule-examples.ts';
import { stratifiedSample, withoutLongest } from '../../redteam/jailbreaks/sampling.ts';
import { type SearchResult, searchedTask, searchJailbreaks } from '../../redteam/jailbreaks/search.ts';
import { createTarget, type Target } from '../../redteam/jailbreaks/target.ts';
import { analyserRules } from '../../redteam/rule-library/analyser-rules.ts';
import type { RedTeamContext } from './context.ts';
import { type ScreenedOut, type ScreeningCounts, screen } from './screening.ts';

/** What one attack on one prompt came to; a line of attacks.jsonl. */
export interface AttackRecord {
  readonly attack: 'search' | 'multi-turn';
  /** Of the prompt that was attacked. */
  readonly task: string;
  /** `no-plan`: the attacker wrote none. */
  readonly outcome: 'broken' | 'resisted' | 'undecided' | 'no-plan';
  /** Of the target. */
  readonly calls: number;
  /** Of the jailbroken task, where one was kept. */
  readonly kept?: string;
}

export interface Attacks {
  readonly tasks: readonly Task[];
  readonly records: readonly AttackRecord[];
  /** What was asked of the attacker, and of who looks through conversations, by step. */
  readonly generations: Readonly<Record<string, GenerationCounts>>;
  /** Conversations with answers of the target that are means of attack, or that nobody could tell. */
  readonly screened: { readonly counts: Readonly<ScreeningCounts>; readonly leftOut: readonly ScreenedOut[] };
}

/** Seeds of each source; the longest tenth is left out of all of them, as in SPEC "Code-security adaptations". */
export async function attack(context: RedTeamContext, clean: readonly Task[]): Promise<Attacks> {
  const { settings } = context;
  const { templates } = settings.jailbreaks;
  const security = clean.filter(({ source }) => source === 'code-security');
  const malicious = clean.filter(({ source }) => source === 'malicious-assistance');
  const wrap = (tasks: readonly Task[], count: number, kind: string) =>
    libraryJailbreakTasks(tasks, {
      library: JAILBREAK_LIBRARY,
      count,
      composed: templates.composed,
      seed: `${settings.seed}/${kind}`,
    });
  const wrapped = [
    ...wrap(security, templates.codeSecurity, 'code-security'),
    ...wrap(malicious, templates.malicious, 'malicious'),
  ];
  const searched = await searchAll(context, { security, malicious });
  const led = await leadAll(context, { security, malicious });
  return {
    tasks: distinct([...wrapped, ...searched.tasks, ...led.tasks], clean),
    records: [...searched.records, ...led.records],
    generations: { ...searched.generations, ...led.generations },
    screened: led.screened,
  };
}

const NOT_SCREENED: Attacks['screened'] = { counts: { items: 0, attack: 0, undecided: 0 }, leftOut: [] };
const NONE: Attacks = { tasks: [], records: [], generations: {}, screened: NOT_SCREENED };

/** Each once, and none that is a clean prompt already. */
function distinct(tasks: readonly Task[], clean: readonly Task[]): Task[] {
  const known = new Set(clean.map(({ id }) => id));
  return [...new Map(tasks.map((task) => [task.id, task])).values()].filter(({ id }) => !known.has(id));
}

interface Seeds {
  readonly security: readonly Task[];
  readonly malicious: readonly Task[];
}

function chosen(
  { security, malicious }: Seeds,
  counts: { readonly codeSecurity: number; readonly malicious: number },
  random: Random,
): Task[] {
  return [
    ...stratifiedSample(withoutLongest(security), counts.codeSecurity, random),
    ...stratifiedSample(withoutLongest(malicious), counts.malicious, random),
  ];
}

async function searchAll(context: RedTeamContext, seeds: Seeds): Promise<Attacks> {
  const { settings, progress, secret } = context;
  const { search, keep } = settings.jailbreaks;
  const goals = goalsOf(context, chosen(seeds, search, new Random(settings.seed, 'search seeds')));
  if (goals.length === 0) return NONE;
  const attacker = settings.models.attacker === undefined ? undefined : attackerOf(context);
  const job = progress.start('search', goals.length);
  const results = await searchJailbreaks(goals, {
    target: targetOf(context),
    oracle: oracleOf(context),
    ...(attacker && { attacker }),
    library: JAILBREAK_LIBRARY,
    limits: search,
    seed: settings.seed,
    secret,
    onRound: (closed) => job.update(closed),
  });
  const outcomes = results.map((result) => {
    const task = keptTask(result, keep);
    const calls = result.asked.reduce((sum, { answer }) => sum + answer.calls, 0);
    return { task, record: recordOf('search', result.goal, { outcome: outcomeOf(result), calls, task }) };
  });
  const broken = results.filter(({ winner }) => winner !== undefined).length;
  job.end(`${broken} of ${goals.length} prompts broke the target`);
  return {
    ...attacksOf(outcomes),
    generations: attacker ? { 'attacker, search': attacker.counts } : {},
    screened: NOT_SCREENED,
  };
}

/** As a probe counts: one that nothing broke and some attempt at which is undecided has not resisted. */
function outcomeOf({ winner, asked }: SearchResult): AttackRecord['outcome'] {
  if (winner !== undefined) return 'broken';
  return asked.some(({ verdict }) => verdict.kind === 'undecided') ? 'undecided' : 'resisted';
}

/** The prompt that broke the target, or the closest; none where that is the request as it was. */
function keptTask(result: SearchResult, keep: 'broken' | 'all'): Task | undefined {
  const { goal, winner } = result;
  const best = winner ?? (keep === 'all' ? closestOf(result) : undefined);
  return best === undefined || best.operators.length === 1 ? undefined : searchedTask(goal, best);
}

function closestOf({ asked }: SearchResult) {
  return asked.reduce((best, other) => (other.progress > best.progress ? other : best));
}

async function leadAll(context: RedTeamContext, seeds: Seeds): Promise<Attacks> {
  const { settings, progress, secret } = context;
  const { multiTurn, keep } = settings.jailbreaks;
  const goals = goalsOf(context, chosen(seeds, multiTurn, new Random(settings.seed, 'multi-turn seeds')));
  if (goals.length === 0) return NONE;
  const [target, attacker, oracle] = [targetOf(context), attackerOf(context), oracleOf(context)];
  const plans = goals.flatMap((goal) => multiTurn.attacks.map((kind) => ({ goal, kind })));
  const job = progress.start('conversations', plans.length);
  let done = 0;
  const { steps, backOffs } = multiTurn;
  const options = { target, attacker, steps, backOffs, seed: settings.seed, secret };
  const conversations = await Array.fromAsync(
    mapConcurrent(plans, { limit: attacker.concurrency }, async ({ goal, kind }) => {
      const escalation = await escalate(kind, goal, options);
      job.update(++done);
      return { goal, escalation };
    }),
  );
  const led = conversations.flatMap(({ goal, escalation }) =>
    escalation === undefined ? [] : [{ goal, escalation }],
  );
  const verdicts = await oracle.check(
    led.map(({ goal, escalation }) => ({ task: goal.task, answer: escalation.climb.furthest })),
  );
  const found = led.map(({ goal, escalation }, index) => {
    const outcome = verdicts[index]!.kind;
    const task = outcome === 'broken' || keep === 'all' ? escalatedTask(goal, escalation) : undefined;
    return { goal, outcome, task, calls: escalation.climb.calls };
  });
  // The target's earlier answers are in a conversation, and a target that is being broken answers anything.
  const screened = await screen(
    context,
    found.flatMap(({ goal, task }) => (task === undefined ? [] : [{ goal, task }])),
    { kind: 'conversation', keyOf: ({ goal }) => goal.task.id, textsOf: ({ task }) => answersIn(task) },
  );
  const clear = new Set(screened.kept.map(({ task }) => task));
  const outcomes = found.map(({ goal, outcome, task: own, calls }) => {
    const task = own !== undefined && clear.has(own) ? own : undefined;
    return { task, record: recordOf('multi-turn', goal, { outcome, calls, task }) };
  });
  const planless = conversations
    .filter(({ escalation }) => escalation === undefined)
    .map(({ goal }) => recordOf('multi-turn', goal, { outcome: 'no-plan', calls: 0 }));
  job.end(
    `${outcomes.filter(({ record }) => record.outcome === 'broken').length} of ${plans.length} broke the target`,
  );
  const attacks = attacksOf(outcomes);
  return {
    ...attacks,
    records: [...attacks.records, ...planless],
    generations: {
      'attacker, conversations': attacker.counts,
      ...(screened.generations && { 'check of conversations': screened.generations }),
    },
    screened,
  };
}

function answersIn({ messages }: Task): string[] {
  return messages.filter(({ role }) => role === 'assistant').map(({ content }) => content);
}

function recordOf(
  kind: AttackRecord['attack'],
  goal: AttackGoal,
  { task, ...result }: Pick<AttackRecord, 'outcome' | 'calls'> & { readonly task?: Task | undefined },
): AttackRecord {
  return { attack: kind, task: goal.task.id, ...result, ...(task === undefined ? {} : { kept: task.id }) };
}

function attacksOf(
  outcomes: readonly { readonly task: Task | undefined; readonly record: AttackRecord }[],
): Pick<Attacks, 'tasks' | 'records'> {
  return {
    tasks: outcomes.flatMap(({ task }) => (task === undefined ? [] : [task])),
    records: outcomes.map(({ record }) => record),
  };
}

function goalsOf(context: RedTeamContext, tasks: readonly Task[]): AttackGoal[] {
  const knowledge = attackKnowledge(context);
  return tasks.map((task) => goalOf(task, knowledge));
}

/** The CWE list and the contrastive examples of the analysers' rules. */
export function attackKnowledge({
  cwes,
  settings,
}: Pick<RedTeamContext, 'cwes' | 'settings'>): AttackKnowledge {
  return { cwes, examples: ruleExamples(analyserRules(settings.oracles.rules)) };
}

function targetOf({ models, settings, concurrency }: RedTeamContext): Target {
  const { maxTokens, temperature } = settings.jailbreaks;
  return createTarget(models.model('target'), {
    concurrency: concurrency('target'),
    maxTokens,
    temperature,
    seed: settings.seed,
  });
}

function attackerOf({ models, concurrency }: RedTeamContext): Attacker {
  return createAttacker(models.model('attacker'), { concurrency: concurrency('attacker') });
}

function oracleOf({ oracles, models }: RedTeamContext): AttackOracle {
  const watch = judgeWatch(models.shared.ledger, { answers: 'answers', settings: 'the settings' });
  return createAttackOracle(createRewardModel({ oracles: oracles.oracles }), watch);
}
