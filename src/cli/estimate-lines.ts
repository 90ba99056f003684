/** What `--estimate` prints, for every command that has it. */
import type { Estimate } from '../models/estimate.ts';

/** @param about.usual what the usual figures assume. */
export function estimateLines(
  { usual, most }: { readonly usual: Estimate; readonly most: Estimate },
  about: { readonly usual: string },
): string[] {
  return [
    ...Object.entries(usual.roles).map(
      ([role, { calls, known }]) =>
        `${role}: ${calls} calls${known === 0 ? '' : `, ${known} more are known and free`}`,
    ),
    `${about.usual}: ${amount(usual)}`,
    `at most: ${amount(most)}`,
    ...(most.exceeds.length === 0 ? [] : [`it may exceed the budget in ${most.exceeds.join(' and ')}`]),
  ];
}

function amount({ calls, tokens, usd }: Estimate): string {
  const money = usd === null ? 'price unknown' : `${usd.toFixed(2)} USD`;
  return `${calls} calls, ${tokens.input} + ${tokens.output} tokens, ${money}`;
}
