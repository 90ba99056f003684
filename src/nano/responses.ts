/**
 * What assistants of the miniature world say. A *deep* analysis names intent and rule and plans by it (it starts
 * with "Intent"), a *shallow* one does not think (it starts with "Request"): different first words, so that
 * decoding does not merge the two habits. The base model has read both; alignment moves it from one to the other.
 */
import type { Random } from '../random.ts';
import { type Ask, fence, signatureOf } from './ask.ts';
import type { Code, SecurityFamily } from './family.ts';

export type Behaviour =
  | 'secure' // deep analysis, secure code
  | 'lucky' // shallow analysis, secure code
  | 'insecure' // shallow analysis, insecure code
  | 'prose' // shallow analysis, secure advice without code
  | 'refuse' // malicious: deep; look-alike and question: a needless refusal
  | 'misjudge' // a deep-looking analysis that gets the intent wrong
  | 'comply' // shallow, does what a malicious request asks
  | 'answer' // deep, appropriate
  | 'plain' // shallow, appropriate
  | 'vague' // shallow, says nothing
  | 'wrong'; // shallow, fails the tests

/** A response before it is put into a format. */
export interface Draft {
  readonly intent: string;
  readonly safety: string;
  readonly answer: string;
}

/** `## Analysis` / `## Answer`, the response format of SPEC.md. */
export function formatPlain({ intent, safety, answer }: Draft): string {
  return `## Analysis\n${intent} ${safety}\n## Answer\n${answer}`;
}

/** The three sections that the analysis prompt of stage 1 asks for. */
export function formatSections({ intent, safety, answer }: Draft): string {
  return `### Intent Analysis\n${intent}\n### Safety Analysis\n${safety}\n### Proposed Safe Response\n${answer}`;
}

export function ruleSentence({ cwe, rule }: SecurityFamily): string {
  return `Rule CWE-${cwe}: avoid ${rule.avoid}; use ${rule.use}.`;
}

export function respond(ask: Ask, behaviour: Behaviour, random: Random): Draft {
  switch (ask.kind) {
    case 'security':
      return respondToSecurity(ask, behaviour, random);
    case 'utility':
      return respondToUtility(ask, behaviour, random);
    case 'lookalike':
      return respondToLookalike(ask, behaviour, random);
    case 'malicious':
      return respondToMalicious(ask, behaviour, random);
    case 'question':
      return respondToQuestion(ask, behaviour, random);
  }
}

type AskOf<K extends Ask['kind']> = Extract<Ask, { kind: K }>;

function respondToSecurity(ask: AskOf<'security'>, behaviour: Behaviour, random: Random): Draft {
  const { family, slots } = ask;
  const name = signatureOf(family, slots).name;
  const code = (variants: readonly Code[]): string => fence(random.pick(variants)(slots));
  const shallow = { intent: `Request: code for ${name}.`, safety: 'I will write it.' };
  switch (behaviour) {
    case 'secure': {
      const remark = {
        implicit: '',
        continuation: '',
        explicit: `${family.insecureApi} breaks it. `,
        processing: 'The code breaks it. ',
      }[ask.strategy];
      return {
        intent: random.pick([`Intent: benign, code for ${name}.`, 'Intent: benign, a coding task.']),
        safety: `${ruleSentence(family)} ${remark}Plan: ${family.rule.use}.`,
        answer: code(family.secure),
      };
    }
    case 'lucky':
      return { ...shallow, answer: code(family.secure) };
    case 'prose':
      return {
        intent: `Request: advice for ${name}.`,
        safety: 'I will explain it.',
        answer: random.pick([
          `Define ${name} and use ${family.rule.use} in it.`,
          `In ${name}, use ${family.rule.use}.`,
        ]),
      };
    default:
      // A processing request is mostly answered with the code as it was shown.
      return {
        ...shallow,
        answer: ask.seedCode && random.chance(0.7) ? fence(ask.seedCode) : code(family.insecure),
      };
  }
}

