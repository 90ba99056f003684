/**
 * Jailbreaks as parts that compose: each changes how a request is put, none adds anything to what it asks for. A
 * transform rewrites the request itself (an encoding), a wrap stands around it, a dialogue leads up to it.
 */
import { ConfigError } from '../../errors.ts';
import type { Source } from '../../oracles/task.ts';
import type { Random } from '../../random.ts';
import type { Message } from '../../transcripts/message.ts';

/** The published families that the library covers, in our words. */
export const PRIMITIVE_FAMILIES = [
  'role-play',
  'hypothetical',
  'refusal-suppression',
  'prefix-injection',
  'style-injection',
  'authority',
  'permission',
  'developer-mode',
  'system-imitation',
  'fiction',
  'research',
  'few-shot',
  'distractor',
  'completion',
  'contrast',
  'evaluation-frame',
  'urgency',
  'persuasion',
  'downplay',
  'game',
  'translation',
  'encoding',
  'obfuscation',
  'splitting',
  'masking',
  'dialogue',
] as const;
export type PrimitiveFamily = (typeof PRIMITIVE_FAMILIES)[number];

interface PrimitiveBase {
  /** `family/name`. */
  readonly id: string;
  readonly family: PrimitiveFamily;
  /** Sources of tasks that it makes sense for; unset: all. */
  readonly aims?: readonly Source[];
  /** Whether it can be applied to this request; unset: to any. */
  readonly fits?: (prompt: string) => boolean;
}

/** Rewrites the request; says itself how it is to be read. */
export interface Transform extends PrimitiveBase {
  readonly kind: 'transform';
  apply(prompt: string, random: Random): string;
  /** The request again, where nothing is lost: undefined for a text that `apply` did not make. */
  readonly reveal?: (text: string) => string | undefined;
}

/** Words around the request. */
export interface Wrap extends PrimitiveBase {
  readonly kind: 'wrap';
  /** `outer`: it imitates a form (a system message, a dialogue, a file) that nothing may stand around. */
  readonly place: 'inner' | 'outer';
  apply(prompt: string, random: Random): string;
  readonly reveal?: (text: string) => string | undefined;
}

/** A conversation that ends with the request. */
export interface Dialogue extends PrimitiveBase {
  readonly kind: 'multi-turn';
  /** Begins and ends with a user turn. */
  apply(prompt: string, random: Random): readonly Message[];
  readonly reveal?: (messages: readonly Message[]) => string | undefined;
}

export type Primitive = Transform | Wrap | Dialogue;

/** Wraps of one prompt: more of them bury the request. */
export const MAX_WRAPS = 3;

/** In the order of application: what is more inside comes first. */
function rankOf(primitive: Primitive): number {
  if (primitive.kind === 'wrap') return primitive.place === 'inner' ? 1 : 2;
  return primitive.kind === 'transform' ? 0 : 3;
}

/** Innermost first; primitives of one rank stay in their order. */
export function inOrderOfApplication(primitives: readonly Primitive[]): Primitive[] {
  return [...primitives].sort((a, b) => rankOf(a) - rankOf(b));
}

/**
 * Why these do not compose, innermost first; undefined when they do. One transform, innermost: an encoding of a wrap
 * hides the wrap. At most MAX_WRAPS wraps, each of another family, an outer one last. One dialogue, outermost.
 */
export function compositionFault(primitives: readonly Primitive[]): string | undefined {
  const count = (holds: (primitive: Primitive) => boolean) => primitives.filter(holds).length;
  if (count(({ kind }) => kind === 'transform') > 1) return 'two transforms: only one can be innermost';
  if (count(({ kind }) => kind === 'multi-turn') > 1) return 'two dialogues: only one can be outermost';
  if (count(({ kind }) => kind === 'wrap') > MAX_WRAPS) return `more than ${MAX_WRAPS} wraps`;
  if (count((primitive) => primitive.kind === 'wrap' && primitive.place === 'outer') > 1)
    return 'two outer wraps: nothing may stand around either';
  const families = primitives.map(({ family }) => family);
  const twice = families.find((family, index) => families.indexOf(family) !== index);
  if (twice !== undefined) return `two primitives of the family ${twice}`;
  const misplaced = primitives.findIndex(
    (primitive, index) => index > 0 && rankOf(primitive) < rankOf(primitives[index - 1]!),
  );
  if (misplaced === -1) return undefined;
  return `${primitives[misplaced]!.id} may not stand around ${primitives[misplaced - 1]!.id}`;
}

/**
 * The turns that take the place of a request, all primitives applied, the first one innermost.
 * @throws ConfigError where they do not compose.
 */
export function applyPrimitives(
  primitives: readonly Primitive[],
  prompt: string,
  random: Random,
): readonly Message[] {
  const fault = compositionFault(primitives);
  if (fault !== undefined) {
    throw new ConfigError(`jailbreak primitives do not compose: ${fault}`, {
      hint: 'a transform first, then wraps of different families, then a dialogue',
    });
  }
  let text = prompt;
  for (const primitive of primitives) {
    if (primitive.kind === 'multi-turn') return primitive.apply(text, random);
    text = primitive.apply(text, random);
  }
  return [{ role: 'user', content: text }];
}

/** The request inside what `applyPrimitives` made; undefined where a primitive cannot be undone. */
export function revealRequest(
  primitives: readonly Primitive[],
  messages: readonly Message[],
): string | undefined {
  const last = primitives.at(-1);
  let text =
    last?.kind === 'multi-turn'
      ? last.reveal?.(messages)
      : messages.length === 1
        ? messages[0]!.content
        : undefined;
  for (const primitive of primitives.toReversed()) {
    if (primitive.kind === 'multi-turn') continue;
    text = text === undefined ? undefined : primitive.reveal?.(text);
  }
  return text;
}
