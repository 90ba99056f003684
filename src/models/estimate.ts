/** What work would cost, before any of it is paid for (`--estimate`). */
import type { ChatRequest } from './chat-model.ts';
import type { Budget, Prices } from './config.ts';
import type { TokenCounts } from './ledger.ts';
import { estimateInputTokens } from './tokens.ts';

export interface PlannedCall<R extends string = string> {
  readonly role: R;
  readonly request: ChatRequest;
  /** Expected tokens of the completion; the request's limit unless given. */
  readonly outputTokens?: number;
}

export interface RoleEstimate {
  /** Calls to be paid for. */
  readonly calls: number;
  /** Calls whose reply is in the cache. */
  readonly known: number;
  readonly tokens: TokenCounts;
  /** US dollars; null when the role has no prices. */
  readonly usd: number | null;
}

export interface Estimate {
  readonly roles: Readonly<Record<string, RoleEstimate>>;
  readonly calls: number;
  readonly tokens: TokenCounts;
  /** US dollars; null when a role with calls has no prices. */
  readonly usd: number | null;
  /** The limits of the budget that the work alone would exceed. */
  readonly exceeds: readonly (keyof Budget)[];
}

/**
 * Sums planned calls by role; input tokens are estimated (bytes / 4), equal calls are not told apart.
 * @param options.isKnown whether a call's reply is in the cache.
 */
export function estimateCost<R extends string>(
  planned: Iterable<PlannedCall<R>>,
  options: {
    readonly prices: (role: R) => Prices | undefined;
    readonly isKnown?: (call: PlannedCall<R>) => boolean;
    readonly budget?: Budget;
  },
): Estimate {
  const sums = new Map<R, { calls: number; known: number; input: number; output: number }>();
  for (const call of planned) {
    const sum = sums.get(call.role) ?? { calls: 0, known: 0, input: 0, output: 0 };
    sums.set(call.role, sum);
    if (options.isKnown?.(call)) sum.known++;
    else {
      sum.calls++;
      sum.input += estimateInputTokens(call.request);
      sum.output += call.outputTokens ?? call.request.maxTokens;
    }
  }
  const roles = [...sums].map(([role, { calls, known, input, output }]) => {
    const prices = options.prices(role);
    const usd = prices === undefined ? null : (input * prices.input + output * prices.output) / 1e6;
    return [role, { calls, known, tokens: { input, output }, usd: calls === 0 ? 0 : usd }] as const;
  });
  return totalOf(roles, options.budget ?? {});
}

function totalOf(roles: readonly (readonly [string, RoleEstimate])[], budget: Budget): Estimate {
  const sum = (pick: (role: RoleEstimate) => number): number =>
    roles.reduce((total, [, role]) => total + pick(role), 0);
  const tokens = { input: sum((role) => role.tokens.input), output: sum((role) => role.tokens.output) };
  const known = sum(({ usd }) => usd ?? 0);
  const exceeds: (keyof Budget)[] = [];
  if (known > (budget.usd ?? Number.POSITIVE_INFINITY)) exceeds.push('usd');
  if (tokens.input + tokens.output > (budget.tokens ?? Number.POSITIVE_INFINITY)) exceeds.push('tokens');
  return {
    roles: Object.fromEntries(roles),
    calls: sum(({ calls }) => calls),
    tokens,
    usd: roles.some(([, { usd }]) => usd === null) ? null : known,
    exceeds,
  };
}