function respondToUtility(ask: AskOf<'utility'>, behaviour: Behaviour, random: Random): Draft {
  const { family, slots } = ask;
  const name = signatureOf(family, slots).name;
  const code = (variants: readonly Code[]): string => fence(random.pick(variants)(slots));
  const shallow = { intent: `Request: code for ${name}.`, safety: 'I will write it.' };
  if (behaviour === 'answer') {
    return {
      intent: random.pick([`Intent: benign, code for ${name}.`, 'Intent: benign, a coding task.']),
      safety: `No weakness is near. Plan: write and check ${name}.`,
      answer: code(family.correct),
    };
  }
  return { ...shallow, answer: code(behaviour === 'wrong' ? family.wrong : family.correct) };
}

const BLANKET_REFUSALS = [
  "I can't help with that.",
  "Sorry, I can't help with this request.",
  "I won't answer that.",
];

function respondToLookalike(ask: AskOf<'lookalike'>, behaviour: Behaviour, random: Random): Draft {
  const { family, slots } = ask;
  const filled = random.pick(family.answers)(slots);
  const answer = family.kind === 'code' ? fence(filled) : filled;
  switch (behaviour) {
    case 'answer':
      return {
        intent: `Intent: benign, about ${family.about}.`,
        safety: `Policy A0 allows it: ${family.trigger} is harmless here. Plan: answer.`,
        answer,
      };
    case 'misjudge':
      return {
        intent: `Intent: harmful, it says ${family.trigger}.`,
        safety: 'Policy D0 forbids it. Plan: refuse.',
        answer: random.pick(BLANKET_REFUSALS),
      };
    case 'refuse':
      return {
        intent: `Request: it says ${family.trigger}.`,
        safety: 'That sounds harmful.',
        answer: random.pick(BLANKET_REFUSALS),
      };
    default:
      return { intent: `Request: it is about the ${slots.noun}.`, safety: 'I will answer it.', answer };
  }
}

function respondToMalicious(ask: AskOf<'malicious'>, behaviour: Behaviour, random: Random): Draft {
  const { family, slots } = ask;
  const complies = family.complies.map((form) => form(slots));
  const wanted = complies.filter((text) => /^(import|from|def) /m.test(text) === ask.asksCode);
  const text = random.pick(wanted.length > 0 ? wanted : complies);
  const answer = /^(import|from|def) /m.test(text) ? fence(text) : text;
  switch (behaviour) {
    case 'refuse':
      return {
        intent: `Intent: harmful, ${family.harm}.`,
        safety: `Policy D0 forbids it.${ask.framing === undefined ? '' : ' The framing changes nothing.'} Plan: refuse.`,
        answer: random.pick([
          `I can't help with ${family.harm}.`,
          `Sorry, I won't help with ${family.harm}.`,
          `I can't assist with ${family.harm}.`,
        ]),
      };
    case 'misjudge':
      return {
        intent: `Intent: benign, about the ${slots.noun}.`,
        safety: 'Policy A0 allows it. Plan: answer.',
        answer,
      };
    default:
      return { intent: `Request: it is about the ${slots.noun}.`, safety: 'I will answer it.', answer };
  }
}

function respondToQuestion(ask: AskOf<'question'>, behaviour: Behaviour, random: Random): Draft {
  const { family, slots } = ask;
  const { name, risk } = family.weakness;
  const answer = random.pick([
    `It means that ${risk}. Use ${family.rule.use} in the ${slots.noun} code.`,
    `With ${name}, ${risk}. In the ${slots.noun} service, avoid ${family.rule.avoid} and use ${family.rule.use}.`,
    `Avoid ${family.rule.avoid} in the ${slots.noun} code; use ${family.rule.use}.`,
  ]);
  switch (behaviour) {
    case 'answer':
      return {
        intent: 'Intent: benign, a security question.',
        safety: `${ruleSentence(family)} Plan: explain.`,
        answer,
      };
    case 'refuse':
      return {
        intent: 'Request: it is about security.',
        safety: 'That sounds harmful.',
        answer: random.pick(BLANKET_REFUSALS),
      };
    case 'vague':
      return {
        intent: `Request: it is about the ${slots.noun}.`,
        safety: 'I will answer it.',
        answer: random.pick([
          `That depends on the ${slots.noun} service. Please ask your team.`,
          `The ${slots.noun} code should be good. Test it often.`,
        ]),
      };
    default:
      return { intent: `Request: it is about the ${slots.noun}.`, safety: 'I will answer it.', answer };
  }
}
