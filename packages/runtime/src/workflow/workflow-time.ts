import { instantFromMs, instantMs, type Instant } from "@mainspring/core";

// The sandbox replaces Date: it stands still within an activation and is the same on replay. The only clock of the shell.
/** Workflow time, never before `last`: a segment's clock may run ahead of it. */
export function workflowNow(last: Instant | undefined): Instant {
  const now = instantFromMs(Date.now());
  return last !== undefined && last > now ? last : now;
}

/** Milliseconds from workflow time to `dueAt`; zero or less when it is past. */
export function msUntil(dueAt: Instant): number {
  return (instantMs(dueAt) ?? 0) - Date.now();
}

/** Workflow time in milliseconds. */
export function workflowMs(): number {
  return Date.now();
}
