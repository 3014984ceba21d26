import { useSyncExternalStore } from "react";

const tickMs = 1_000;
const listeners = new Set<() => void>();
let nowMs = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    nowMs = Date.now();
    for (const each of listeners) each();
  }, tickMs);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function current(): number {
  // While nobody listens no timer runs, and the clock would stand still.
  if (timer === undefined && Date.now() - nowMs >= tickMs) nowMs = Date.now();
  return nowMs;
}

/** The time, to the second: one clock for the whole page, so that all relative times change together. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, current);
}
