/**
 * Asks: what a user of the miniature world says. An ask is a family, its slots, and a wording of one split;
 * it becomes a prompt for training and evaluation (`taskOf`), and the corpus pairs it with responses.
 */
import { contentKey } from '../content-key.ts';
import type { Signature, Task } from '../oracles/task.ts';
import type { Random } from '../random.ts';
import type { Message } from '../transcripts/message.ts';
import type { LookalikeFamily, MaliciousFamily, SecurityFamily, Slots, UtilityFamily } from './family.ts';
import { drawSlots, phrasesOf } from './split.ts';
import {
  BENIGN_FRAMINGS,
  CODE_WORDINGS,
  CONTINUATION_WORDINGS,
  EXPLAIN_WORDINGS,
  EXPLICIT_WORDINGS,
  PROCESSING_WORDINGS,
  QUESTION_WORDINGS,
  type Split,
} from './wordings.ts';

export type Strategy = 'implicit' | 'explicit' | 'continuation' | 'processing';

/** A jailbreak template as the red-teaming library has them; the world splits them like wordings. */
export interface Framing {
  readonly id: string;
  readonly wrap: (prompt: string) => string;
}

interface AskBase {
  readonly slots: Slots;
  readonly split: Split;
  /** The user turn. */
  readonly text: string;
  readonly wording: string;
  readonly framing?: string;
}

export type Ask =
  | (AskBase & {
      readonly kind: 'security';
      readonly family: SecurityFamily;
      readonly strategy: Strategy;
      /** The vulnerable code that a processing prompt shows. */
      readonly seedCode?: string;
    })
  | (AskBase & { readonly kind: 'utility'; readonly family: UtilityFamily })
  | (AskBase & { readonly kind: 'lookalike'; readonly family: LookalikeFamily })
  | (AskBase & { readonly kind: 'malicious'; readonly family: MaliciousFamily; readonly asksCode: boolean })
  | (AskBase & { readonly kind: 'question'; readonly family: SecurityFamily });

export type AskKind = Ask['kind'];

export function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (hole, key: string) => values[key] ?? hole);
}

export function fence(code: string): string {
  return `\`\`\`python\n${code}\n\`\`\``;
}

export function signatureOf(family: { params: (s: Slots) => readonly string[] }, slots: Slots): Signature {
  return { name: `${slots.verb}_${slots.noun}`, params: family.params(slots) };
}

export function spell(signature: Signature): string {
  return `${signature.name}(${signature.params.join(', ')})`;
}

/** The part of an implementation before its body: imports and the `def` line. */
export function prefixOf(code: string): string {
  const lines = code.split('\n');
  const def = lines.findIndex((line) => line.startsWith('def '));
  return lines.slice(0, def + 1).join('\n');
}

/** Splits jailbreak templates: half for training, 15 % for development, the rest for test. */
export function framingsOf(framings: readonly Framing[], split: Split): readonly Framing[] {
  const train = Math.ceil(framings.length * 0.5);
  const development = train + Math.floor(framings.length * 0.15);
  if (split === 'train') return framings.slice(0, train);
  return split === 'development' ? framings.slice(train, development) : framings.slice(development);
}

interface DrawContext {
  readonly split: Split;
  readonly random: Random;
  /** Fixed slots, when the caller enumerates contexts. */
  readonly slots?: Slots;
}

interface SecurityContext extends DrawContext {
  /** The vulnerable code that a continuation or processing prompt is made from; drawn if not given. */
  readonly seedCode?: string;
}

export function drawSecurityAsk(
  family: SecurityFamily,
  strategy: Strategy,
  context: SecurityContext,
): Extract<Ask, { kind: 'security' }> {
  const { split, random, slots = drawSlots(family, split, random) } = context;
  const sig = spell(signatureOf(family, slots));
  const task = random.pick(phrasesOf(family, split))(slots);
  const base = { kind: 'security', family, slots, split, strategy } as const;
  if (strategy === 'implicit' || strategy === 'explicit') {
    const wording = random.pick(CODE_WORDINGS[split]);
    const text = fill(wording, { sig, task });
    if (strategy === 'implicit') return { ...base, text, wording };
    const order = random.pick(EXPLICIT_WORDINGS[split]);
    return {
      ...base,
      text: `${text} ${fill(order, { api: family.insecureApi })}`,
      wording: `${wording} ${order}`,
    };
  }
  const seedCode = context.seedCode ?? random.pick(family.insecure)(slots);
  if (strategy === 'continuation') {
    const wording = random.pick(CONTINUATION_WORDINGS[split]);
    return { ...base, text: fill(wording, { task, code: fence(prefixOf(seedCode)) }), wording };
  }
  const wording = random.pick(PROCESSING_WORDINGS[split]);
  return { ...base, text: fill(wording, { code: fence(seedCode) }), wording, seedCode };
}

export function drawUtilityAsk(family: UtilityFamily, context: DrawContext): Ask {
  const { split, random, slots = drawSlots(family, split, random) } = context;
  const wording = random.pick(CODE_WORDINGS[split]);
  const task = random.pick(phrasesOf(family, split))(slots);
  return {
    kind: 'utility',
    family,
    slots,
    split,
    text: fill(wording, { sig: spell(signatureOf(family, slots)), task }),
    wording,
  };
}

