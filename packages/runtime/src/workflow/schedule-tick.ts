import { ApplicationFailure, proxyActivities, workflowInfo } from "@temporalio/workflow";
import type { TickRequest, TickResult } from "../activities/tick-contract.ts";
import { Crossing } from "../wire/crossing.ts";

// A store or a Temporal that cannot be reached is waited out: until it is decided, the nominal time is not lost.
const { scheduleTick } = proxyActivities<{ scheduleTick(args: Crossing): Promise<TickResult> }>({
  startToCloseTimeout: "10 seconds",
  retry: { initialInterval: "1 second", maximumInterval: "30 seconds" },
});

/**
 * One nominal time of a schedule. No run, and none of a run's history: its activity decides what comes of the time, starts the run
 * through the launcher where one is to start, and records why in either case.
 */
export async function workflowRuntimeV2ScheduleTick(tick: TickRequest): Promise<unknown> {
  const nominalAt = tick.nominalAt ?? scheduledStart();
  return new Crossing(tick.tenantId, await scheduleTick(new Crossing(tick.tenantId, { ...tick, nominalAt })));
}

/** The time that was meant, whatever jitter and catching up have made of it. */
function scheduledStart(): string {
  const [meant] = workflowInfo().searchAttributes["TemporalScheduledStartTime"] ?? [];
  if (typeof meant === "object") return meant.toISOString();
  throw ApplicationFailure.nonRetryable(
    "A tick is started by a schedule, or says which time it means.",
    "TickOfNoTime",
  );
}
