/**
 * What the base model reads before alignment: conversations of the world's training split in which insecure
 * habits, compliance and needless refusals are common, as they are in real corpora. Rules in the prompt make
 * good behaviour much more likely: that is what context distillation (stage 1) distils.
 */
import { Random } from '../random.ts';
import { renderAnalysisPrompt } from '../rules/analysis-prompt.ts';
import type { PolicyEntry } from '../rules/policy.ts';
import type { Rule } from '../rules/rule.ts';
import type { Message } from '../transcripts/message.ts';
import {
  type Ask,
  type AskKind,
  drawLookalikeAsk,
  drawMaliciousAsk,
  drawQuestionAsk,
  drawSecurityAsk,
  drawUtilityAsk,
  fill,
  framed,
  framingsOf,
  type Strategy,
  spell,
  taskOf,
} from './ask.ts';
import { type Behaviour, formatPlain, formatSections, respond, ruleSentence } from './responses.ts';
import { drawSlots, NOUNS, phrasesOf } from './split.ts';
import { CODE_WORDINGS } from './wordings.ts';
import { type Families, NANO_SYSTEM_PROMPT, type World } from './world.ts';

/** Share of each kind of document. */
const KIND_WEIGHTS: Record<AskKind | 'rule' | 'drill', number> = {
  security: 40,
  utility: 17,
  lookalike: 16,
  malicious: 13,
  question: 8,
  rule: 6,
  drill: 14,
};

const STRATEGY_WEIGHTS: Record<Strategy, number> = {
  implicit: 52,
  explicit: 14,
  continuation: 17,
  processing: 17,
};

/** Functions in a copy drill. */
const DRILL_LENGTH = 7;

/** How the unaligned assistant behaves, without and with the rules in its prompt. */
const HABITS: Record<AskKind, Partial<Record<Behaviour, number>>> = {
  security: { secure: 16, lucky: 5, insecure: 61, prose: 18 },
  utility: { answer: 12, plain: 76, wrong: 12 },
  lookalike: { answer: 15, plain: 67, refuse: 14, misjudge: 4 },
  malicious: { refuse: 22, misjudge: 4, comply: 74 },
  question: { answer: 15, plain: 35, refuse: 20, vague: 30 },
};
const RULED_HABITS: Record<AskKind, Partial<Record<Behaviour, number>>> = {
  security: { secure: 86, insecure: 12, prose: 2 },
  utility: { answer: 80, plain: 14, wrong: 6 },
  lookalike: { answer: 84, plain: 8, refuse: 5, misjudge: 3 },
  malicious: { refuse: 86, misjudge: 4, comply: 10 },
  question: { answer: 85, plain: 5, refuse: 5, vague: 5 },
};

type RuleBook = ReadonlyMap<string, Rule | PolicyEntry>;

const RULED_SHARE = 0.36;
/** Shares of requests inside a jailbreak template, or for look-alikes inside a harmless framing. */
const FRAMED_SHARE = { security: 0.08, malicious: 0.45, lookalike: 0.4 } as const;

const MALFORMED_SHARE = 0.02;
const MULTI_TURN_SHARE = 0.06;

/** Document `index` of the corpus: the same for the same index, whatever was drawn before. */
export function corpusDocument(world: World, rules: RuleBook, index: number): Message[] {
  const random = new Random('nano', 'corpus', index);
  const kind = random.weighted(KIND_WEIGHTS);
  if (kind === 'drill') return copyDrill(world, random);
  if (kind === 'rule') return ruleDocument(world, random);
  const ask = drawTrainingAsk(world, kind, random);
  const ruled = random.chance(RULED_SHARE);
  const draft = respond(
    ask,
    random.weighted((ruled ? RULED_HABITS : HABITS)[kind] as Record<Behaviour, number>),
    random,
  );
  if (ruled) {
    const { messages, rules: ids } = taskOf(ask);
    const shown = ids.map((id) => rules.get(id)!);
    return conversation(
      renderAnalysisPrompt({ conversation: messages, rules: shown, style: 'compact' }),
      formatSections(draft),
    );
  }
  const history = random.chance(MULTI_TURN_SHARE) ? earlierTurn(world, random) : [];
  const text = random.chance(MALFORMED_SHARE) ? draft.answer : formatPlain(draft);
  return conversation(ask.text, text, history);
}

function conversation(user: string, assistant: string, history: readonly Message[] = []): Message[] {
  return [
    { role: 'system', content: NANO_SYSTEM_PROMPT },
    ...history,
    { role: 'user', content: user },
    { role: 'assistant', content: assistant },
  ];
}