/** @param framed whether the request is wrapped in a benign framing. */
export function drawLookalikeAsk(family: LookalikeFamily, framed: boolean, context: DrawContext): Ask {
  const { split, random, slots = drawSlots(family, split, random) } = context;
  const task = random.pick(phrasesOf(family, split))(slots);
  const wording = random.pick((family.kind === 'code' ? CODE_WORDINGS : EXPLAIN_WORDINGS)[split]);
  const prompt = fill(wording, { sig: spell(signatureOf(family, slots)), task });
  const base = { kind: 'lookalike', family, slots, split, wording } as const;
  if (!framed) return { ...base, text: prompt };
  const framing = random.pick(BENIGN_FRAMINGS[split]);
  return { ...base, text: fill(framing, { prompt }), framing };
}

export function drawMaliciousAsk(family: MaliciousFamily, context: DrawContext): Ask {
  const { split, random, slots = drawSlots(family, split, random) } = context;
  const task = random.pick(phrasesOf(family, split))(slots);
  const asksCode = random.chance(0.5);
  const wording = random.pick((asksCode ? CODE_WORDINGS : EXPLAIN_WORDINGS)[split]);
  const text = fill(wording, { sig: spell(signatureOf(family, slots)), task });
  return { kind: 'malicious', family, slots, split, wording, asksCode, text };
}

/** The ask inside a jailbreak template. */
export function framed<A extends Ask>(ask: A, framing: Framing): A {
  return { ...ask, text: framing.wrap(ask.text), framing: framing.id };
}

export function drawQuestionAsk(family: SecurityFamily, context: DrawContext): Ask {
  const { split, random, slots = drawSlots(family, split, random) } = context;
  const wording = random.pick(QUESTION_WORDINGS[split]);
  const text = fill(wording, { name: family.weakness.name, noun: slots.noun });
  return { kind: 'question', family, slots, split, text, wording };
}

/** Id of a family's rule; policy entries (src/rules/policy.ts) go by their own ids. */
export function ruleIdOf(family: SecurityFamily): string {
  return `nano/${family.id}`;
}

const STOP_WORDS = new Set(['the', 'and', 'for', 'with', 'from', 'into', 'not', 'its', 'instead']);

/** The telling words of a phrase. */
const words = (phrase: string): string[] =>
  (phrase.toLowerCase().match(/[a-z0-9]{3,}/g) ?? []).filter((word) => !STOP_WORDS.has(word));

/**
 * The task of an ask: its conversation with what verifies an answer.
 * @param history earlier turns, for multi-turn conversations.
 */
export function taskOf(ask: Ask, history: readonly Message[] = []): Task {
  const messages: Message[] = [...history, { role: 'user', content: ask.text }];
  const provenance: Record<string, string | number> = {
    wording: ask.wording,
    noun: ask.slots.noun,
    split: ask.split,
    ...(ask.framing === undefined ? {} : { framing: ask.framing }),
  };
  return {
    id: contentKey({ messages, kind: ask.kind }),
    messages,
    ...verification(ask),
    family: ask.family.id,
    provenance: { ...provenance, ...('strategy' in ask ? { strategy: ask.strategy } : {}) },
  };
}

type Verification = Omit<Task, 'id' | 'messages' | 'family' | 'provenance'>;

function verification(ask: Ask): Verification {
  const { slots } = ask;
  switch (ask.kind) {
    case 'security':
      return {
        source: 'code-security',
        oracles: ['code-security'],
        cwes: [ask.family.cwe],
        rules: [ruleIdOf(ask.family)],
        signature: signatureOf(ask.family, slots),
      };
    case 'utility':
      return {
        source: 'coding-utility',
        oracles: ['correctness'],
        cwes: [],
        rules: ['A1'],
        tests: { functional: ask.family.tests(slots).join('\n') },
        signature: signatureOf(ask.family, slots),
      };
    case 'lookalike':
      return {
        source: 'overrefusal',
        // XSCode's criterion for code: answered *and* secure.
        oracles: ask.family.kind === 'code' ? ['overrefusal', 'code-security'] : ['overrefusal'],
        cwes: [],
        rules: ['D0', 'A0'],
        judge: { harmful: false, relevant: ask.family.relevant(slots) },
        ...(ask.family.kind === 'code' ? { signature: signatureOf(ask.family, slots) } : {}),
      };
    case 'malicious':
      return {
        source: 'malicious-assistance',
        oracles: ['malicious-assistance'],
        cwes: [],
        rules: ['D0', 'A0'],
        judge: { harmful: true, relevant: [words(ask.family.harm)] },
      };
    case 'question':
      return {
        source: 'security-qa',
        oracles: ['overrefusal'],
        cwes: [ask.family.cwe],
        rules: [ruleIdOf(ask.family)],
        judge: { harmful: false, relevant: [words(ask.family.rule.use), [slots.noun]] },
      };
  }
}
