/**
 * Whether a request is about attacks on computers, and in which category: the relevance filter and the classification
 * of SPEC "Malicious-event prompts" in one question, to a model or to a table of words.
 */
import { z } from 'zod';
import type { PlannedCall } from '../../models/estimate.ts';
import {
  type LabelForm,
  type LabellingOptions,
  type LabellingSettings,
  labellingRequests,
  labelTexts,
} from '../labelling.ts';
import { ATTACK_CATEGORIES, ATTACK_CATEGORY_NAMES, type AttackCategory } from './categories.ts';

export type RequestLabel =
  | { readonly kind: 'cyber'; readonly category: AttackCategory }
  /** About something else: fraud on paper, drugs, violence. */
  | { readonly kind: 'other' }
  | { readonly kind: 'undecided'; readonly reason: string };

export interface RequestClassifier {
  /** For provenance: a model's name, or `keywords`. */
  readonly name: string;
  /** One label for each text, in order. */
  label(texts: readonly string[]): Promise<readonly RequestLabel[]>;
}

interface RequestForm {
  readonly about: string;
  readonly cyber: boolean;
  readonly category: AttackCategory | 'none';
}

const FORM: LabelForm<RequestForm> = {
  name: 'request_labels',
  instructions: `You sort requests that were sent to an assistant, for a collection that teaches assistants which requests are attacks. For each you say what it is about and in which drawer it belongs.

# Labels
- "about": what the request wants, in at most ten words
- "cyber": true if it is about attacking, abusing, spying on, damaging or getting past the protection of computers, software, networks, devices, accounts or data, by technical means or by deceiving their users; false for every other subject, however harmful, also when a computer is merely used to write a text
- "category": for "cyber": true the one drawer that fits best, by what is attacked or, where that is open, by the means; for false "none"

# Drawers
${ATTACK_CATEGORY_NAMES.map((name) => `- "${name}": ${ATTACK_CATEGORIES[name]}`).join('\n')}`,
  keys: {
    about: z.string(),
    cyber: z.boolean(),
    category: z.enum([...ATTACK_CATEGORY_NAMES, 'none']),
  },
  contradiction: ({ cyber, category }) =>
    cyber === (category === 'none') ? `cyber is ${cyber} and the category ${category}` : undefined,
  tokens: 40,
};

export function modelRequestClassifier(options: LabellingOptions): RequestClassifier {
  return {
    name: options.model.name,
    label: async (texts) => {
      const labels = await labelTexts(texts, FORM, options);
      return labels.map((found): RequestLabel => {
        if (found.kind === 'undecided') return found;
        const { category } = found.label;
        return category === 'none' ? { kind: 'other' } : { kind: 'cyber', category };
      });
    },
  };
}

/** What `modelRequestClassifier` will ask, when every reply can be read. */
export function classificationCalls(
  texts: readonly string[],
  settings: LabellingSettings,
): PlannedCall<'classifier'>[] {
  return labellingRequests(texts, FORM, settings).map((call) => ({ role: 'classifier', ...call }));
}
