import type { JournalFeed } from "../ports.ts";

/** Growth of one run's journal, to be awaited. */
export interface Changes {
  /** Resolves when the journal may have grown since the last call, when `ms` have passed, or when the signal aborts. */
  next(ms: number): Promise<void>;
  close(): void;
}

/** Follows one run. Growth between two calls of `next` is not lost: the later call returns at once. */
export function followRun(feed: JournalFeed, runId: string, signal: AbortSignal): Changes {
  let hasGrown = false;
  let wake: (() => void) | undefined;
  const notify = (): void => {
    hasGrown = true;
    wake?.();
  };
  const unwatch = feed.watch(runId, notify);
  signal.addEventListener("abort", notify);
  return {
    next(ms) {
      if (hasGrown || signal.aborted) {
        hasGrown = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const timer = setTimeout(done, ms);
        function done(): void {
          clearTimeout(timer);
          wake = undefined;
          hasGrown = false;
          resolve();
        }
        wake = done;
      });
    },
    close() {
      unwatch();
      signal.removeEventListener("abort", notify);
    },
  };
}
