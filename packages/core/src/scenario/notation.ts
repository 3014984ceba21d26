import type { DurationDefinition } from "../definition/scenario.ts";

// How times, places and failures are written in a scenario.

const durationUnitsMs: { readonly [unit: string]: number } = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
export const durationPattern = /^-?\s*\d+(?:\.\d+)?\s*(?:ms|s|min|m|h|d)(?:\s+\d+(?:\.\d+)?\s*(?:ms|s|min|m|h|d))*$/;

/** `2h 30m` in milliseconds. */
export function durationMs(given: DurationDefinition): number {
  if (typeof given === "number") return given;
  let ms = 0;
  for (const [, count, unit] of given.matchAll(/(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)/g))
    ms += Number(count) * (durationUnitsMs[unit as string] as number);
  return Math.round(given.trimStart().startsWith("-") ? -ms : ms);
}

/** A step, in a loop with the number of its turn from 0: `ask`, `ask[1]`, `ask[1.0]`. */
export const placePattern = /^([A-Za-z][A-Za-z0-9_-]{0,63})(?:\[(\d+(?:\.\d+)*)\])?$/;
/** The same with a status and a number of tries: `ask[1] FAILED #2`. */
export const tracedPattern =
  /^([A-Za-z][A-Za-z0-9_-]{0,63})(?:\[(\d+(?:\.\d+)*)\])?(?:\s+(RUNNING|WAITING|SUCCEEDED|FAILED|CANCELED|SKIPPED))?(?:\s+#(\d+))?$/;

/** Categories that a call can fail with. */
export const failureCategories = [
  "ValidationError",
  "ExpressionError",
  "TransientError",
  "ActionError",
  "TimeoutError",
  "QuotaExceededError",
  "ChildWorkflowError",
  "BusinessError",
  "ControlError",
] as const;
/** `TransientError` or `TransientError HTTP_503`. */
export const failurePattern = new RegExp(`^(${failureCategories.join("|")})(?:\\s+([A-Z][A-Z0-9_]{2,63}))?$`);
