/** When to try again: exponential backoff with full jitter, and what the server itself asks for. */
import type { Random } from '../random.ts';

const CAP_SECONDS = 60;

/**
 * Wait before retry `attempt` (from 0): uniform in [0, min(60, base x 2^attempt)) seconds, "full jitter" of Brooker,
 * "Exponential backoff and jitter" (AWS, 2015): clients that failed together do not come back together.
 */
export function jitteredSeconds(attempt: number, base: number, random: Random): number {
  return random.float() * Math.min(CAP_SECONDS, base * 2 ** attempt);
}

/** Header pairs that say which limit is used up and when it is whole again. */
const LIMITS: readonly (readonly [remaining: string, reset: string])[] = [
  ...['requests', 'tokens', 'input-tokens', 'output-tokens'].flatMap((what) => [
    [`x-ratelimit-remaining-${what}`, `x-ratelimit-reset-${what}`] as const,
    [`anthropic-ratelimit-${what}-remaining`, `anthropic-ratelimit-${what}-reset`] as const,
  ]),
  ['x-ratelimit-remaining', 'x-ratelimit-reset'],
  ['ratelimit-remaining', 'ratelimit-reset'],
];

/**
 * Seconds that a server asks to wait: `Retry-After` (seconds or HTTP date, RFC 9110 10.2.3), `retry-after-ms`, or
 * the reset of the limits that are used up. Undefined when it does not say.
 * @param now milliseconds since the epoch.
 */
export function serverDelaySeconds(
  headers: Readonly<Record<string, string>>,
  now: number,
): number | undefined {
  const milliseconds = Number(headers['retry-after-ms'] ?? Number.NaN);
  if (milliseconds >= 0) return milliseconds / 1000;
  const asked = delayOf(headers['retry-after'], now);
  if (asked !== undefined) return asked;
  const resets = LIMITS.flatMap(([remaining, reset]) =>
    headers[remaining]?.trim() === '0' ? [delayOf(headers[reset], now) ?? []].flat() : [],
  );
  return resets.length === 0 ? undefined : Math.max(...resets);
}

/** `12`, `1.5s`, `6m0s`, `20ms`, seconds since the epoch, an HTTP date or an RFC 3339 time, as seconds from now. */
function delayOf(text: string | undefined, now: number): number | undefined {
  const value = text?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(value)) {
    const number = Number(value);
    return number < 1e9 ? number : Math.max(0, number - now / 1000);
  }
  const parts = [...value.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  if (parts.length > 0 && parts.map(([part]) => part).join('') === value) {
    const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };
    return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * units[unit!]!, 0);
  }
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}
