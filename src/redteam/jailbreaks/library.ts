/** All jailbreak primitives, and how compositions of them are drawn. */
import type { Task } from '../../oracles/task.ts';
import type { Random } from '../../random.ts';
import { DIALOGUES } from './dialogues.ts';
import { ENCODINGS } from './encodings.ts';
import { compositionFault, inOrderOfApplication, type Primitive, type PrimitiveFamily } from './primitive.ts';
import { SPLITTINGS } from './splitting.ts';
import { JAILBREAK_TEMPLATES, type JailbreakFamily } from './templates.ts';
import { WRAPS } from './wraps.ts';

export const JAILBREAK_LIBRARY: readonly Primitive[] = [...WRAPS, ...ENCODINGS, ...SPLITTINGS, ...DIALOGUES];

/** Where a family of the short templates (templates.ts) belongs. */
const FAMILY_OF: Readonly<Partial<Record<JailbreakFamily, PrimitiveFamily>>> = {
  'mode-switch': 'developer-mode',
  flattery: 'persuasion',
};

/** Frames of at most 20 common words, for models and contexts too small for the others. */
export const SHORT_LIBRARY: readonly Primitive[] = JAILBREAK_TEMPLATES.map(({ id, family, wrap }) => ({
  kind: 'wrap',
  id: `short/${id}`,
  family: FAMILY_OF[family] ?? (family as PrimitiveFamily),
  place: 'inner',
  apply: (prompt) => wrap(prompt),
  reveal: (text) => unwrapped(text, wrap),
}));

/** What a template is wrapped around: the template shows with a mark of one line, and of two, where it goes. */
function unwrapped(text: string, wrap: (prompt: string) => string): string | undefined {
  for (const mark of ['\u0000\n\u0000', '\u0000']) {
    const [before, after] = wrap(mark).split(mark);
    if (text.length < before!.length + after!.length) continue;
    const inner = text.slice(before!.length, text.length - after!.length);
    if (wrap(inner) === text) return inner;
  }
  return undefined;
}

/** Those of a library that make sense for a task. */
export function primitivesFor(library: readonly Primitive[], task: Task): Primitive[] {
  const prompt = task.messages.at(-1)?.content ?? '';
  return library.filter(
    ({ aims, fits }) => (aims?.includes(task.source) ?? true) && (fits?.(prompt) ?? true),
  );
}

export interface CompositionOptions {
  /** How many primitives to compose, if so many compose. */
  readonly size: number;
  /** Families that are not drawn. */
  readonly without?: ReadonlySet<PrimitiveFamily>;
}

/**
 * A random composition, innermost first. Families are drawn before primitives, so that a family with many primitives
 * is not drawn more often. Empty when the library is.
 */
export function drawComposition(
  library: readonly Primitive[],
  { size, without }: CompositionOptions,
  random: Random,
): Primitive[] {
  const allowed = library.filter(({ family }) => without?.has(family) !== true);
  let chosen: Primitive[] = [];
  for (const family of random.shuffle([...new Set(allowed.map((primitive) => primitive.family))])) {
    if (chosen.length >= size) break;
    const primitive = random.pick(allowed.filter((other) => other.family === family));
    const wider = inOrderOfApplication([...chosen, primitive]);
    if (compositionFault(wider) === undefined) chosen = wider;
  }
  return chosen;
}
