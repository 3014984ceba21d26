import type { ActionError, RetryPolicy } from "@mainspring/core";

/** A `Retry-After` may lengthen one delay to at most this. */
export const retryAfterMaxMs = 3_600_000;

/**
 * The delay before the next try by the author's policy; undefined: no further try.
 * @param attemptsMade tries whose outcome was reported, this one included
 * @param chance from 0 to 1, used by `jitter`
 */
export function nextDelayMs(policy: RetryPolicy | undefined, error: Pick<ActionError, "category" | "code">, attemptsMade: number, chance: number, retryAfterMs?: number): number | undefined {
  if (policy === undefined || attemptsMade >= policy.maxAttempts) return undefined;
  if (!policy.retryOn.includes(error.category) && !policy.retryOn.includes(error.code)) return undefined;
  const grown = policy.backoffMs * policy.backoffMultiplier ** (attemptsMade - 1);
  const capped = Math.min(grown, policy.maxDelayMs);
  const delayMs = policy.jitter ? capped * (0.5 + chance / 2) : capped;
  return Math.round(Math.max(delayMs, Math.min(retryAfterMs ?? 0, retryAfterMaxMs)));
}
