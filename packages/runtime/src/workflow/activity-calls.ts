import { ActivityCancellationType, proxyActivities, proxyLocalActivities } from "@temporalio/workflow";
import type { Crossing } from "../wire/crossing.ts";
import type {
  BatchedOutcome,
  FlushResult,
  OpenedHead,
  OpenWaitsResult,
  PerformActionResult,
  SegmentResult,
} from "../activities/contract.ts";
import type { OpenTasksResult } from "../activities/task-contract.ts";
import type { Json, Program, RunEvent } from "@mainspring/core";
import { activityGraceMs, durableFlushTimeoutMs, flushTimeoutMs, flushTries, segmentTimeoutMs } from "./bounds.ts";

/** As the shell sees them: what it passes is wrapped with its tenant, what it gets is the bare value. */
interface Calls {
  openRun(args: Crossing): Promise<[OpenedHead, Program?, Json?, (readonly RunEvent[])?]>;
  flush(args: Crossing): Promise<FlushResult>;
  openWaits(args: Crossing): Promise<OpenWaitsResult>;
  openTasks(args: Crossing): Promise<OpenTasksResult>;
  runSegment(args: Crossing): Promise<SegmentResult>;
  performAction(args: Crossing, entries: Crossing): Promise<PerformActionResult>;
  performBatch(args: Crossing, entries: Crossing): Promise<readonly BatchedOutcome[]>;
}

// A store that cannot be reached is waited out: the run has not begun, and must not fail for it.
export const { openRun } = proxyLocalActivities<Calls>({
  startToCloseTimeout: segmentTimeoutMs,
  localRetryThreshold: "1 minute",
  retry: { initialInterval: 200, maximumInterval: "10 seconds" },
});

export const { flush, openWaits, openTasks } = proxyLocalActivities<Calls>({
  startToCloseTimeout: flushTimeoutMs,
  retry: { initialInterval: 100, maximumInterval: "2 seconds", maximumAttempts: flushTries },
});

export const { runSegment } = proxyLocalActivities<Calls>({
  startToCloseTimeout: segmentTimeoutMs,
  retry: { initialInterval: 100, maximumInterval: "2 seconds", maximumAttempts: 2 },
});

/** The same writes as ordinary activities, with unlimited tries: for when the local ones have used up theirs. */
export const durably = proxyActivities<Pick<Calls, "flush" | "openWaits" | "openTasks">>({
  startToCloseTimeout: durableFlushTimeoutMs,
  retry: { initialInterval: "1 second", maximumInterval: "30 seconds" },
});

type Performs = Pick<Calls, "performAction" | "performBatch">;

const byTimes = new Map<string, Performs>();

/** Temporal's tries are unlimited; the wrapper inside the activity owns the author's policy and the author's time limit. */
export function performWithin(timeoutMs: number, heartbeatTimeoutMs: number): Performs {
  const times = `${timeoutMs}:${heartbeatTimeoutMs}`;
  let calls = byTimes.get(times);
  if (calls === undefined) {
    const { performAction, performBatch } = proxyActivities<Calls>({
      startToCloseTimeout: timeoutMs + activityGraceMs,
      heartbeatTimeout: heartbeatTimeoutMs,
      cancellationType: ActivityCancellationType.TRY_CANCEL,
      retry: { initialInterval: "1 second", backoffCoefficient: 1 },
    });
    calls = { performAction, performBatch };
    byTimes.set(times, calls);
  }
  return calls;
}
