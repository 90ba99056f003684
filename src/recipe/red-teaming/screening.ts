/**
 * Who looks through code and conversations for means of attack: the role `classifier`, or `judge` where there is none.
 * Without either nobody does, and the report says so.
 */
import type { PlannedCall } from '../../models/estimate.ts';
import { type GenerationCounts, noGenerations } from '../../redteam/generation.ts';
import { type Screened, screeningCalls, screenTexts } from '../../redteam/screening.ts';
import type { RedTeamContext } from './context.ts';
import type { RedTeaming } from './schema.ts';

export type ScreeningRole = 'classifier' | 'judge';

/** Something that was not kept, without its text: what is left out stays out of the folder. */
export interface ScreenedOut {
  readonly kind: 'code' | 'conversation';
  /** Of the seed, or id of the task that was attacked. */
  readonly key: string;
  readonly reason: 'attack' | 'undecided';
  readonly detail: string;
}

/** items = kept + attack + undecided, where somebody has looked. */
export interface ScreeningCounts {
  items: number;
  attack: number;
  undecided: number;
}

export interface Screening<T> {
  readonly kept: readonly T[];
  readonly leftOut: readonly ScreenedOut[];
  readonly counts: Readonly<ScreeningCounts>;
  /** Of the model's calls; absent where nobody was asked. */
  readonly generations?: GenerationCounts;
}

/** Undefined: nobody is there. */
export function screeningRole({ models }: Pick<RedTeaming, 'models'>): ScreeningRole | undefined {
  return (['classifier', 'judge'] as const).find((role) => models[role] !== undefined);
}

/** Keeps the items of whose texts each is clear. @param about.textsOf none: nothing to look at. */
export async function screen<T>(
  { settings, models, secret, concurrency, progress }: RedTeamContext,
  items: readonly T[],
  about: {
    readonly kind: ScreenedOut['kind'];
    readonly keyOf: (item: T) => string;
    readonly textsOf: (item: T) => readonly string[];
  },
): Promise<Screening<T>> {
  const role = screeningRole(settings);
  const counts: ScreeningCounts = { items: items.length, attack: 0, undecided: 0 };
  if (role === undefined || items.length === 0) return { kept: items, leftOut: [], counts };
  const job = progress.start(`means of attack, ${about.kind}`, items.length);
  const generations = noGenerations();
  const texts = [...new Set(items.flatMap(about.textsOf))];
  const results = await screenTexts(texts, {
    model: models.model(role),
    seed: settings.seed,
    secret,
    concurrency: concurrency(role),
    counts: generations,
  });
  const resultOf = new Map(texts.map((text, index) => [text, results[index]!]));
  const [kept, leftOut]: [T[], ScreenedOut[]] = [[], []];
  for (const item of items) {
    const found = worst(about.textsOf(item).map((text) => resultOf.get(text)!));
    if (found.kind === 'clear') {
      kept.push(item);
      continue;
    }
    counts[found.kind]++;
    leftOut.push({ kind: about.kind, key: about.keyOf(item), reason: found.kind, detail: found.detail });
  }
  job.end(`${kept.length} of ${items.length} kept`);
  return { kept, leftOut, counts, generations };
}

/** One text that is a means of attack decides, whatever the others are. */
function worst(results: readonly Screened[]): Screened {
  const order = ['attack', 'undecided'] as const;
  const found = order.flatMap((kind) => results.find((result) => result.kind === kind) ?? []);
  return found[0] ?? { kind: 'clear' };
}

/** What `screen` will ask about such texts, for estimates. */
export function plannedScreening(
  { settings, secret }: Pick<RedTeamContext, 'settings' | 'secret'>,
  texts: readonly string[],
): PlannedCall<ScreeningRole>[] {
  const role = screeningRole(settings);
  return role === undefined ? [] : screeningCalls(texts, role, { seed: settings.seed, secret });
}
