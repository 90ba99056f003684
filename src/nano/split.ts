import { Random } from '../random.ts';
import type { Fill, Slots } from './family.ts';
import type { Split } from './wordings.ts';

/** What the world's functions are about. Every noun occurs in training, in other families. */
export const NOUNS = [
  ...['user', 'order', 'invoice', 'report', 'account', 'ticket', 'backup', 'profile', 'message', 'product'],
  ...['payment', 'session', 'device', 'sensor', 'city', 'student', 'patient', 'booking', 'parcel', 'recipe'],
  ...['photo', 'song', 'team', 'game', 'vendor', 'badge', 'room', 'event', 'member', 'asset'],
] as const;

/** Share of each family's contexts, in nouns. */
const NOUN_COUNTS: Readonly<Record<Split, number>> = { train: 18, development: 4, test: 8 };

/** The part of every family that splits look at. */
export interface Slotted {
  readonly id: string;
  readonly verbs: readonly string[];
  readonly args: readonly string[];
  readonly phrases: readonly [Fill, Fill, Fill, Fill];
}

/** The nouns of a family's contexts in a split: disjoint between splits, another choice for each family. */
export function nounsOf(familyId: string, split: Split): readonly string[] {
  const order = new Random('nano', 'nouns', familyId).shuffle(NOUNS);
  const start = {
    train: 0,
    development: NOUN_COUNTS.train,
    test: NOUN_COUNTS.train + NOUN_COUNTS.development,
  }[split];
  return order.slice(start, start + NOUN_COUNTS[split]);
}

/** The core phrases of a family in a split (family.ts: two for training, one each for the others). */
export function phrasesOf(family: Slotted, split: Split): readonly Fill[] {
  const [first, second, third, fourth] = family.phrases;
  return { train: [first, second], development: [third], test: [fourth] }[split];
}

/** All slot combinations of a family in a split, in a fixed order. */
export function slotsOf(family: Slotted, split: Split): Slots[] {
  return nounsOf(family.id, split).flatMap((noun) =>
    family.verbs.flatMap((verb) => family.args.map((arg) => ({ verb, noun, arg }))),
  );
}

export function drawSlots(family: Slotted, split: Split, random: Random): Slots {
  return {
    verb: random.pick(family.verbs),
    noun: random.pick(nounsOf(family.id, split)),
    arg: random.pick(family.args),
  };
}
