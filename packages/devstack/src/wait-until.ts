import { setTimeout as pause } from "node:timers/promises";

/**
 * Asks `condition` again and again until it holds; false when `deadlineMs` have passed first.
 * An exception of `condition` is the caller's.
 */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  limits: { deadlineMs: number; everyMs?: number },
): Promise<boolean> {
  const endAt = performance.now() + limits.deadlineMs;
  for (;;) {
    if (await condition()) return true;
    if (performance.now() >= endAt) return false;
    await pause(limits.everyMs ?? 50);
  }
}
