/**
 * The miniature world: all families, their rules, and which families are kept out of alignment ("new
 * families"). Everything here is a pure function of content and seed.
 */

import { contentKey } from '../content-key.ts';
import { Random } from '../random.ts';
import { POLICY, type PolicyEntry } from '../rules/policy.ts';
import type { Rule } from '../rules/rule.ts';
import { type Framing, ruleIdOf } from './ask.ts';
import { LOOKALIKE_CODE_FAMILIES } from './families/lookalikes.ts';
import { LOOKALIKE_EXPLAIN_FAMILIES } from './families/lookalikes-explain.ts';
import { MALICIOUS_FAMILIES } from './families/malicious.ts';
import { CRYPTO_FAMILIES } from './families/security-crypto.ts';
import { DATA_FAMILIES } from './families/security-data.ts';
import { INJECTION_FAMILIES } from './families/security-injection.ts';
import { SYSTEM_FAMILIES } from './families/security-system.ts';
import { UTILITY_FAMILIES } from './families/utility.ts';
import { UTILITY_DATA_FAMILIES } from './families/utility-data.ts';
import type { LookalikeFamily, MaliciousFamily, SecurityFamily, Slots, UtilityFamily } from './family.ts';
import * as wordings from './wordings.ts';

/** The system prompt of every nano conversation: a context of 320 tokens has no room for the policy's text. */
export const NANO_SYSTEM_PROMPT = 'Think about safety, then answer.';

/** Tokens of context that the nano model is trained with. */
export const NANO_CONTEXT = 320;

export interface Families {
  readonly security: readonly SecurityFamily[];
  readonly utility: readonly UtilityFamily[];
  readonly lookalike: readonly LookalikeFamily[];
  readonly malicious: readonly MaliciousFamily[];
  /** Security families with distinct weaknesses: one question family each. */
  readonly question: readonly SecurityFamily[];
}

export interface World {
  readonly families: Families;
  /** Jailbreak templates, in the order that framingsOf() splits. */
  readonly jailbreaks: readonly Framing[];
}

export function createWorld({ jailbreaks }: { readonly jailbreaks: readonly Framing[] }): World {
  const security = [...INJECTION_FAMILIES, ...DATA_FAMILIES, ...CRYPTO_FAMILIES, ...SYSTEM_FAMILIES];
  const named = new Map(security.map((family) => [family.weakness.name, family]));
  return {
    families: {
      security,
      utility: [...UTILITY_FAMILIES, ...UTILITY_DATA_FAMILIES],
      lookalike: [...LOOKALIKE_CODE_FAMILIES, ...LOOKALIKE_EXPLAIN_FAMILIES],
      malicious: MALICIOUS_FAMILIES,
      question: [...named.values()],
    },
    jailbreaks: new Random('nano', 'jailbreaks').shuffle(jailbreaks),
  };
}

/** How many families of each kind are kept out of alignment; questions follow their security families. */
const NEW_FAMILY_COUNTS = { security: 8, utility: 6, lookalike: 6, malicious: 5 } as const;

/**
 * Splits the families into those that alignment may see and the *new families*, which rule learning and RL
 * never see: another choice for every seed. Questions follow their security family, so that no question
 * teaches the rule of a new family.
 */
export function splitFamilies(world: World, seed: number): { known: Families; fresh: Families } {
  const draw = <F extends { readonly id: string }>(
    kind: keyof typeof NEW_FAMILY_COUNTS,
    families: readonly F[],
  ) =>
    new Set(
      new Random(seed, 'new-families', kind)
        .shuffle(families)
        .slice(0, NEW_FAMILY_COUNTS[kind])
        .map(({ id }) => id),
    );
  const { security, utility, lookalike, malicious, question } = world.families;
  const ids = {
    security: draw('security', security),
    utility: draw('utility', utility),
    lookalike: draw('lookalike', lookalike),
    malicious: draw('malicious', malicious),
  };
  const freshSecurity = security.filter(({ id }) => ids.security.has(id));
  // A question names a weakness, and weaknesses are shared between families: one that a new family has is new.
  const freshWeaknesses = new Set(freshSecurity.map(({ weakness }) => weakness.name));
  const part = (keep: boolean): Families => ({
    security: security.filter(({ id }) => ids.security.has(id) !== keep),
    utility: utility.filter(({ id }) => ids.utility.has(id) !== keep),
    lookalike: lookalike.filter(({ id }) => ids.lookalike.has(id) !== keep),
    malicious: malicious.filter(({ id }) => ids.malicious.has(id) !== keep),
    question: question.filter(({ weakness }) => freshWeaknesses.has(weakness.name) !== keep),
  });
  return { known: part(true), fresh: part(false) };
}

/** The rules of the world: one per security family. */
export function worldRules({ families }: World): Rule[] {
  return families.security.map((family) => ({
    id: ruleIdOf(family),
    cwe: family.cwe,
    name: family.weakness.name,
    avoid: family.rule.avoid,
    use: family.rule.use,
    risk: family.weakness.risk,
    analyserRules: family.ruff,
  }));
}

/** Every rule that a task of the world can name, by id: its security rules and the policy entries. */
export function ruleBook(world: World): ReadonlyMap<string, Rule | PolicyEntry> {
  return new Map([...worldRules(world), ...POLICY].map((rule) => [rule.id, rule]));
}

/**
 * Identifies the content of the world: what a run computed with other families, wordings or templates is not
 * taken over. Every text of a family counts, filled with one set of slots.
 */
export function worldDigest({ families, jailbreaks }: World): string {
  const spelled = (family: object): unknown[] =>
    Object.values(family).map((value: unknown) => spell(value, { verb: 'v', noun: 'n', arg: 'a' }));
  return contentKey({
    wordings,
    families: Object.values(families).map((list) => list.map(spelled)),
    jailbreaks: jailbreaks.map(({ id, wrap }) => [id, wrap('p')]),
  });
}

function spell(value: unknown, slots: Slots): unknown {
  if (typeof value === 'function') return (value as (slots: Slots) => unknown)(slots);
  return Array.isArray(value) ? value.map((inner) => spell(inner, slots)) : value;
}
