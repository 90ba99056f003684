/**
 * The template synthesizer: plays the LLM role of red-teaming at nano scale. It writes vulnerable code of the world's
 * training contexts and asks for it in training wordings. (It fits redteam's `Synthesizer`; peers do not import
 * each other.)
 */
import type { Signature } from '../oracles/task.ts';
import { Random } from '../random.ts';
import { drawSecurityAsk, ruleIdOf, type Strategy, signatureOf } from './ask.ts';
import type { Slots } from './family.ts';
import { slotsOf } from './split.ts';
import type { Families } from './world.ts';

interface Seed {
  readonly code: string;
  readonly family: string;
  readonly slots: Slots;
}

interface Draft {
  readonly text: string;
  readonly signature: Signature;
  readonly provenance: Readonly<Record<string, string | number>>;
}

export function createTemplateSynthesizer(families: Pick<Families, 'security'>, seed: number) {
  const byRule = new Map(families.security.map((family) => [ruleIdOf(family), family]));
  return {
    /** Turn t takes the t-th context of a shuffled list, and the implementations in turn. */
    async writeVulnerableCode(rule: { readonly id: string }, turn: number): Promise<Seed | undefined> {
      const family = byRule.get(rule.id);
      if (family === undefined) return undefined;
      const contexts = new Random(seed, 'seed-code', family.id).shuffle(slotsOf(family, 'train'));
      const slots = contexts[turn % contexts.length]!;
      const code = family.insecure[turn % family.insecure.length]!(slots);
      return { code, family: family.id, slots };
    },

    async writePrompt(request: {
      readonly seed: {
        readonly family: string;
        readonly code: string;
        readonly slots: object;
        readonly rule: { readonly id: string };
      };
      readonly strategy: Strategy;
      readonly turn: number;
    }): Promise<Draft | undefined> {
      const family = byRule.get(request.seed.rule.id);
      if (family === undefined) return undefined;
      const slots = request.seed.slots as Slots;
      const random = new Random(seed, 'prompt', family.id, request.strategy, request.turn, request.seed.code);
      const ask = drawSecurityAsk(family, request.strategy, {
        split: 'train',
        random,
        slots,
        seedCode: request.seed.code,
      });
      return {
        text: ask.text,
        signature: signatureOf(family, slots),
        provenance: { wording: ask.wording, noun: slots.noun, split: 'train' },
      };
    },
  };
}
