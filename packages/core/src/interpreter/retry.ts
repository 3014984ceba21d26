import type { RetryPolicy } from "../program/program.ts";
import type { ActionError } from "./transition.ts";

const { max, min, round } = Math;

/** A `Retry-After` may lengthen one delay to at most this. */
export const retryAfterMaxMs = 3_600_000;

/**
 * The delay before the next try of a call by the author's policy; undefined: no further try.
 * Whoever performs calls applies it: the wrapper around activities, and the scenario runner on its virtual clock.
 * @param attemptsMade tries whose outcome was reported, this one included
 * @param chance from 0 to 1, used by `jitter`
 */
export function nextDelayMs(
  policy: RetryPolicy | undefined,
  error: Pick<ActionError, "category" | "code">,
  attemptsMade: number,
  chance: number,
  retryAfterMs?: number,
): number | undefined {
  if (policy === undefined || attemptsMade >= policy.maxAttempts) return undefined;
  if (!policy.retryOn.includes(error.category) && !policy.retryOn.includes(error.code)) return undefined;
  const grown = policy.backoffMs * policy.backoffMultiplier ** (attemptsMade - 1);
  const capped = min(grown, policy.maxDelayMs);
  const delayMs = policy.jitter ? capped * (0.5 + chance / 2) : capped;
  return round(max(delayMs, min(retryAfterMs ?? 0, retryAfterMaxMs)));
}
