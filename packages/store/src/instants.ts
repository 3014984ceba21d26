import type { Instant } from "@mainspring/core";

/** A moment as callers hold it. */
export type Moment = Date | Instant;

export function instant(date: Date): Instant {
  return date.toISOString();
}

export function instantOrNull(date: Date | null): Instant | null {
  return date === null ? null : date.toISOString();
}
