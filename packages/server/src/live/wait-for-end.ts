import { endedStatuses } from "@mainspring/api";
import type { JournalFeed, Runs } from "../ports.ts";
import { followRun } from "./changes.ts";

/** What is asked of a run's row while somebody waits for its end. */
export interface RunProgress {
  readonly status: string;
  readonly engine: string | null;
  readonly isConfirmed: boolean;
}

export function hasEnded(progress: Pick<RunProgress, "status">): boolean {
  return (endedStatuses as readonly string[]).includes(progress.status);
}

/** Whether the end that the row shows is final: a provisional one may be taken back by the run itself. */
export async function endIsConfirmed(
  runs: Runs,
  run: { readonly tenantId: string; readonly runId: string },
  progress: RunProgress,
): Promise<boolean> {
  if (!hasEnded(progress)) return false;
  // Runs of an earlier engine have no execution that could be asked.
  if (progress.isConfirmed || progress.engine !== "temporal") return true;
  // Who cannot be asked now has not confirmed; the next look, or the reconciler, asks again.
  return (await runs.confirm(run).catch(() => "open")) === "confirmed";
}

const pollMs = 1_000;
/** The execution closes a moment after its row says so; nothing tells when. */
const firstRecheckMs = 20;

export interface EndWaiting {
  readonly runs: Runs;
  readonly feed: JournalFeed;
  readonly run: { readonly tenantId: string; readonly runId: string };
  readonly progress: () => Promise<RunProgress | undefined>;
  readonly timeoutMs: number;
  /** The client has gone, or the server shuts down. */
  readonly signal: AbortSignal;
}

/** Waits until a run's end is confirmed; false when the time is over before. */
export async function waitForEnd(waiting: EndWaiting): Promise<boolean> {
  const deadline = performance.now() + waiting.timeoutMs;
  const changes = followRun(waiting.feed, waiting.run.runId, waiting.signal);
  let recheckMs = firstRecheckMs;
  try {
    for (;;) {
      const progress = await waiting.progress();
      if (progress === undefined) return false;
      if (await endIsConfirmed(waiting.runs, waiting.run, progress)) return true;
      const leftMs = deadline - performance.now();
      if (leftMs <= 0 || waiting.signal.aborted) return false;
      if (hasEnded(progress)) {
        await changes.next(Math.min(leftMs, recheckMs));
        recheckMs = Math.min(pollMs, recheckMs * 2);
      } else {
        recheckMs = firstRecheckMs;
        await changes.next(Math.min(leftMs, pollMs));
      }
    }
  } finally {
    changes.close();
  }
}
