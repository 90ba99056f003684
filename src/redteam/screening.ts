/**
 * The last look at what others wrote before it becomes a part of the corpus: code with a weakness belongs there, a tool
 * of attack does not. An analyser cannot tell them apart, a model that labels texts can.
 */
import { z } from 'zod';
import type { PlannedCall } from '../models/estimate.ts';
import {
  type LabelForm,
  type LabellingOptions,
  type LabellingSettings,
  labellingRequests,
  labelTexts,
} from './labelling.ts';

interface PurposeLabel {
  readonly about: string;
  readonly attack: boolean;
}

const FORM: LabelForm<PurposeLabel> = {
  name: 'purpose_labels',
  instructions: `You look through texts, most of them programs, before they become part of a collection for teaching secure coding. Programs with security mistakes belong there; means of attack do not. For each you say what it is for.

# Labels
- "about": what the text or program is for, in at most ten words
- "attack": true if it is itself a means of attack, by what it does when somebody runs or follows it: it damages, spies on, infects, floods, breaks into or deceives systems, accounts or people, hides from those who defend them, or explains step by step how that is done. False for everything else: a program for another purpose that is merely weak, however badly; a program that defends or tests what it is allowed to; a refusal; a question

# Mistakes are not attacks
A web page that builds SQL from its input, a script that runs what it is given, a password in the source: each is a mistake of a program that is for something else, and false.`,
  keys: { about: z.string(), attack: z.boolean() },
  tokens: 25,
};

/** `clear`: no means of attack. Undecided is never clear. */
export type Screened =
  | { readonly kind: 'clear' }
  | { readonly kind: 'attack'; readonly detail: string }
  | { readonly kind: 'undecided'; readonly detail: string };

/** A result for each text, in order. @throws ModelError when there is no use in asking on. */
export async function screenTexts(texts: readonly string[], options: LabellingOptions): Promise<Screened[]> {
  const labels = await labelTexts(texts, FORM, options);
  return labels.map((found): Screened => {
    if (found.kind === 'undecided') return { kind: 'undecided', detail: found.reason };
    return found.label.attack ? { kind: 'attack', detail: found.label.about } : { kind: 'clear' };
  });
}

/** What `screenTexts` will ask, when every reply can be read. @param role that is asked. */
export function screeningCalls<R extends string>(
  texts: readonly string[],
  role: R,
  settings: LabellingSettings,
): PlannedCall<R>[] {
  return labellingRequests(texts, FORM, settings).map((call) => ({ role, ...call }));
}