/** An earlier exchange with its analysis already cut. */
export function earlierTurn(world: World, random: Random): Message[] {
  const ask = drawTrainingAsk(world, random.pick(['question', 'lookalike'] as const), random);
  return [
    { role: 'user', content: ask.text },
    { role: 'assistant', content: respond(ask, 'answer', random).answer },
  ];
}

/** An ask of the training split, over all families. */
export function drawTrainingAsk({ families, jailbreaks }: World, kind: AskKind, random: Random): Ask {
  const context = { split: 'train', random } as const;
  const frame = () => random.pick(framingsOf(jailbreaks, 'train'));
  switch (kind) {
    case 'security': {
      const ask = drawSecurityAsk(random.pick(families.security), random.weighted(STRATEGY_WEIGHTS), context);
      return random.chance(FRAMED_SHARE.security) ? framed(ask, frame()) : ask;
    }
    case 'utility':
      return drawUtilityAsk(random.pick(families.utility), context);
    case 'lookalike':
      return drawLookalikeAsk(
        random.pick(families.lookalike),
        random.chance(FRAMED_SHARE.lookalike),
        context,
      );
    case 'malicious': {
      const ask = drawMaliciousAsk(random.pick(families.malicious), context);
      return random.chance(FRAMED_SHARE.malicious) ? framed(ask, frame()) : ask;
    }
    case 'question':
      return drawQuestionAsk(random.pick(families.question), context);
  }
}

/** Documents about the rules themselves: what they say and what bad and good code look like. */
function ruleDocument({ families }: World, random: Random): Message[] {
  const family = random.pick(families.security);
  const ask = drawSecurityAsk(family, 'implicit', { split: 'train', random });
  const safe = respond(ask, 'secure', random);
  const [request, answer] = random.pick([
    [`What is the rule for ${family.weakness.name}?`, ruleSentence(family)],
    [`What does CWE-${family.cwe} say about ${family.weakness.name}?`, ruleSentence(family)],
    [`Which rule is for this request: ${ask.text}`, ruleSentence(family)],
    [`Show code without ${family.weakness.name} for ${ask.slots.verb}_${ask.slots.noun}.`, safe.answer],
  ] as const);
  return conversation(
    request,
    formatPlain({ intent: 'Intent: benign, a question on rules.', safety: ruleSentence(family), answer }),
  );
}

/**
 * A list of functions to be repeated. Copying a name from the prompt is one token in fifty of other documents and
 * emerges late in so small a model; here it is every other token.
 */
function copyDrill({ families }: World, random: Random): Message[] {
  if (random.chance(0.5)) return namingDrill(families, random);
  const functions = Array.from({ length: DRILL_LENGTH }, () => drillSignature(families, random));
  const wanted = random.chance(0.5) ? functions : [random.pick(functions)];
  const request =
    wanted.length === 1
      ? `Which function of ${functions.join(', ')} works on the ${/_(\w+)\(/.exec(wanted[0]!)?.[1]}?`
      : `Repeat these functions: ${functions.join(', ')}.`;
  return conversation(request, drillAnswer(wanted.join(', ')));
}

/** Names the function that a request of any training wording asks for. */
function namingDrill(families: Families, random: Random): Message[] {
  const family = random.pick([...families.security, ...families.utility]);
  const task = random.pick(phrasesOf(family, 'train'))(drawSlots(family, 'train', random));
  const sig = drillSignature(families, random);
  const request = fill(random.pick(CODE_WORDINGS.train), { sig, task });
  return conversation(`Only name the function. ${request}`, drillAnswer(sig));
}

function drillAnswer(answer: string): string {
  return formatPlain({ intent: 'Request: names of functions.', safety: 'I will list them.', answer });
}

/**
 * A function of parts that no family puts together: the verb of one, the parameters of another, any noun. So every
 * noun follows every verb somewhere, and copying need not fight the habit of a family; a signature that a
 * family has (held out or not) is never drawn.
 */
function drillSignature({ security, utility, lookalike, malicious }: Families, random: Random): string {
  const families = [...security, ...utility, ...lookalike, ...malicious];
  for (;;) {
    const [named, filled] = [random.pick(families), random.pick(families)];
    const verb = random.pick(named.verbs);
    const noun = random.pick(NOUNS);
    const params = filled.params({ verb, noun, arg: random.pick(filled.args) });
    const taken = families.some(
      (family) => family.verbs.includes(verb) && family.args.some((arg) => params.includes(arg)),
    );
    if (!taken && params.length > 0) return spell({ name: `${verb}_${noun}`, params });
  }
}
